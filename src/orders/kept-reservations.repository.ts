import { and, eq, inArray, isNotNull } from 'drizzle-orm';
import type { Executor } from '../db/driver/database.ts';
import { inventoryReservations } from '../db/tables/inventory-reservations.ts';

/**
 * What a fulfillment will take no longer lapses: all of an order that is confirmed, or only the reservations named.
 * The caller holds the order's lock.
 */
export async function keepReservations(
  transaction: Executor,
  orderId: string,
  reservationIds?: readonly string[],
): Promise<void> {
  await transaction
    .update(inventoryReservations)
    .set({ expiresAt: null })
    .where(
      and(
        eq(inventoryReservations.orderId, orderId),
        eq(inventoryReservations.isActive, true),
        isNotNull(inventoryReservations.expiresAt),
        reservationIds && inArray(inventoryReservations.id, [...reservationIds]),
      ),
    );
}
