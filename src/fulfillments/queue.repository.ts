import { and, asc, desc, eq, isNull, or } from 'drizzle-orm';
import type { Executor } from '../db/driver/database.ts';
import { orderFulfillments } from '../db/tables/fulfillments.ts';
import { orders } from '../db/tables/orders.ts';

/**
 * Locks the order of the next pending fulfillment at a location: the highest priority, and of those the oldest.
 * An order that somebody else has locked is passed over, so no picker waits for another; so is one on hold, and
 * a fulfillment that was assigned to somebody else.
 *
 * PostgreSQL looks again at the order once it has the lock, but not at the fulfillment: the caller does.
 */
export async function lockNextInQueue(
  transaction: Executor,
  userId: string,
  locationId: string,
): Promise<string | undefined> {
  const [next] = await transaction
    .select({ id: orderFulfillments.id })
    .from(orderFulfillments)
    .innerJoin(orders, eq(orders.id, orderFulfillments.orderId))
    .where(
      and(
        eq(orderFulfillments.locationId, locationId),
        eq(orderFulfillments.status, 'pending'),
        or(isNull(orderFulfillments.assignedToId), eq(orderFulfillments.assignedToId, userId)),
        isNull(orders.heldAt),
      ),
    )
    .orderBy(desc(orders.priority), asc(orderFulfillments.createdAt), asc(orderFulfillments.id))
    .limit(1)
    .for('no key update', { of: orders, skipLocked: true });
  return next?.id;
}
