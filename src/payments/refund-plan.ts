import type { OrderRow } from '../orders/order.repository.ts';
import type { PaymentRow } from './payment.repository.ts';

/** So much of this payment goes back. */
export interface RefundPart {
  readonly payment: PaymentRow;
  readonly amountMinor: number;
}

/** What is promised to go back and has not yet. */
export function underWayMinor(rows: readonly PaymentRow[]): number {
  return rows
    .filter(({ kind, state }) => kind === 'refund' && state === 'pending')
    .reduce((total, { amountMinor }) => total + amountMinor, 0);
}

/** What came in, less what went back and what is under way. */
export function refundableMinor(order: OrderRow, rows: readonly PaymentRow[]): number {
  return Math.max(0, order.paidMinor - order.refundedMinor - underWayMinor(rows));
}

/** Takes the amount from the payments, the latest first, or from the one that was named. */
export function planRefund(
  rows: readonly PaymentRow[],
  amountMinor: number,
  paymentId: string | null,
): RefundPart[] {
  const parts: RefundPart[] = [];
  let left = amountMinor;
  for (const payment of rows.toReversed()) {
    if (payment.kind !== 'payment' || payment.state !== 'succeeded') continue;
    if (paymentId !== null && payment.id !== paymentId) continue;
    const part = Math.min(left, remainingOf(payment, rows));
    if (part <= 0) continue;
    parts.push({ payment, amountMinor: part });
    left -= part;
  }
  return parts;
}

function remainingOf(payment: PaymentRow, rows: readonly PaymentRow[]): number {
  const gone = rows
    .filter(({ refundedPaymentId, state }) => refundedPaymentId === payment.id && state !== 'failed')
    .reduce((total, { amountMinor }) => total + amountMinor, 0);
  return payment.amountMinor - gone;
}
