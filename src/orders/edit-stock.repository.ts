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
  const more = tracked
    .filter(({ from, to }) => to > from)
    .map(({ id, variant, location, from, to }) => ({ id, variant, location, quantity: to - from }));
  const allocations = more.length > 0 ? await reserveLines(scope, { id: order.id }, more) : [];
  const reserved = allocations.reduce((sum, { quantity }) => sum + quantity, 0);
  if (order.status === 'pending') return { reserved, released, fulfillments: [] };
  const cancelled = await takeFromFulfillments(scope, order.id, fewer);
  const created = await addToFulfillments(scope, order.id, allocations);
  return { reserved, released, fulfillments: [...cancelled, ...created] };
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
