import { and, eq, sql } from 'drizzle-orm';
import type { Actor } from '../auth/actor.ts';
import type { Executor } from '../db/driver/database.ts';
import { orderFulfillments } from '../db/tables/fulfillments.ts';
import type { OrderRow } from '../orders/order.repository.ts';
import { followFulfillments, lockOrder } from '../orders/order.subject.ts';
import type { Subject } from '../write/command.ts';
import type { FulfillmentRow } from './fulfillment.repository.ts';
import { fulfillmentMilestones, fulfillmentWorkflow } from './fulfillment.workflow.ts';

/** A fulfillment under the lock of its order. */
export interface LockedFulfillment extends FulfillmentRow {
  readonly order: OrderRow;
}

/** Locks the order, then reads the fulfillment: one lock for everything under an order. */
export async function lockFulfillment(
  transaction: Executor,
  actor: Actor,
  id: string,
): Promise<{ target: LockedFulfillment; now: string } | undefined> {
  const [found] = await transaction
    .select({ orderId: orderFulfillments.orderId })
    .from(orderFulfillments)
    .where(eq(orderFulfillments.id, id));
  const locked = found && (await lockOrder(transaction, actor, found.orderId));
  if (!locked) return undefined;
  const [fulfillment] = await transaction
    .select()
    .from(orderFulfillments)
    .where(and(eq(orderFulfillments.id, id), eq(orderFulfillments.orderId, locked.target.id)));
  return fulfillment && { target: { ...fulfillment, order: locked.target }, now: locked.now };
}

export const fulfillmentSubject: Subject<LockedFulfillment> = {
  kind: 'Fulfillment',
  inputField: 'fulfillmentId',
  workflow: fulfillmentWorkflow,
  lock: lockFulfillment,
  concerns: (fulfillment) => ({ orderId: fulfillment.orderId, fulfillmentId: fulfillment.id }),
  isHeld: (fulfillment) => fulfillment.order.heldAt !== null,
  isArchived: (fulfillment) => fulfillment.order.archivedAt !== null,
  async save(scope, fulfillment, status, changes) {
    const milestone = fulfillmentMilestones[status as keyof typeof fulfillmentMilestones];
    await scope.transaction
      .update(orderFulfillments)
      .set({
        status,
        version: sql`${orderFulfillments.version} + 1`,
        ...(status !== fulfillment.status && milestone && { [milestone]: scope.now }),
        ...changes,
      })
      .where(eq(orderFulfillments.id, fulfillment.id));
  },
  follow: (scope, fulfillment) => followFulfillments(scope, fulfillment.order),
};
