import { and, eq, sql } from 'drizzle-orm';
import type { Actor } from '../auth/actor.ts';
import type { Executor } from '../db/driver/database.ts';
import { returns } from '../db/tables/returns.ts';
import type { OrderRow } from '../orders/order.repository.ts';
import { followFulfillments, lockOrder, saveOrder } from '../orders/order.subject.ts';
import type { Subject } from '../write/command.ts';
import type { ReturnRow } from './return.repository.ts';
import { orderStatusAfter, returnWorkflow } from './return.workflow.ts';

/** A return under the lock of its order. */
export interface LockedReturn extends ReturnRow {
  readonly order: OrderRow;
}

/** Locks the order, then reads the return: one lock for everything under an order. */
async function lockReturn(
  transaction: Executor,
  actor: Actor,
  id: string,
): Promise<{ target: LockedReturn; now: string } | undefined> {
  const [found] = await transaction
    .select({ orderId: returns.orderId })
    .from(returns)
    .where(eq(returns.id, id));
  const locked = found && (await lockOrder(transaction, actor, found.orderId));
  if (!locked) return undefined;
  const [row] = await transaction
    .select()
    .from(returns)
    .where(and(eq(returns.id, id), eq(returns.orderId, locked.target.id)));
  return row && { target: { ...row, order: locked.target }, now: locked.now };
}

const orderAfter = (target: LockedReturn, status: LockedReturn['status']): OrderRow['status'] =>
  orderStatusAfter(target.order, target.orderStatusBefore, status);

export const returnSubject: Subject<LockedReturn> = {
  kind: 'Return',
  inputField: 'returnId',
  workflow: returnWorkflow,
  lock: lockReturn,
  concerns: (target) => ({ orderId: target.orderId }),
  // A hold stops what leaves the house, not what comes back.
  isHeld: () => false,
  isArchived: (target) => target.order.archivedAt !== null,
  // The timeline is the order's: the return's own statuses are in the data of the entry.
  historyStatuses: (target, status) => ({
    oldStatus: target.order.status,
    newStatus: orderAfter(target, status),
  }),
  async save(scope, target, status, changes) {
    await scope.transaction
      .update(returns)
      .set({ status, version: sql`${returns.version} + 1`, ...changes })
      .where(eq(returns.id, target.id));
    const orderStatus = orderAfter(target, status);
    if (orderStatus !== target.order.status) await saveOrder(scope, target.order, orderStatus, {});
  },
  // A parcel may have been delivered while the order waited for a return that was then rejected.
  async follow(scope, target) {
    const order = await lockOrder(scope.transaction, scope.actor, target.orderId);
    return followFulfillments(scope, order!.target);
  },
};
