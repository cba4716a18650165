import { sql } from 'drizzle-orm';
import type { Executor } from '../db/driver/database.ts';

/**
 * Units of one reservation leave the house: on-hand and reserved fall, the ledger says so and the line counts it, in
 * one statement. The caller holds the order's lock and has checked that the reservation holds so many.
 */
export async function consumeReservation(
  transaction: Executor,
  part: { reservationId: string; quantity: number; performedById: string | null; now: string },
): Promise<void> {
  const { quantity } = part;
  const [row] = await transaction.execute<{ units: number }>(sql`
    with reservation as (
      update inventory_reservations
      set quantity_fulfilled = quantity_fulfilled + ${quantity}::integer,
        fulfilled_at = case when quantity_remaining = ${quantity}::integer then ${part.now}::timestamptz end
      where id = ${part.reservationId}::uuid and quantity_remaining >= ${quantity}::integer
      returning order_id, order_item_id, variant_id, location_id
    ), changed as (
      update stock_levels
      set on_hand = on_hand - ${quantity}::integer, reserved = reserved - ${quantity}::integer
      from reservation
      where stock_levels.variant_id = reservation.variant_id and stock_levels.location_id = reservation.location_id
    ), moved as (
      insert into stock_movements
        (variant_id, location_id, on_hand_change, reserved_change, reason, order_id, performed_by_id)
      select variant_id, location_id, -${quantity}::integer, -${quantity}::integer, 'shipped', order_id,
        ${part.performedById}::uuid
      from reservation
    ), counted as (
      update order_items set quantity_fulfilled = quantity_fulfilled + ${quantity}::integer
      from reservation where order_items.id = reservation.order_item_id
    )
    select count(*)::integer as units from reservation`);
  if (row!.units !== 1) {
    throw new Error(`Reservation ${part.reservationId} does not hold ${quantity} units.`);
  }
}
