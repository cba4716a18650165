import type { OrderStatus, ReturnStatus } from '../db/tables/enumerations.ts';
import { returnableStatuses } from '../orders/order.workflow.ts';
import type { Workflow } from '../write/workflow.ts';

/** What people do to a return. It begins with `requestReturn`, and a refund of its order ends it. */
export const returnWorkflow = {
  approveReturn: [
    { permission: 'returns.approve', from: ['requested'], to: 'approved', action: 'status_changed' },
  ],
  rejectReturn: [
    {
      permission: 'returns.approve',
      from: ['requested', 'approved'],
      to: 'rejected',
      action: 'status_changed',
    },
  ],
  // Also without an approval: the parcel may be faster than the manager.
  receiveReturn: [
    { permission: 'returns.receive', from: ['requested', 'approved'], to: 'received', action: 'returned' },
  ],
} as const satisfies Workflow<ReturnStatus>;

/** What a return does when what it names was refunded. */
export const returnFollowsRefund = { from: ['received'], to: 'refunded' } as const;

/** What an order does when its return reaches a status; at no other one does it move. */
export const orderFollowsReturn = {
  /** To the one of these from which the return was requested. */
  rejected: { from: ['return_requested'], orTo: returnableStatuses },
  received: { from: ['return_requested'], to: 'returned' },
} as const satisfies Partial<
  Record<ReturnStatus, { from: readonly OrderStatus[]; to?: OrderStatus; orTo?: readonly OrderStatus[] }>
>;

/** The status of the order once its return has this status. */
export function orderStatusAfter(
  order: { readonly status: OrderStatus },
  statusBeforeReturn: OrderStatus,
  returnStatus: ReturnStatus,
): OrderStatus {
  const step = orderFollowsReturn[returnStatus as keyof typeof orderFollowsReturn];
  if (!step) return order.status;
  return 'to' in step ? step.to : statusBeforeReturn;
}
