import { sql } from 'drizzle-orm';
import type { Executor } from '../db/driver/database.ts';

export interface UnplannedUnits extends Record<string, unknown> {
  orderItemId: string;
  locationId: string;
  quantity: number;
}

/**
 * What is reserved for an order without an open fulfillment that will take it: kept from a cancelled one, or
 * reserved later by hand. The caller holds the order's lock.
 */
export async function findUnplannedUnits(transaction: Executor, orderId: string): Promise<UnplannedUnits[]> {
  const rows = await transaction.execute<UnplannedUnits>(sql`
    with reserved as (
      select order_item_id, location_id, sum(quantity_remaining) as quantity
      from inventory_reservations where order_id = ${orderId}::uuid and is_active
      group by order_item_id, location_id
    ), planned as (
      select order_item_id, location_id, sum(quantity - quantity_short) as quantity
      from order_fulfillments
        join fulfillment_items on fulfillment_items.fulfillment_id = order_fulfillments.id
      where order_id = ${orderId}::uuid and status in ('pending', 'picking', 'packing', 'ready_to_ship')
      group by order_item_id, location_id
    )
    select order_item_id as "orderItemId", location_id as "locationId",
      (reserved.quantity - coalesce(planned.quantity, 0))::integer as quantity
    from reserved left join planned using (order_item_id, location_id)
    where reserved.quantity > coalesce(planned.quantity, 0)
    order by order_item_id, location_id`);
  return [...rows];
}
