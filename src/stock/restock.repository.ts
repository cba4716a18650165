import { sql } from 'drizzle-orm';
import type { Executor } from '../db/driver/database.ts';

/**
 * Goods of an order come back onto the shelf: levels rise and the ledger says so, in one statement that writes in
 * (variant, location) order like everywhere else.
 */
export async function restockGoods(
  transaction: Executor,
  from: { readonly orderId: string; readonly performedById: string | null },
  lines: readonly { variantId: string; locationId: string; quantity: number }[],
): Promise<void> {
  await transaction.execute(sql`
    with line as materialized (
      select "variantId" as variant_id, "locationId" as location_id, sum(quantity)::integer as quantity
      from jsonb_to_recordset(${JSON.stringify(lines)}::text::jsonb) as line (
        "variantId" uuid, "locationId" uuid, quantity integer)
      group by "variantId", "locationId"
    ), changed as (
      insert into stock_levels (variant_id, location_id, on_hand)
      select variant_id, location_id, quantity from line order by variant_id, location_id
      on conflict (variant_id, location_id) do update set on_hand = stock_levels.on_hand + excluded.on_hand
    )
    insert into stock_movements
      (variant_id, location_id, on_hand_change, reserved_change, reason, order_id, performed_by_id)
    select variant_id, location_id, quantity, 0, 'returned', ${from.orderId}::uuid, ${from.performedById}::uuid
    from line`);
}
