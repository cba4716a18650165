import { eq, sql } from 'drizzle-orm';
import { orderItems } from '../db/tables/orders.ts';
import { releaseReservations } from '../stock/release.repository.ts';
import type { Scope } from '../write/command.ts';

/** Ends the lines of an order that ends: what was not shipped is cancelled, its stock is free. Returns the units. */
export async function cancelItems({ transaction, actor, now }: Scope, orderId: string): Promise<number> {
  const units = await releaseReservations(transaction, {
    orderId,
    performedById: actor.userId,
    reason: 'order_cancelled',
    now,
  });
  await transaction
    .update(orderItems)
    .set({ quantityCancelled: sql`quantity - quantity_fulfilled` })
    .where(eq(orderItems.orderId, orderId));
  return units;
}
