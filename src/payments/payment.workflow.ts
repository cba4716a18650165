import { orderStatus, type OrderStatus } from '../db/tables/enumerations.ts';
import { orderWorkflow } from '../orders/order.workflow.ts';
import type { Workflow } from '../write/workflow.ts';

const every = orderStatus.enumValues;
const refundableFrom: readonly OrderStatus[] = orderWorkflow.refundOrder[0].from;

/**
 * What becomes of money under way. It is recorded whatever the order has come to meanwhile: it has moved. A refund
 * that was the last of it takes the order to refunded, from where `refundOrder` would.
 */
export const paymentWorkflow = {
  settlePayment: [
    {
      permission: 'payments.manage',
      from: refundableFrom,
      orTo: ['refunded'],
      action: 'edited',
      orAction: ['payment_received', 'payment_failed', 'refunded'],
    },
    {
      permission: 'payments.manage',
      from: every.filter((status) => !refundableFrom.includes(status)),
      action: 'edited',
      orAction: ['payment_received', 'payment_failed', 'refunded'],
    },
  ],
  // Given back at the provider, and not by us.
  recordProviderRefund: [
    { permission: 'payments.manage', from: refundableFrom, orTo: ['refunded'], action: 'refunded' },
    {
      permission: 'payments.manage',
      from: every.filter((status) => !refundableFrom.includes(status)),
      action: 'refunded',
    },
  ],
} as const satisfies Workflow<OrderStatus>;

/** The status in which an order ends when this much of what was paid has gone back. */
export function statusWhenRefunded(
  order: { readonly status: OrderStatus; readonly paidMinor: number },
  refundedMinor: number,
): OrderStatus {
  const isInFull = refundedMinor >= order.paidMinor;
  return isInFull && refundableFrom.includes(order.status) ? 'refunded' : order.status;
}
