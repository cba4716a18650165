import { sql } from 'drizzle-orm';
import type { Executor } from '../db/driver/database.ts';

interface CreatedFulfillment extends Record<string, unknown> {
  id: string;
  number: string;
  locationCode: string;
}

/**
 * One pending fulfillment for each location that holds active reservations of the order, with their items, in
 * one statement. The caller holds the order's lock.
 */
export async function createFulfillmentsForReservations(
  transaction: Executor,
  orderId: string,
  now: string,
): Promise<CreatedFulfillment[]> {
  const rows = await transaction.execute<CreatedFulfillment>(sql`
    with reservation as materialized (
      select order_item_id, location_id, sum(quantity_remaining)::integer as quantity
      from inventory_reservations where order_id = ${orderId}::uuid and is_active
      group by order_item_id, location_id
    ), created as (
      insert into order_fulfillments (number, order_id, location_id, created_at)
      select next_document_number('FUL', 'fulfillment_number', ${now}::timestamptz), ${orderId}::uuid, location_id,
        ${now}::timestamptz
      from (select distinct location_id from reservation) as location
      returning id, number, location_id
    ), filled as (
      insert into fulfillment_items (fulfillment_id, order_item_id, quantity)
      select created.id, reservation.order_item_id, reservation.quantity
      from created join reservation using (location_id)
    )
    select created.id, created.number, stock_locations.code as "locationCode"
    from created join stock_locations on stock_locations.id = created.location_id
    order by stock_locations.priority, stock_locations.code`);
  return [...rows];
}
