import { and, eq, sql } from 'drizzle-orm';
import { visibleOrders, viewerParameters } from '../auth/visibility.ts';
import { isoInstant } from '../db/columns.ts';
import { prepared, uuidArray } from '../db/prepared.ts';
import type { Executor } from '../db/driver/database.ts';
import type { Actor } from '../auth/actor.ts';
import type { FulfillmentStatus } from '../db/tables/enumerations.ts';
import type { HistoryEntry } from '../history/record-history.ts';
import { orderFulfillments } from '../db/tables/fulfillments.ts';
import { orders } from '../db/tables/orders.ts';
import type { BulkSubject, Scope } from '../write/command.ts';
import { orderMilestones, orderWorkflow, stepsToFollow } from './order.workflow.ts';
import type { OrderRow } from './order.repository.ts';
import { findUnplannedUnits } from './unplanned.repository.ts';

/**
 * Locks an order that the actor may see, and reads it and the clock afresh.
 *
 * An advisory lock comes first, since waiting for it gives the transaction no id. Waiting for the row does:
 * PostgreSQL assigns it between the first version of the row and the next, so that of two who wait, the one with
 * the older id may get the row last, and its events would come first in the log.
 */
export async function lockOrder(
  transaction: Executor,
  actor: Actor,
  id: string,
): Promise<{ target: OrderRow; now: string } | undefined> {
  await transaction.execute(sql`select pg_advisory_xact_lock(hashtextextended(lower(${id}), 0))`);
  const statement = prepared(transaction, `lockOrder.${actor.role}`, (on) =>
    on
      .select({ order: orders, now: sql<string>`clock_timestamp()::text` })
      .from(orders)
      .where(and(eq(orders.id, sql.placeholder('id')), visibleOrders(actor.role)))
      .for('no key update')
      .prepare('lockOrder'),
  );
  const [locked] = await statement.execute({ id, ...viewerParameters(actor) });
  return locked && { target: locked.order, now: isoInstant(locked.now) };
}

/**
 * The same for many: first all the advisory locks in the order of their keys, so that two who lock some of the same
 * orders wait for one another and never both; then the rows.
 */
async function lockOrders(transaction: Executor, actor: Actor, ids: readonly string[]) {
  const array = uuidArray(ids.map((id) => id.toLowerCase()));
  await transaction.execute(sql`
    select pg_advisory_xact_lock(key) from (
      select hashtextextended(id, 0) as key from unnest(${array}::text[]) as id order by key
    ) as ordered`);
  const statement = prepared(transaction, `lockOrders.${actor.role}`, (on) =>
    on
      .select({ order: orders, now: sql<string>`clock_timestamp()::text` })
      .from(orders)
      .where(and(sql`${orders.id} = any(${sql.placeholder('ids')}::uuid[])`, visibleOrders(actor.role)))
      .orderBy(sql`hashtextextended(${orders.id}::text, 0)`)
      .for('no key update')
      .prepare('lockOrders'),
  );
  const rows = await statement.execute({ ids: array, ...viewerParameters(actor) });
  return new Map(rows.map(({ order, now }) => [order.id, { target: order, now: isoInstant(now) }]));
}

/** Writes status, milestone and changes of a locked order, and raises its version. */
export async function saveOrder(
  scope: Scope,
  order: { readonly id: string; readonly status: OrderRow['status'] },
  status: OrderRow['status'],
  changes: Record<string, unknown>,
): Promise<void> {
  const milestone = orderMilestones[status as keyof typeof orderMilestones];
  // An order that goes back, since its return was rejected, has reached the status when it first did.
  const reachedAt = milestone && sql`coalesce(${orders[milestone]}, ${scope.now}::timestamptz)`;
  await scope.transaction
    .update(orders)
    .set({
      status,
      version: sql`${orders.version} + 1`,
      ...(status !== order.status && milestone && { [milestone]: reachedAt }),
      ...changes,
    })
    .where(eq(orders.id, order.id));
}

/** Moves an order as far as its fulfillments take it; see `orderFollowsFulfillments`. */
export async function followFulfillments(scope: Scope, order: OrderRow): Promise<HistoryEntry[]> {
  const rows = await scope.transaction
    .select({ status: orderFulfillments.status })
    .from(orderFulfillments)
    .where(eq(orderFulfillments.orderId, order.id));
  const statuses = rows.map((row): FulfillmentStatus => row.status);
  // What is kept without a fulfillment waits for one: the order is not packed, and not shipped, before that.
  const unplanned = await findUnplannedUnits(scope.transaction, order.id);
  if (unplanned.length > 0) statuses.push('pending');
  const entries: HistoryEntry[] = [];
  let status = order.status;
  for (const step of stepsToFollow(order.status, statuses)) {
    await saveOrder(scope, { id: order.id, status }, step.to, {});
    entries.push({
      orderId: order.id,
      action: step.action,
      oldStatus: status,
      newStatus: step.to,
      description: step.description,
    });
    status = step.to;
  }
  return entries;
}

export const orderSubject: BulkSubject<OrderRow> = {
  kind: 'Order',
  inputField: 'orderId',
  workflow: orderWorkflow,
  lock: lockOrder,
  lockAll: lockOrders,
  concerns: (order) => ({ orderId: order.id }),
  isHeld: (order) => order.heldAt !== null,
  isArchived: (order) => order.archivedAt !== null,
  hasShipped: (order) => order.unitsFulfilled > 0,
  save: saveOrder,
};
