import {
  orderStatus,
  type FulfillmentStatus,
  type OrderHistoryAction,
  type OrderStatus,
} from '../db/tables/enumerations.ts';
import type { Transition, Workflow } from '../write/workflow.ts';

/** From here goods can come back; from `returned` what is left of them. */
export const returnableStatuses = [
  'shipped',
  'delivered',
  'completed',
  'returned',
] as const satisfies readonly OrderStatus[];
const beforeShipped: readonly OrderStatus[] = ['pending', 'confirmed', 'processing', 'packed'];
/** Somebody may still have to do something. */
const openStatuses = orderStatus.enumValues.filter(
  (status) => !['completed', 'refunded', 'cancelled'].includes(status),
);

/** What people do to an order. */
export const orderWorkflow = {
  confirmOrder: [{ permission: 'orders.edit', from: ['pending'], to: 'confirmed', action: 'confirmed' }],
  cancelOrder: [
    {
      permission: 'orders.cancel',
      from: ['pending', 'confirmed', 'processing', 'packed'],
      to: 'cancelled',
      action: 'cancelled',
      refusedOnceShipped: true,
    },
    { permission: 'orders.cancelPending', from: ['pending'], to: 'cancelled', action: 'cancelled' },
  ],
  createFulfillment: [
    { permission: 'fulfillments.work', from: ['confirmed', 'processing', 'packed'], action: 'edited' },
  ],
  // What is kept for it as a whole; one reservation by itself is in src/reservations/reservation.workflow.ts.
  reserveInventory: [
    { permission: 'reservations.manage', from: beforeShipped, action: 'inventory_reserved' },
  ],
  releaseOrderReservations: [
    { permission: 'reservations.manage', from: beforeShipped, action: 'inventory_released' },
  ],
  editOrder: [{ permission: 'orders.edit', from: ['pending', 'confirmed'], action: 'edited' }],
  // By hand, where work begins outside the warehouse's screens; it happens by itself when the first picking starts.
  startProcessing: [
    {
      permission: 'orders.edit',
      from: ['confirmed'],
      to: 'processing',
      action: 'processing_started',
      refusedOnHold: true,
    },
  ],
  deliverOrder: [{ permission: 'orders.edit', from: ['shipped'], to: 'delivered', action: 'delivered' }],
  completeOrder: [
    { permission: 'orders.edit', from: ['delivered'], to: 'completed', action: 'status_changed' },
  ],
  // What follows a request is the return's own workflow: src/returns/return.workflow.ts.
  requestReturn: [
    {
      permission: 'returns.request',
      from: returnableStatuses,
      to: 'return_requested',
      action: 'return_requested',
    },
  ],
  holdOrder: [{ permission: 'orders.hold', from: beforeShipped, action: 'edited', refusedOnHold: true }],
  releaseHold: [{ permission: 'orders.hold', from: beforeShipped, action: 'edited', needsHold: true }],
  assignOrder: [{ permission: 'orders.assign', from: openStatuses, action: 'assigned' }],
  // By hand or through a provider: what is asked for, what came in, what goes back.
  createPayment: [{ permission: 'payments.manage', from: openStatuses, action: 'edited' }],
  recordPayment: [
    {
      permission: 'payments.manage',
      from: openStatuses,
      action: 'payment_received',
      orAction: ['payment_failed'],
    },
  ],
  // What a provider gives back is logged as refunded when the provider has done it, and until then as edited.
  refundOrder: [
    {
      permission: 'payments.manage',
      from: ['cancelled', 'returned', 'delivered', 'completed'],
      orTo: ['refunded'],
      action: 'refunded',
      orAction: ['edited'],
    },
  ],
  addHistoryEntry: [{ permission: 'history.add', from: orderStatus.enumValues, action: 'edited' }],
  addNote: [{ permission: 'notes.add', from: orderStatus.enumValues, action: 'note_added' }],
} as const satisfies Workflow<OrderStatus>;

/** What createOrder does at once with goods that are taken away at a till; no mutation of its own. */
export const tillSale = {
  permission: 'orders.create',
  from: ['pending'],
  to: 'completed',
  action: 'status_changed',
} as const satisfies Transition<OrderStatus>;

/** The column that says when an order reached a status. */
export const orderMilestones = {
  confirmed: 'confirmedAt',
  processing: 'processingStartedAt',
  packed: 'packedAt',
  shipped: 'shippedAt',
  delivered: 'deliveredAt',
  completed: 'completedAt',
  cancelled: 'cancelledAt',
} as const satisfies Partial<Record<OrderStatus, string>>;

const packedOrLater: readonly FulfillmentStatus[] = [
  'ready_to_ship',
  'shipped',
  'partially_fulfilled',
  'fulfilled',
];
const shippedOrLater: readonly FulfillmentStatus[] = ['shipped', 'partially_fulfilled', 'fulfilled'];
const delivered: readonly FulfillmentStatus[] = ['partially_fulfilled', 'fulfilled'];

export interface FollowingStep {
  readonly from: readonly OrderStatus[];
  readonly to: OrderStatus;
  readonly action: OrderHistoryAction;
  readonly description: string;
  /** Given the statuses of the order's fulfillments that are not cancelled; at least one. */
  readonly when: (statuses: readonly FulfillmentStatus[]) => boolean;
}

/** What an order does by itself when its fulfillments move, in this order. */
export const orderFollowsFulfillments: readonly FollowingStep[] = [
  {
    from: ['confirmed'],
    to: 'processing',
    action: 'processing_started',
    description: 'The first picking has started.',
    when: (statuses) => statuses.some((status) => status !== 'pending'),
  },
  {
    from: ['processing'],
    to: 'packed',
    action: 'packed',
    description: 'Everything is packed.',
    when: (statuses) => statuses.every((status) => packedOrLater.includes(status)),
  },
  {
    from: ['processing', 'packed'],
    to: 'shipped',
    action: 'shipped',
    description: 'Everything is shipped.',
    when: (statuses) => statuses.every((status) => shippedOrLater.includes(status)),
  },
  {
    from: ['shipped'],
    to: 'delivered',
    action: 'delivered',
    description: 'Everything is delivered.',
    when: (statuses) => statuses.every((status) => delivered.includes(status)),
  },
];

/** The steps that an order in this status takes now. */
export function stepsToFollow(status: OrderStatus, statuses: readonly FulfillmentStatus[]): FollowingStep[] {
  const open = statuses.filter((each) => each !== 'cancelled');
  const steps: FollowingStep[] = [];
  let current = status;
  for (const step of orderFollowsFulfillments) {
    if (open.length > 0 && step.from.includes(current) && step.when(open)) {
      steps.push(step);
      current = step.to;
    }
  }
  return steps;
}
