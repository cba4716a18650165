import { and, asc, desc, eq, isNull, or, sql } from 'drizzle-orm';
import type { Executor } from '../db/driver/database.ts';
import { orderFulfillments } from '../db/tables/fulfillments.ts';
import { orders } from '../db/tables/orders.ts';

/**
 * Takes the lock of the order of the next pending fulfillment at a location: the highest priority, and of those
 * the oldest. An order that somebody else has locked is passed over, so no picker waits for another; so is one on
 * hold, and a fulfillment that was assigned to somebody else.
 *
 * It is the advisory lock of `lockOrder`, tried on one candidate after the other until one is free. `offset 0`,
 * which Drizzle leaves out when it is a plain number, keeps the try out of the search. What was read before the lock may be out of date: the caller looks again.
 */
export async function lockNextInQueue(
  transaction: Executor,
  userId: string | null,
  locationId: string,
): Promise<string | undefined> {
  const queue = transaction
    .select({ id: orderFulfillments.id, orderId: orderFulfillments.orderId })
    .from(orderFulfillments)
    .innerJoin(orders, eq(orders.id, orderFulfillments.orderId))
    .where(
      and(
        eq(orderFulfillments.locationId, locationId),
        eq(orderFulfillments.status, 'pending'),
        or(isNull(orderFulfillments.assignedToId), eq(orderFulfillments.assignedToId, sql`${userId}`)),
        isNull(orders.heldAt),
      ),
    )
    .orderBy(desc(orders.priority), asc(orderFulfillments.createdAt), asc(orderFulfillments.id))
    .offset(sql`0` as never)
    .as('queue');
  const [next] = await transaction
    .select({ id: queue.id })
    .from(queue)
    .where(sql`pg_try_advisory_xact_lock(hashtextextended(${queue.orderId}::text, 0))`)
    .limit(1);
  return next?.id;
}
