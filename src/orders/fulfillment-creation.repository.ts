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

/** One pending fulfillment of these lines at a location. The caller holds the order's lock. */
export async function createFulfillmentOfLines(
  transaction: Executor,
  fulfillment: { orderId: string; locationId: string; now: string },
  lines: readonly { readonly orderItemId: string; readonly quantity: number }[],
): Promise<{ id: string; number: string }> {
  const { orderId, locationId, now } = fulfillment;
  const [created] = await transaction.execute<{ id: string; number: string }>(sql`
    with created as (
      insert into order_fulfillments (number, order_id, location_id, created_at)
      values (next_document_number('FUL', 'fulfillment_number', ${now}::timestamptz), ${orderId}::uuid,
        ${locationId}::uuid, ${now}::timestamptz)
      returning id, number
    ), filled as (
      insert into fulfillment_items (fulfillment_id, order_item_id, quantity)
      select created.id, line."orderItemId", line.quantity
      from created, jsonb_to_recordset(${JSON.stringify(lines)}::text::jsonb)
        as line ("orderItemId" uuid, quantity integer)
    )
    select id, number from created`);
  return created!;
}
