import { and, eq } from 'drizzle-orm';
import type { Actor } from '../auth/actor.ts';
import type { Executor } from '../db/driver/database.ts';
import { payments } from '../db/tables/payments.ts';
import type { OrderRow } from '../orders/order.repository.ts';
import { lockOrder, orderSubject } from '../orders/order.subject.ts';
import type { Subject } from '../write/command.ts';
import type { PaymentRow } from './payment.repository.ts';
import { paymentWorkflow } from './payment.workflow.ts';

/** A payment under the lock of its order; version and status are the order's. */
export interface LockedPayment extends OrderRow {
  readonly payment: PaymentRow;
}

async function lockPayment(
  transaction: Executor,
  actor: Actor,
  id: string,
): Promise<{ target: LockedPayment; now: string } | undefined> {
  const condition = eq(payments.id, id);
  const [found] = await transaction.select({ orderId: payments.orderId }).from(payments).where(condition);
  const locked = found && (await lockOrder(transaction, actor, found.orderId));
  if (!locked) return undefined;
  const [payment] = await transaction
    .select()
    .from(payments)
    .where(and(condition, eq(payments.orderId, locked.target.id)));
  return payment && { target: { ...locked.target, payment }, now: locked.now };
}

export const paymentSubject: Subject<LockedPayment> = {
  ...orderSubject,
  workflow: paymentWorkflow,
  inputField: 'paymentId',
  foundBy: 'Payment',
  lock: lockPayment,
};
