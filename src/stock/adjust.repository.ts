import { sql } from 'drizzle-orm';
import type { Executor } from '../db/driver/database.ts';

export interface LockedStock extends Record<string, unknown> {
  variantId: string;
  locationId: string;
  onHand: number;
  reserved: number;
}

/**
 * The levels of these variants at these locations, locked in (variant, location) order like everywhere else.
 * Those that do not exist yet are made, with nothing in them.
 */
export async function lockStock(
  transaction: Executor,
  variantIds: readonly string[],
  locationIds: readonly string[],
): Promise<LockedStock[]> {
  const variants = sql`unnest(${`{${variantIds.join(',')}}`}::uuid[]) as variant (id)`;
  const locations = sql`unnest(${`{${locationIds.join(',')}}`}::uuid[]) as location (id)`;
  await transaction.execute(sql`
    insert into stock_levels (variant_id, location_id)
    select distinct variant.id, location.id from ${variants} cross join ${locations}
    order by variant.id, location.id
    on conflict do nothing`);
  const rows = await transaction.execute<LockedStock>(sql`
    select variant_id as "variantId", location_id as "locationId", on_hand as "onHand", reserved
    from stock_levels
    where variant_id in (select id from ${variants}) and location_id in (select id from ${locations})
    order by variant_id, location_id
    for update`);
  return [...rows];
}

export interface StockChange {
  readonly variantId: string;
  readonly locationId: string;
  /** Units more, or less, on hand. Not zero. */
  readonly change: number;
}

/**
 * Changes what is on hand and writes the ledger, in one statement. The caller has locked the levels and seen
 * that nothing reserved is taken away; were it otherwise, the table's own check would refuse.
 */
export async function changeOnHand(
  transaction: Executor,
  movement: { reason: 'adjusted' | 'transferred'; note: string | null; performedById: string | null },
  changes: readonly StockChange[],
): Promise<void> {
  await transaction.execute(sql`
    with line as (
      select "variantId" as variant_id, "locationId" as location_id, change
      from jsonb_to_recordset(${JSON.stringify(changes)}::text::jsonb) as line (
        "variantId" uuid, "locationId" uuid, change integer)
    ), changed as (
      update stock_levels set on_hand = stock_levels.on_hand + line.change
      from line
      where stock_levels.variant_id = line.variant_id and stock_levels.location_id = line.location_id
      returning stock_levels.variant_id, stock_levels.location_id, line.change
    )
    insert into stock_movements
      (variant_id, location_id, on_hand_change, reserved_change, reason, note, performed_by_id)
    select variant_id, location_id, change, 0, ${movement.reason}::stock_movement_reason, ${movement.note},
      ${movement.performedById}::uuid
    from changed`);
}

/**
 * How much is reserved at a location, whose levels are locked in the order in which everybody locks them: whoever
 * is reserving there at this moment is waited for. Who in turn waits for this transaction may still reserve once: it
 * is shipped as usual, since a closed location only gets nothing new.
 */
export async function reservedUnitsAt(transaction: Executor, locationId: string): Promise<number> {
  await transaction.execute(sql`
    select from stock_levels where location_id = ${locationId}::uuid order by variant_id, location_id for update`);
  const [row] = await transaction.execute<{ units: number }>(sql`
    select coalesce(sum(reserved), 0)::integer as units from stock_levels where location_id = ${locationId}::uuid`);
  return row!.units;
}
