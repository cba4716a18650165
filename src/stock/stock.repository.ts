import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import type { Executor } from '../db/driver/database.ts';
import { productVariants } from '../db/tables/catalog.ts';
import { prepared, uuidArray } from '../db/prepared.ts';
import { stockLevels, stockLocations } from '../db/tables/stock.ts';
import type { LoadingSource } from '../graphql/loading.ts';

export type StockLocationRow = typeof stockLocations.$inferSelect;

export interface StockLevelRow {
  variantId: string;
  locationId: string;
  onHand: number;
  reserved: number;
  lowStockThreshold: number | null;
}

export const shownOfLevel = {
  variantId: stockLevels.variantId,
  locationId: stockLevels.locationId,
  onHand: stockLevels.onHand,
  reserved: stockLevels.reserved,
  lowStockThreshold: stockLevels.lowStockThreshold,
};

export function findLocationsByCode(
  executor: Executor,
  codes: readonly string[],
): Promise<StockLocationRow[]> {
  if (codes.length === 0) return Promise.resolve([]);
  return executor
    .select()
    .from(stockLocations)
    .where(inArray(stockLocations.code, [...codes]));
}

/** In the order in which they are allocated. */
export function findLocationsById(executor: Executor, ids: readonly string[]): Promise<StockLocationRow[]> {
  return executor
    .select()
    .from(stockLocations)
    .where(sql`${stockLocations.id} = any(${uuidArray(ids)}::uuid[])`)
    .orderBy(asc(stockLocations.priority), asc(stockLocations.code));
}

/** Locations are no secret among staff; who may see that a fulfillment has one is decided there. */
export async function findLocations(
  { read }: LoadingSource,
  ids: readonly string[],
): Promise<StockLocationRow[]> {
  const statement = prepared(read, 'findLocations', (on) =>
    on
      .select()
      .from(stockLocations)
      .where(sql`${stockLocations.id} = any(${sql.placeholder('ids')}::uuid[])`)
      .prepare('findLocations'),
  );
  return statement.execute({ ids: uuidArray(ids) });
}

export function listLocations(executor: Executor): Promise<StockLocationRow[]> {
  return executor
    .select()
    .from(stockLocations)
    .orderBy(asc(stockLocations.priority), asc(stockLocations.code));
}

/** The location with this code; a new one, last in priority, where there is none yet. */
export async function findOrOpenLocation(transaction: Executor, code: string): Promise<StockLocationRow> {
  const [existing] = await findLocationsByCode(transaction, [code]);
  if (existing) return existing;
  await transaction.insert(stockLocations).values({ code, name: code }).onConflictDoNothing();
  const [opened] = await findLocationsByCode(transaction, [code]);
  return opened!;
}

/** The levels of one SKU at every active location, in the order in which they are allocated. */
export function findLevelsBySku(executor: Executor, sku: string): Promise<StockLevelRow[]> {
  return executor
    .select(shownOfLevel)
    .from(stockLevels)
    .innerJoin(productVariants, eq(productVariants.id, stockLevels.variantId))
    .innerJoin(
      stockLocations,
      and(eq(stockLocations.id, stockLevels.locationId), eq(stockLocations.active, true)),
    )
    .where(eq(productVariants.sku, sku))
    .orderBy(asc(stockLocations.priority), asc(stockLocations.code));
}

/** The levels at a location, in the order in which the variants are named. */
export async function findLevels(
  executor: Executor,
  locationId: string,
  variantIds: readonly string[],
): Promise<StockLevelRow[]> {
  const levels = await executor
    .select(shownOfLevel)
    .from(stockLevels)
    .where(and(eq(stockLevels.locationId, locationId), inArray(stockLevels.variantId, [...variantIds])));
  const place = (level: StockLevelRow): number => variantIds.indexOf(level.variantId);
  return levels.toSorted((left, right) => place(left) - place(right));
}

/** Goods come in: levels rise and the ledger says so, in one statement that writes in the order of the variants. */
export async function receiveGoods(
  transaction: Executor,
  locationId: string,
  performedById: string | null,
  lines: readonly { variantId: string; quantity: number }[],
): Promise<void> {
  await transaction.execute(sql`
    with line as (
      select "variantId" as variant_id, sum(quantity)::integer as quantity
      from jsonb_to_recordset(${JSON.stringify(lines)}::text::jsonb) as line ("variantId" uuid, quantity integer)
      group by "variantId" order by "variantId"
    ), changed as (
      insert into stock_levels (variant_id, location_id, on_hand)
      select variant_id, ${locationId}::uuid, quantity from line order by variant_id
      on conflict (variant_id, location_id) do update set on_hand = stock_levels.on_hand + excluded.on_hand
    )
    insert into stock_movements (variant_id, location_id, on_hand_change, reserved_change, reason, performed_by_id)
    select variant_id, ${locationId}::uuid, quantity, 0, 'received', ${performedById}::uuid from line`);
}
