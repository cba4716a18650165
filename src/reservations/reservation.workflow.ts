import type { OrderStatus } from '../db/tables/enumerations.ts';
import type { Workflow } from '../write/workflow.ts';

const open = ['pending', 'confirmed', 'processing', 'packed'] as const;

/**
 * What may be done to one reservation, by its order's status, which it mostly leaves as it is. What is done to the
 * order as a whole, reserving among it, is in its own workflow, and so among its allowed actions.
 */
export const reservationWorkflow = {
  extendReservation: [{ permission: 'reservations.manage', from: open, action: 'edited' }],
  releaseReservation: [{ permission: 'reservations.manage', from: open, action: 'inventory_released' }],
  // Goods that somebody hands over past the warehouse's screens, such as at the counter.
  fulfillReservation: [
    {
      permission: 'reservations.manage',
      from: ['confirmed', 'processing', 'packed'],
      action: 'edited',
      refusedOnHold: true,
    },
  ],
  // Nobody has confirmed the order while its stock was kept, so that it ends; of a confirmed one only the units go.
  releaseExpiredReservations: [
    { permission: 'reservations.manage', from: ['pending'], to: 'cancelled', action: 'cancelled' },
    {
      permission: 'reservations.manage',
      from: ['confirmed', 'processing', 'packed'],
      action: 'inventory_released',
    },
  ],
} as const satisfies Workflow<OrderStatus>;
