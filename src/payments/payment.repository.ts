import { and, asc, eq, getTableColumns, sql } from 'drizzle-orm';
import { viewerParameters, visibleOrders } from '../auth/visibility.ts';
import type { Executor } from '../db/driver/database.ts';
import { prepared, uuidArray } from '../db/prepared.ts';
import { orders } from '../db/tables/orders.ts';
import { paymentProviderEvents, payments } from '../db/tables/payments.ts';
import { returnItems, returns } from '../db/tables/returns.ts';
import type { LoadingSource } from '../graphql/loading.ts';

export type PaymentRow = typeof payments.$inferSelect;

export async function findPayments(
  { read, actor }: LoadingSource,
  ids: readonly string[],
): Promise<PaymentRow[]> {
  const statement = prepared(read, `findPayments.${actor.role}`, (on) =>
    on
      .select(getTableColumns(payments))
      .from(payments)
      .innerJoin(orders, eq(orders.id, payments.orderId))
      .where(and(sql`${payments.id} = any(${sql.placeholder('ids')}::uuid[])`, visibleOrders(actor.role)))
      .prepare('findPayments'),
  );
  return statement.execute({ ids: uuidArray(ids), ...viewerParameters(actor) });
}

/** The payments and refunds of an order, in the order in which they were made. */
export function paymentsOf(executor: Executor, orderId: string): Promise<PaymentRow[]> {
  return executor
    .select()
    .from(payments)
    .where(eq(payments.orderId, orderId))
    .orderBy(asc(payments.createdAt), asc(payments.id));
}

/** The one payment, or the one refund, with this key of that method. */
export async function findByReference(
  executor: Executor,
  kind: PaymentRow['kind'],
  method: PaymentRow['method'],
  providerReference: string,
): Promise<PaymentRow | undefined> {
  const [row] = await executor
    .select()
    .from(payments)
    .where(
      and(
        eq(payments.kind, kind),
        eq(payments.method, method),
        eq(payments.providerReference, providerReference),
      ),
    );
  return row;
}

/** A payment at a provider, by our own id, which it was asked to carry, or by its key there. */
export async function findAtProvider(
  executor: Executor,
  provider: 'stripe',
  kind: PaymentRow['kind'],
  names: { readonly id?: string | undefined; readonly reference: string },
): Promise<PaymentRow | undefined> {
  const byReference = await findByReference(executor, kind, 'provider', names.reference);
  if (byReference || names.id === undefined) return byReference;
  const [row] = await executor
    .select()
    .from(payments)
    .where(
      and(sql`${payments.id}::text = ${names.id}`, eq(payments.provider, provider), eq(payments.kind, kind)),
    );
  return row;
}

/** Inserts, unless another row has its provider's key; waits for whoever is about to write it. */
export async function insertPayment(
  transaction: Executor,
  row: typeof payments.$inferInsert,
): Promise<PaymentRow | undefined> {
  const [inserted] = await transaction.insert(payments).values(row).onConflictDoNothing().returning();
  return inserted;
}

export async function updatePayment(
  transaction: Executor,
  id: string,
  changes: Partial<typeof payments.$inferInsert>,
): Promise<void> {
  await transaction.update(payments).set(changes).where(eq(payments.id, id));
}

/** False when the event has had its effect before. */
export async function claimEvent(
  transaction: Executor,
  eventId: string,
  paymentId: string,
): Promise<boolean> {
  const claimed = await transaction
    .insert(paymentProviderEvents)
    .values({ id: eventId, paymentId })
    .onConflictDoNothing()
    .returning({ id: paymentProviderEvents.id });
  return claimed.length === 1;
}

/** What is known of a return of an order for its refund. */
export async function findReturn(executor: Executor, orderId: string, id: string) {
  const [found] = await executor
    .select({
      status: returns.status,
      refundMinor: sql<string>`coalesce(sum(${returnItems.refundMinor}), 0)`,
    })
    .from(returns)
    .leftJoin(returnItems, eq(returnItems.returnId, returns.id))
    .where(and(eq(returns.id, id), eq(returns.orderId, orderId)))
    .groupBy(returns.id);
  return found && { status: found.status, refundMinor: Number(found.refundMinor) };
}

/** A received return whose last refund has gone through is refunded. */
export async function markReturnRefunded(transaction: Executor, id: string): Promise<void> {
  await transaction.execute(sql`
    update returns set status = 'refunded', version = version + 1
    where id = ${id}::uuid and status = 'received' and not exists (
      select from payments where return_id = ${id}::uuid and state = 'pending')`);
}
