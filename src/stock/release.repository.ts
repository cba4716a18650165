import { sql } from 'drizzle-orm';
import type { Executor } from '../db/driver/database.ts';
import { uuidArray } from '../db/prepared.ts';
import type { ReservationReleaseReason } from '../db/tables/enumerations.ts';

/**
 * Gives back what the order's active reservations still hold, in one statement that locks the levels in
 * (variant, location) order. The caller holds the order's lock, so the reservations cannot change meanwhile.
 * Returns the number of units released.
 */
export async function releaseReservations(
  transaction: Executor,
  release: { orderId: string; performedById: string | null; reason: ReservationReleaseReason; now: string },
): Promise<number> {
  const [row] = await transaction.execute<{ units: number }>(sql`
    with reservation as materialized (
      select id, variant_id, location_id, quantity_remaining as quantity
      from inventory_reservations where order_id = ${release.orderId}::uuid and is_active
    ), level as (
      select variant_id, location_id from stock_levels
      where (variant_id, location_id) in (select variant_id, location_id from reservation)
      order by variant_id, location_id
      for update
    ), given_back as (
      select variant_id, location_id, sum(quantity)::integer as quantity
      from reservation join level using (variant_id, location_id)
      group by variant_id, location_id
    ), released as (
      update inventory_reservations
      set quantity_released = quantity_released + reservation.quantity,
        released_at = ${release.now}::timestamptz,
        release_reason = ${release.reason}::reservation_release_reason
      from reservation where reservation.id = inventory_reservations.id
    ), changed as (
      update stock_levels set reserved = stock_levels.reserved - given_back.quantity
      from given_back
      where stock_levels.variant_id = given_back.variant_id and stock_levels.location_id = given_back.location_id
    ), moved as (
      insert into stock_movements
        (variant_id, location_id, on_hand_change, reserved_change, reason, order_id, performed_by_id)
      select variant_id, location_id, 0, -quantity, 'released', ${release.orderId}::uuid,
        ${release.performedById}::uuid
      from given_back
    )
    select coalesce(sum(quantity), 0)::integer as units from given_back`);
  return row!.units;
}

/**
 * Locks the levels that the active reservations of these orders are on, in (variant, location) order, for whoever
 * then releases them order by order in the same transaction. The caller holds the orders' locks.
 */
export async function lockLevelsOfOrders(transaction: Executor, orderIds: readonly string[]): Promise<void> {
  await transaction.execute(sql`
    select from stock_levels
    where (variant_id, location_id) in (
      select variant_id, location_id from inventory_reservations
      where order_id = any(${uuidArray(orderIds)}::uuid[]) and is_active
    )
    order by variant_id, location_id
    for update`);
}
