import { and, asc, desc, eq, inArray, lte, min, sql } from 'drizzle-orm';
import type { Executor } from '../db/driver/database.ts';
import { inventoryReservations } from '../db/tables/inventory-reservations.ts';
import { orders } from '../db/tables/orders.ts';
import { reservationWorkflow } from './reservation.workflow.ts';
import type { ReservationRow } from './reservation.repository.ts';

const statuses = reservationWorkflow.releaseExpiredReservations.flatMap(({ from }) => [...from]);

/** The orders with reservations past their time, those that waited longest first. */
export async function findOrdersWithExpired(read: Executor, limit: number): Promise<string[]> {
  const rows = await read
    .select({ orderId: inventoryReservations.orderId })
    .from(inventoryReservations)
    .innerJoin(orders, eq(orders.id, inventoryReservations.orderId))
    .where(
      and(
        eq(inventoryReservations.isActive, true),
        lte(inventoryReservations.expiresAt, sql`now()`),
        inArray(orders.status, statuses),
      ),
    )
    .groupBy(inventoryReservations.orderId)
    .orderBy(asc(min(inventoryReservations.expiresAt)), asc(inventoryReservations.orderId))
    .limit(limit);
  return rows.map(({ orderId }) => orderId);
}

/** The reservations of an order that are past their time, the latest first. The caller holds the order's lock. */
export async function findExpired(
  transaction: Executor,
  orderId: string,
  now: string,
): Promise<ReservationRow[]> {
  return transaction
    .select()
    .from(inventoryReservations)
    .where(
      and(
        eq(inventoryReservations.orderId, orderId),
        eq(inventoryReservations.isActive, true),
        lte(inventoryReservations.expiresAt, now),
      ),
    )
    .orderBy(desc(inventoryReservations.createdAt), desc(inventoryReservations.id));
}
