import { sql } from 'drizzle-orm';
import type { Executor } from '../db/driver/database.ts';

export interface UnreservedLine extends Record<string, unknown> {
  sku: string;
  quantity: number;
  reserved: number;
}

/** The lines of an order with less in reserve than is to be fulfilled. The caller holds the order's lock. */
export async function findUnreservedLines(transaction: Executor, orderId: string): Promise<UnreservedLine[]> {
  const rows = await transaction.execute<UnreservedLine>(sql`
    select order_items.sku, quantity, coalesce(reserved, 0)::integer as reserved
    from order_items
      join product_variants on product_variants.id = variant_id and tracks_stock
      left join (
        select order_item_id, sum(quantity_remaining) as reserved from inventory_reservations
        where order_id = ${orderId}::uuid and is_active group by order_item_id
      ) as kept on kept.order_item_id = order_items.id
    where order_id = ${orderId}::uuid
      and quantity - quantity_cancelled - quantity_fulfilled > coalesce(reserved, 0)
    order by position`);
  return [...rows];
}
