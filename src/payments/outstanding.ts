import type { OrderRow } from '../orders/order.repository.ts';
import { invalid } from '../shared/errors.ts';
import type { Money } from '../shared/money.ts';
import { amountText } from './amount-text.ts';

/** What is still to be paid; what went back is owed again. Never negative. */
export function outstandingMinor(order: OrderRow): number {
  return Math.max(0, order.totalMinor - order.paidMinor + order.refundedMinor);
}

export function requireOrderCurrency(order: OrderRow, amount: Money): void {
  if (amount.currency === order.currency) return;
  throw invalid(`The order is in ${order.currency}: send the amount in that currency.`, [
    'amount',
    'currency',
  ]);
}

/** More than is owed is a mistake of whoever enters it, or belongs to another order. */
export function requireOutstanding(order: OrderRow, amountMinor: number): void {
  const outstanding = outstandingMinor(order);
  if (amountMinor <= outstanding) return;
  const path = ['amount', 'amountMinor'];
  if (outstanding === 0) throw invalid('Nothing is left to be paid on the order.', path);
  throw invalid(
    `${amountText(outstanding, order.currency)} is left to be paid on the order: record no more than that.`,
    path,
  );
}
