import { sql } from 'drizzle-orm';
import type { HistoryEntry } from '../history/record-history.ts';
import { releaseUnits, type UnitsOfLine } from '../stock/release-lines.repository.ts';
import type { VariantRow } from '../stock/variant.repository.ts';
import type { StockLocationRow } from '../stock/stock.repository.ts';
import type { Scope } from '../write/command.ts';
import { addToFulfillments, takeFromFulfillments } from './edit-fulfillments.repository.ts';
import type { OrderRow } from './order.repository.ts';
import { reserveLines } from './place-order.repository.ts';

/** A line of an order whose units change; from 0 when it is new, to 0 when it is taken out. */
export interface ChangedLine {
  readonly id: string;
  readonly variant: VariantRow;
  readonly location: StockLocationRow | null;
  readonly from: number;
  readonly to: number;
}

export interface StockChange {
  readonly reserved: number;
  readonly released: number;
  /** History of the fulfillments that were made or cancelled. */
  readonly fulfillments: readonly HistoryEntry[];
}

/** Reservations follow the lines of an order, and the pending fulfillments follow the reservations. */
export async function changeStockAndFulfillments(
  scope: Scope,
  order: OrderRow,
  lines: readonly ChangedLine[],
): Promise<StockChange> {
  const tracked = lines.filter(({ variant, from, to }) => variant.tracksStock && from !== to);
  if (tracked.length === 0) return { reserved: 0, released: 0, fulfillments: [] };
  await lockLevels(scope, [...new Set(tracked.map(({ variant }) => variant.id))]);
  const fewer = await unitsToRelease(
    scope,
    tracked.filter(({ from, to }) => to < from),
  );
  const released = await releaseUnits(
    scope.transaction,
    { orderId: order.id, performedById: scope.actor.userId, reason: 'released', now: scope.now },
    fewer,
  );
  const held = await heldByLines(scope, order.id);
  const more = tracked
    .filter(({ id, from, to }) => to > from && to > (held.units.get(id) ?? 0))
    .map(({ id, variant, location, to }) => ({
      id,
      variant,
      location,
      quantity: to - (held.units.get(id) ?? 0),
    }));
  const allocations = await reserveLines(scope, { id: order.id, expiresAt: held.expiresAt }, more);
  const reserved = allocations.reduce((sum, { quantity }) => sum + quantity, 0);
  if (order.status === 'pending') return { reserved, released, fulfillments: [] };
  // Added first, so that the fulfillment of a location where one line replaces another stays.
  const created = await addToFulfillments(scope, order.id, allocations);
  const cancelled = await takeFromFulfillments(scope, order.id, fewer);
  return { reserved, released, fulfillments: [...created, ...cancelled] };
}

/** What each line holds: a line that grows gets all that it lacks, and it lapses when what the order held would. */
async function heldByLines(
  { transaction }: Scope,
  orderId: string,
): Promise<{ units: Map<string, number>; expiresAt: string | null }> {
  const rows = await transaction.execute<{ id: string; units: number; expiresAt: string | null }>(sql`
    select order_item_id as id, coalesce(sum(quantity_remaining) filter (where is_active), 0)::integer as units,
      min(expires_at)::text as "expiresAt"
    from inventory_reservations where order_id = ${orderId}::uuid
    group by order_item_id`);
  const times = rows.flatMap(({ expiresAt }) => expiresAt ?? []).toSorted();
  return { units: new Map(rows.map(({ id, units }) => [id, units])), expiresAt: times[0] ?? null };
}

/** Releasing and reserving are two statements: without this they would lock levels out of everybody's order. */
async function lockLevels({ transaction }: Scope, variantIds: readonly string[]): Promise<void> {
  await transaction.execute(sql`
    select from stock_levels
    where variant_id in (select value::uuid from jsonb_array_elements_text(${JSON.stringify(variantIds)}::text::jsonb))
    order by variant_id, location_id for update`);
}

/** What the lines hold beyond their new quantities, taken from the locations of the last priority first. */
async function unitsToRelease({ transaction }: Scope, lines: readonly ChangedLine[]): Promise<UnitsOfLine[]> {
  if (lines.length === 0) return [];
  const wanted = lines.map(({ id, to }) => ({ id, to }));
  const rows = await transaction.execute<{ orderItemId: string; locationId: string; quantity: number }>(sql`
    with held as (
      select order_item_id, location_id, sum(quantity_remaining) as quantity
      from inventory_reservations
        join jsonb_to_recordset(${JSON.stringify(wanted)}::text::jsonb) as line (id uuid, "to" integer)
          on line.id = order_item_id
      where is_active
      group by order_item_id, location_id
    ), ranked as (
      select held.*, "to",
        sum(quantity) over (partition by order_item_id order by priority, location_id) as up_to
      from held join stock_locations on stock_locations.id = location_id
        join jsonb_to_recordset(${JSON.stringify(wanted)}::text::jsonb) as line (id uuid, "to" integer)
          on line.id = order_item_id
    )
    select order_item_id as "orderItemId", location_id as "locationId",
      least(quantity, up_to - "to")::integer as quantity
    from ranked where up_to > "to"
    order by order_item_id, location_id`);
  return [...rows];
}
