import { and, asc, eq, sql } from 'drizzle-orm';
import type { Executor } from '../db/driver/database.ts';
import { productVariants } from '../db/tables/catalog.ts';
import { stockLevels, stockLocations } from '../db/tables/stock.ts';
import type { Keyset, ListOrder } from '../shared/page.ts';
import type { ListedLevel } from './stock-ledger.repository.ts';
import { shownOfLevel } from './stock.repository.ts';

export const lowStockOrder: ListOrder = {
  name: 'lowStock location, sku asc',
  keys: [{ type: 'text' }, { type: 'text' }],
};

/** The index `stock_levels_low_stock` gives the levels that have a threshold. */
const isLow = sql`low_stock_threshold is not null
  and ${stockLevels.onHand} - ${stockLevels.reserved} <= ${stockLevels.lowStockThreshold}`;

function conditions(locationCode: string | null) {
  return and(
    isLow,
    eq(stockLocations.active, true),
    locationCode === null ? undefined : eq(stockLocations.code, locationCode),
  );
}

/** By location, then by SKU. */
export function searchLowStock(
  read: Executor,
  locationCode: string | null,
  limit: number,
  after: Keyset | null,
): Promise<ListedLevel[]> {
  const beyond =
    after && sql`(${stockLocations.code}, ${productVariants.sku}) > (${after[0]}::text, ${after[1]}::text)`;
  return read
    .select({ ...shownOfLevel, sku: productVariants.sku, locationCode: stockLocations.code })
    .from(stockLevels)
    .innerJoin(productVariants, eq(productVariants.id, stockLevels.variantId))
    .innerJoin(stockLocations, eq(stockLocations.id, stockLevels.locationId))
    .where(and(conditions(locationCode), beyond ?? undefined))
    .orderBy(asc(stockLocations.code), asc(productVariants.sku))
    .limit(limit);
}

export async function countLowStock(read: Executor, locationCode: string | null): Promise<number> {
  const [row] = await read
    .select({ count: sql<number>`count(*)::integer` })
    .from(stockLevels)
    .innerJoin(stockLocations, eq(stockLocations.id, stockLevels.locationId))
    .where(conditions(locationCode));
  return row!.count;
}
