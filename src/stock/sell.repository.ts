import { sql } from 'drizzle-orm';
import type { Executor } from '../db/driver/database.ts';

/**
 * All that is reserved for an order is handed over at once: reservations are fulfilled, on-hand and reserved fall, the
 * ledger says `sold` and the lines count it, in one statement that locks the levels in (variant, location) order.
 * The caller has made the order in the same transaction. Returns the number of units.
 */
export async function sellReserved(
  transaction: Executor,
  sale: { orderId: string; performedById: string | null; now: string },
): Promise<number> {
  const [row] = await transaction.execute<{ units: number }>(sql`
    with reservation as materialized (
      select id, order_item_id, variant_id, location_id, quantity_remaining as quantity
      from inventory_reservations where order_id = ${sale.orderId}::uuid and is_active
    ), level as (
      select variant_id, location_id from stock_levels
      where (variant_id, location_id) in (select variant_id, location_id from reservation)
      order by variant_id, location_id
      for update
    ), leaving as (
      select variant_id, location_id, sum(quantity)::integer as quantity
      from reservation join level using (variant_id, location_id)
      group by variant_id, location_id
    ), fulfilled as (
      update inventory_reservations
      set quantity_fulfilled = quantity_fulfilled + reservation.quantity, fulfilled_at = ${sale.now}::timestamptz
      from reservation where reservation.id = inventory_reservations.id
    ), changed as (
      update stock_levels
      set on_hand = on_hand - leaving.quantity, reserved = reserved - leaving.quantity
      from leaving
      where stock_levels.variant_id = leaving.variant_id and stock_levels.location_id = leaving.location_id
    ), moved as (
      insert into stock_movements
        (variant_id, location_id, on_hand_change, reserved_change, reason, order_id, performed_by_id)
      select variant_id, location_id, -quantity, -quantity, 'sold', ${sale.orderId}::uuid,
        ${sale.performedById}::uuid
      from leaving
    ), counted as (
      update order_items set quantity_fulfilled = quantity_fulfilled + handed.quantity
      from (select order_item_id, sum(quantity)::integer as quantity from reservation group by order_item_id) as handed
      where handed.order_item_id = order_items.id
    )
    select coalesce(sum(quantity), 0)::integer as units from leaving`);
  return row!.units;
}
