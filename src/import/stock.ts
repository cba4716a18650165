import { sql } from 'drizzle-orm';
import type { Executor } from '../db/driver/database.ts';
import type { MovementRow } from './order-records.ts';
import { sourceIdentifier } from './source-identifier.ts';

/**
 * Appends to the ledger and moves the levels by as much, in one statement. A movement that is there already
 * moves nothing. The rows of the levels are locked in their order, like everywhere else.
 */
export async function moveStock(transaction: Executor, movements: readonly MovementRow[]): Promise<void> {
  if (movements.length === 0) return;
  await makeLevels(transaction, movements);
  await transaction.execute(sql`
    with moved as (
      insert into stock_movements
        (id, variant_id, location_id, on_hand_change, reserved_change, reason, order_id, performed_by_id, created_at)
      select id, "variantId", "locationId", "onHandChange", "reservedChange", reason, "orderId", "performedById",
        "createdAt"
      from jsonb_to_recordset(${JSON.stringify(movements)}::text::jsonb) as movement (
        id uuid, "variantId" uuid, "locationId" uuid, "onHandChange" integer, "reservedChange" integer,
        reason stock_movement_reason, "orderId" uuid, "performedById" uuid, "createdAt" timestamptz)
      on conflict (id) do nothing
      returning variant_id, location_id, on_hand_change, reserved_change
    ), change as (
      select variant_id, location_id, sum(on_hand_change) as on_hand, sum(reserved_change) as reserved
      from moved group by variant_id, location_id
    ), locked as (
      select variant_id, location_id, change.on_hand, change.reserved
      from stock_levels join change using (variant_id, location_id)
      order by variant_id, location_id for update of stock_levels
    )
    update stock_levels set
      on_hand = stock_levels.on_hand + locked.on_hand, reserved = stock_levels.reserved + locked.reserved
    from locked
    where stock_levels.variant_id = locked.variant_id and stock_levels.location_id = locked.location_id`);
}

async function makeLevels(transaction: Executor, movements: readonly MovementRow[]): Promise<void> {
  const levels = new Map(
    movements.map(({ variantId, locationId }) => [variantId + locationId, { variantId, locationId }]),
  );
  await transaction.execute(sql`
    insert into stock_levels (variant_id, location_id)
    select "variantId", "locationId"
    from jsonb_to_recordset(${JSON.stringify([...levels.values()])}::text::jsonb) as level (
      "variantId" uuid, "locationId" uuid)
    order by 1, 2
    on conflict do nothing`);
}

/** How much of each variant the rest of a source still takes, and what it leaves on the shelf. */
export interface StockNeed {
  readonly locationId: string;
  /** By variant: units that leave or are reserved from here to the end of the source. */
  readonly leaving: Map<string, number>;
  /** By variant: units that the source says are left at its end. */
  readonly closing: ReadonlyMap<string, number>;
}

/**
 * The sources tell what left, not what had come in. Where a batch takes more than there is, the goods for the
 * rest of the source come in with it. A run that finds its orders already there therefore receives nothing.
 */
export async function receiveWhatIsMissing(
  transaction: Executor,
  source: string,
  need: StockNeed,
  movements: readonly MovementRow[],
): Promise<void> {
  const taken = unitsLeaving(movements);
  if (taken.size === 0) return;
  const levels = await lockLevels(transaction, need.locationId, [...taken.keys()]);
  const receipts: MovementRow[] = [];
  for (const [variantId, units] of taken) {
    const available = levels.get(variantId) ?? 0;
    if (units > available) receipts.push(receipt(source, need, variantId, available, movements[0]!));
  }
  await moveStock(transaction, receipts);
}

function receipt(
  source: string,
  need: StockNeed,
  variantId: string,
  available: number,
  first: MovementRow,
): MovementRow {
  const wanted = need.leaving.get(variantId)! + (need.closing.get(variantId) ?? 0);
  return {
    id: sourceIdentifier(first.createdAt, `${source}:receipt:${variantId}:${first.id}`),
    variantId,
    locationId: need.locationId,
    onHandChange: wanted - available,
    reservedChange: 0,
    reason: 'received',
    orderId: null,
    performedById: null,
    createdAt: first.createdAt,
  };
}

/** What each variant has less of for others after these movements. */
export function unitsLeaving(movements: readonly MovementRow[]): Map<string, number> {
  const units = new Map<string, number>();
  for (const { variantId, onHandChange, reservedChange } of movements) {
    const leaving = reservedChange - onHandChange;
    if (leaving > 0) units.set(variantId, (units.get(variantId) ?? 0) + leaving);
  }
  return units;
}

async function lockLevels(
  transaction: Executor,
  locationId: string,
  variantIds: readonly string[],
): Promise<Map<string, number>> {
  const rows = await transaction.execute<{ variant_id: string; available: number }>(sql`
    select variant_id, on_hand - reserved as available from stock_levels
    where location_id = ${locationId} and variant_id in (
      select value::uuid from jsonb_array_elements_text(${JSON.stringify(variantIds)}::text::jsonb))
    order by variant_id, location_id for update`);
  return new Map(rows.map((row) => [row.variant_id, row.available]));
}
