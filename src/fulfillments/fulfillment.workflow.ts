import type { FulfillmentStatus } from '../db/tables/enumerations.ts';
import type { Workflow } from '../write/workflow.ts';

export const beforeShipping = ['pending', 'picking', 'packing', 'ready_to_ship'] as const;

/** What people do to a fulfillment. Cancelling an order cancels its open fulfillments too. */
export const fulfillmentWorkflow = {
  startPicking: [
    {
      permission: 'fulfillments.work',
      from: ['pending'],
      to: 'picking',
      action: 'status_changed',
      refusedOnHold: true,
    },
  ],
  scanItem: [{ permission: 'fulfillments.work', from: ['picking'], action: 'edited', refusedOnHold: true }],
  completePicking: [
    {
      permission: 'fulfillments.work',
      from: ['picking'],
      to: 'packing',
      action: 'status_changed',
      refusedOnHold: true,
    },
  ],
  startPacking: [{ permission: 'fulfillments.work', from: ['packing'], action: 'status_changed' }],
  completePacking: [
    { permission: 'fulfillments.work', from: ['packing'], to: 'ready_to_ship', action: 'packed' },
  ],
  shipFulfillment: [
    {
      permission: 'fulfillments.work',
      from: ['ready_to_ship'],
      to: 'shipped',
      action: 'shipped',
      refusedOnHold: true,
    },
  ],
  deliverFulfillment: [
    {
      permission: 'fulfillments.work',
      from: ['shipped'],
      to: 'fulfilled',
      // Where lines were short.
      orTo: ['partially_fulfilled'],
      action: 'delivered',
    },
  ],
  cancelFulfillment: [
    { permission: 'fulfillments.work', from: beforeShipping, to: 'cancelled', action: 'cancelled' },
  ],
  reportShortPick: [
    { permission: 'fulfillments.work', from: ['picking'], action: 'edited', refusedOnHold: true },
  ],
  assignFulfillment: [{ permission: 'fulfillments.work', from: beforeShipping, action: 'assigned' }],
  updateFulfillment: [{ permission: 'fulfillments.work', from: beforeShipping, action: 'edited' }],
} as const satisfies Workflow<FulfillmentStatus>;

/** The column that says when a fulfillment reached a status. `startPacking` stamps its own time within packing. */
export const fulfillmentMilestones = {
  picking: 'pickingStartedAt',
  packing: 'pickingCompletedAt',
  ready_to_ship: 'packingCompletedAt',
  shipped: 'shippedAt',
  partially_fulfilled: 'deliveredAt',
  fulfilled: 'deliveredAt',
} as const satisfies Partial<Record<FulfillmentStatus, string>>;
