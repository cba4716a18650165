import { sql } from 'drizzle-orm';
import type { Executor } from '../db/driver/database.ts';

/**
 * The goods of a fulfillment leave the house: its reservations are fulfilled, on-hand and reserved fall, the
 * ledger says so and the order's lines count it, in one statement that locks the levels in (variant, location)
 * order. The caller holds the order's lock. Returns the number of units shipped.
 *
 * An item may hold several reservations at the location; they are used up oldest first.
 */
export async function consumeReservations(
  transaction: Executor,
  shipment: { orderId: string; fulfillmentId: string; performedById: string | null; now: string },
): Promise<number> {
  const [row] = await transaction.execute<{ units: number; covered: number }>(sql`
    with item as materialized (
      select fulfillment_items.order_item_id, order_items.variant_id, order_fulfillments.location_id,
        quantity_picked as quantity
      from fulfillment_items
        join order_items on order_items.id = fulfillment_items.order_item_id
        join order_fulfillments on order_fulfillments.id = fulfillment_items.fulfillment_id
      where fulfillment_items.fulfillment_id = ${shipment.fulfillmentId}::uuid and quantity_picked > 0
    ), level as (
      select variant_id, location_id from stock_levels
      where (variant_id, location_id) in (select variant_id, location_id from item)
      order by variant_id, location_id
      for update
    ), reservation as materialized (
      select inventory_reservations.id, item.quantity, quantity_remaining,
        sum(quantity_remaining) over (partition by order_item_id order by created_at, inventory_reservations.id)
          as up_to
      from inventory_reservations join item using (order_item_id, variant_id, location_id)
      where is_active
    ), used as (
      select id, least(quantity_remaining, greatest(quantity - (up_to - quantity_remaining), 0)) as quantity
      from reservation
    ), fulfilled as (
      update inventory_reservations
      set quantity_fulfilled = quantity_fulfilled + used.quantity,
        fulfilled_at = case when quantity_remaining = used.quantity then ${shipment.now}::timestamptz end
      from used where used.id = inventory_reservations.id and used.quantity > 0
      returning used.quantity
    ), leaving as (
      select variant_id, location_id, sum(quantity)::integer as quantity
      from item join level using (variant_id, location_id)
      group by variant_id, location_id
    ), changed as (
      update stock_levels
      set on_hand = on_hand - leaving.quantity, reserved = reserved - leaving.quantity
      from leaving
      where stock_levels.variant_id = leaving.variant_id and stock_levels.location_id = leaving.location_id
    ), moved as (
      insert into stock_movements
        (variant_id, location_id, on_hand_change, reserved_change, reason, order_id, performed_by_id)
      select variant_id, location_id, -quantity, -quantity, 'shipped', ${shipment.orderId}::uuid,
        ${shipment.performedById}::uuid
      from leaving
    ), counted as (
      update order_items set quantity_fulfilled = quantity_fulfilled + item.quantity
      from item where item.order_item_id = order_items.id
    )
    select (select coalesce(sum(quantity), 0)::integer from item) as units,
      (select coalesce(sum(quantity), 0)::integer from fulfilled) as covered`);
  const { units, covered } = row!;
  // Every picked unit stands on a reservation. Were it otherwise, shipping it would take another order's goods.
  if (units !== covered)
    throw new Error(`Fulfillment ${shipment.fulfillmentId}: ${units} picked, ${covered} reserved.`);
  return units;
}
