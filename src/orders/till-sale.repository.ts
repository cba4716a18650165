import { eq } from 'drizzle-orm';
import { orders } from '../db/tables/orders.ts';
import { payments } from '../db/tables/payments.ts';
import type { PaymentMethod } from '../db/tables/enumerations.ts';
import type { HistoryEntry } from '../history/record-history.ts';
import { invalid, Refusal, UserError } from '../shared/errors.ts';
import { sellReserved } from '../stock/sell.repository.ts';
import type { Scope } from '../write/command.ts';
import { saveOrder } from './order.subject.ts';
import { tillSale } from './order.workflow.ts';
import type { NewOrder, PlacedOrder } from './place-order.repository.ts';

/** How the buyer has paid at the till. */
export interface TillPayment {
  readonly method: PaymentMethod;
  readonly providerReference?: string | null;
}

/** What is taken away is sold at a till, and not sent. */
export function checkTillSale(order: NewOrder, payment: TillPayment | null | undefined): void {
  const problems: UserError[] = [];
  const refuse = (message: string, path: string[]) =>
    problems.push(new UserError('VALIDATION', message, path));
  if (order.channel !== 'retail_pos') {
    refuse('Only goods of a till, channel RETAIL_POS, are taken away at once.', ['takeAway']);
  }
  if (order.shippingAddress) {
    refuse('What is taken away is not sent: leave the address out, or takeAway.', ['shippingAddress']);
  }
  if (payment?.method === 'provider') {
    refuse('At a till it is CASH, CARD or TRANSFER, with the reference of the terminal.', [
      'payment',
      'method',
    ]);
  }
  const [first, ...others] = problems;
  if (first) throw new Refusal(first, ...others);
}

/** A till that repeats a sale gets the sale. An order that merely has its reference is not handed over. */
export async function requireTakenAway({ transaction }: Scope, placed: PlacedOrder): Promise<void> {
  const [order] = await transaction
    .select({ completedAt: orders.completedAt })
    .from(orders)
    .where(eq(orders.id, placed.id));
  if (order!.completedAt !== null) return;
  const message = `${placed.number} has this reference and was not taken away: use another one for this sale.`;
  throw invalid(message, ['externalReference']);
}

/** Takes the money, hands over the goods and completes the order that has just been placed, in its transaction. */
export async function completeTillSale(
  scope: Scope,
  placed: PlacedOrder,
  payment: TillPayment,
): Promise<HistoryEntry[]> {
  const { transaction, actor, now } = scope;
  const { id: orderId, totalMinor, currency } = placed;
  const paid = totalMinor > 0 ? [await takePayment(scope, placed, payment)] : [];
  const units = await sellReserved(transaction, { orderId, performedById: actor.userId, now });
  await saveOrder(scope, { id: orderId, status: 'pending' }, tillSale.to, {
    paidMinor: totalMinor,
    unitsFulfilled: units,
    confirmedAt: now,
    deliveredAt: now,
  });
  return [
    ...paid.map((paymentId): HistoryEntry => ({
      orderId,
      action: 'payment_received',
      oldStatus: 'pending',
      newStatus: 'pending',
      description: `It was paid at the till by ${payment.method}.`,
      additionalData: { paymentId, method: payment.method, amountMinor: totalMinor, currency },
    })),
    {
      orderId,
      action: tillSale.action,
      oldStatus: 'pending',
      newStatus: tillSale.to,
      description: `${units} units were sold at the till and taken away.`,
      additionalData: { units },
    },
  ];
}

async function takePayment(
  { transaction, actor, now }: Scope,
  { id: orderId, totalMinor, currency }: PlacedOrder,
  { method, providerReference }: TillPayment,
): Promise<string> {
  const [inserted] = await transaction
    .insert(payments)
    .values({
      orderId,
      kind: 'payment',
      method,
      state: 'succeeded',
      amountMinor: totalMinor,
      currency,
      providerReference,
      settledAt: now,
      performedById: actor.userId,
      createdAt: now,
    })
    .onConflictDoNothing()
    .returning({ id: payments.id });
  if (inserted) return inserted.id;
  throw invalid('Another payment has this reference: check it, each payment has one of its own.', [
    'payment',
    'providerReference',
  ]);
}
