import { sql } from 'drizzle-orm';
import type { Executor } from '../db/driver/database.ts';

export interface LineToReserve {
  orderItemId: string;
  variantId: string;
  /** Null: allocated over the active locations by priority, split where one does not suffice. */
  locationId: string | null;
  quantity: number;
}

export interface Allocation extends Record<string, unknown> {
  orderItemId: string;
  locationId: string;
  quantity: number;
}

/**
 * Reserves every line or nothing, in one statement: it locks the levels in (variant, location) order, so that
 * no two orders wait for each other in a circle, allocates, and then changes levels, reservations and ledger
 * from the same rows. Empty when anything is short.
 *
 * Allocation lays the lines without a location and the free stock of the locations side by side, as two rulers
 * of cumulative quantities a variant; where two stretches overlap, that much is taken from that location.
 *
 * What is available is judged once, on the locked rows. The update must not judge it again: PostgreSQL would first
 * apply such a condition to the row as it was when the statement began, and leave out one whose stock came in while
 * the statement waited for its lock. The CHECK of the table is the guard behind it.
 */
export async function reserveStock(
  transaction: Executor,
  order: { id: string; performedById: string | null; expiresAt: string | null },
  lines: readonly LineToReserve[],
): Promise<Allocation[]> {
  const numbered = lines.map((line, index) => ({ ...line, place: index }));
  const rows = await transaction.execute<Allocation>(sql`
    with line as (
      select "orderItemId", "variantId" as variant_id, "locationId" as location_id, quantity, place
      from jsonb_to_recordset(${JSON.stringify(numbered)}::text::jsonb) as line (
        "orderItemId" uuid, "variantId" uuid, "locationId" uuid, quantity integer, place integer)
    ), level as (
      select stock_levels.variant_id, stock_levels.location_id, on_hand - reserved as available, priority
      from stock_levels join stock_locations on stock_locations.id = stock_levels.location_id and active
      -- The array leads into the primary key; the condition below it alone would read every level there is.
      where stock_levels.variant_id = any (array(select variant_id from line)) and exists (
        select from line
        where line.variant_id = stock_levels.variant_id
          and (line.location_id is null or line.location_id = stock_levels.location_id))
      order by stock_levels.variant_id, stock_levels.location_id
      for update of stock_levels
    ), named as (
      select variant_id, location_id, sum(quantity) as quantity from line
      where location_id is not null group by variant_id, location_id
    ), supply as (
      select variant_id, location_id, free,
        sum(free) over (partition by variant_id order by priority, location_id) as up_to
      from (
        select level.variant_id, level.location_id, level.priority,
          greatest(level.available - coalesce(named.quantity, 0), 0) as free
        from level left join named using (variant_id, location_id)) as remaining
    ), demand as (
      select "orderItemId", variant_id, quantity,
        sum(quantity) over (partition by variant_id order by place) as up_to
      from line where location_id is null
    ), allocated as (
      select line."orderItemId", line.variant_id, line.location_id, line.quantity::bigint as quantity
      from line
        join level using (variant_id, location_id)
        join named using (variant_id, location_id)
      where level.available >= named.quantity
      union all
      select demand."orderItemId", demand.variant_id, supply.location_id,
        least(demand.up_to, supply.up_to) - greatest(demand.up_to - demand.quantity, supply.up_to - supply.free)
      from demand join supply using (variant_id)
      where least(demand.up_to, supply.up_to) > greatest(demand.up_to - demand.quantity, supply.up_to - supply.free)
    ), taken as (
      select variant_id, location_id, sum(quantity)::integer as quantity from allocated
      where (select sum(quantity) from allocated) = (select sum(quantity) from line)
      group by variant_id, location_id
    ), changed as (
      update stock_levels set reserved = stock_levels.reserved + taken.quantity
      from taken
      where stock_levels.variant_id = taken.variant_id and stock_levels.location_id = taken.location_id
      returning stock_levels.variant_id, stock_levels.location_id, taken.quantity
    ), moved as (
      insert into stock_movements
        (variant_id, location_id, on_hand_change, reserved_change, reason, order_id, performed_by_id)
      select variant_id, location_id, 0, quantity, 'reserved', ${order.id}::uuid, ${order.performedById}::uuid
      from changed
    )
    insert into inventory_reservations
      (order_id, order_item_id, variant_id, location_id, quantity_reserved, expires_at)
    select ${order.id}::uuid, allocated."orderItemId", variant_id, location_id, allocated.quantity::integer,
      ${order.expiresAt}::timestamptz
    from allocated join changed using (variant_id, location_id)
    returning order_item_id as "orderItemId", location_id as "locationId", quantity_reserved as quantity`);
  const wanted = lines.reduce((sum, { quantity }) => sum + quantity, 0);
  const reserved = rows.reduce((sum, { quantity }) => sum + quantity, 0);
  // All or nothing is what the caller builds on.
  if (rows.length > 0 && reserved !== wanted) {
    throw new Error(`Order ${order.id}: ${wanted} units wanted, ${reserved} reserved.`);
  }
  return [...rows];
}

export interface AvailableQuantity extends Record<string, unknown> {
  variantId: string;
  locationId: string;
  available: number;
}

/** What can be promised of the variants at the active locations. Reading it reserves nothing. */
export async function readAvailable(
  executor: Executor,
  variantIds: readonly string[],
): Promise<AvailableQuantity[]> {
  const rows = await executor.execute<AvailableQuantity>(sql`
    select variant_id as "variantId", location_id as "locationId", on_hand - reserved as available
    from stock_levels join stock_locations on stock_locations.id = location_id and active
    where variant_id = any (${`{${variantIds.join(',')}}`}::uuid[])`);
  return [...rows];
}
