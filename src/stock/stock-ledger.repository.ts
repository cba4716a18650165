import { and, asc, desc, eq, gte, getTableColumns, inArray, lt, sql, type SQL } from 'drizzle-orm';
import { visibleOrders } from '../auth/visibility.ts';
import type { Executor } from '../db/driver/database.ts';
import { productVariants } from '../db/tables/catalog.ts';
import type { Role, StockMovementReason } from '../db/tables/enumerations.ts';
import { orders } from '../db/tables/orders.ts';
import { stockLevels, stockLocations, stockMovements } from '../db/tables/stock.ts';
import type { Keyset, ListOrder } from '../shared/page.ts';
import { shownOfLevel, type StockLevelRow } from './stock.repository.ts';

export type StockMovementRow = typeof stockMovements.$inferSelect;

/** A level with what lists are sorted by. */
export interface ListedLevel extends StockLevelRow {
  sku: string;
  locationCode: string;
}

export interface StockLevelFilterValues {
  sku?: string | null;
  locationCode?: string | null;
  availableBelow?: number | null;
}

export interface StockMovementFilterValues {
  sku?: string | null;
  locationCode?: string | null;
  reasons?: readonly StockMovementReason[] | null;
  orderId?: string | null;
  createdFrom?: string | null;
  createdBefore?: string | null;
}

/** What the ledger is read with, and for whom. */
interface LedgerSource {
  readonly read: Executor;
  readonly role: Role;
}

/** A condition where the filter has a value for it. */
function given<Value>(value: Value | null | undefined, condition: (value: Value) => SQL): SQL | undefined {
  return value === null || value === undefined ? undefined : condition(value);
}

function levelConditions({ sku, locationCode, availableBelow }: StockLevelFilterValues): (SQL | undefined)[] {
  return [
    given(sku, (value) => eq(productVariants.sku, value)),
    given(locationCode, (value) => eq(stockLocations.code, value)),
    given(availableBelow, (value) => sql`${stockLevels.onHand} - ${stockLevels.reserved} < ${value}`),
  ];
}

export const levelsOrder: ListOrder = {
  name: 'levels sku, location asc',
  keys: [{ type: 'text' }, { type: 'text' }],
};
export const movementsOrder: ListOrder = { name: 'movements id desc', keys: [{ type: 'uuid' }] };

/** By SKU, then by location. */
export function searchLevels(
  read: Executor,
  filter: StockLevelFilterValues,
  limit: number,
  after: Keyset | null,
): Promise<ListedLevel[]> {
  const beyond =
    after && sql`(${productVariants.sku}, ${stockLocations.code}) > (${after[0]}::text, ${after[1]}::text)`;
  return read
    .select({
      ...shownOfLevel,
      sku: productVariants.sku,
      locationCode: stockLocations.code,
    })
    .from(stockLevels)
    .innerJoin(productVariants, eq(productVariants.id, stockLevels.variantId))
    .innerJoin(stockLocations, eq(stockLocations.id, stockLevels.locationId))
    .where(and(...levelConditions(filter), beyond ?? undefined))
    .orderBy(asc(productVariants.sku), asc(stockLocations.code))
    .limit(limit);
}

export async function countLevels(read: Executor, filter: StockLevelFilterValues): Promise<number> {
  const [row] = await read
    .select({ count: sql<number>`count(*)::integer` })
    .from(stockLevels)
    .innerJoin(productVariants, eq(productVariants.id, stockLevels.variantId))
    .innerJoin(stockLocations, eq(stockLocations.id, stockLevels.locationId))
    .where(and(...levelConditions(filter)));
  return row!.count;
}

function movementConditions(filter: StockMovementFilterValues, role: Role): (SQL | undefined)[] {
  const { sku, locationCode, reasons, orderId, createdFrom, createdBefore } = filter;
  return [
    given(
      sku,
      (value) => sql`${stockMovements.variantId} = (select id from ${productVariants} where sku = ${value})`,
    ),
    given(
      locationCode,
      (value) => sql`${stockMovements.locationId} = (select id from ${stockLocations} where code = ${value})`,
    ),
    given(reasons, (values) => inArray(stockMovements.reason, [...values])),
    given(orderId, (value) => eq(stockMovements.orderId, value)),
    // To ask for an order's movements is to ask for the order.
    given(
      orderId && visibleOrders(role),
      (visible) =>
        sql`exists (select from ${orders} where ${orders.id} = ${stockMovements.orderId} and ${visible})`,
    ),
    given(createdFrom, (value) => gte(stockMovements.createdAt, value)),
    given(createdBefore, (value) => lt(stockMovements.createdAt, value)),
  ];
}

/** Latest first. The id is in the order of time, so the primary key serves the sort. */
export function searchMovements(
  { read, role }: LedgerSource,
  filter: StockMovementFilterValues,
  limit: number,
  after: Keyset | null,
): Promise<StockMovementRow[]> {
  return read
    .select(getTableColumns(stockMovements))
    .from(stockMovements)
    .where(
      and(
        ...movementConditions(filter, role),
        after ? sql`${stockMovements.id} < ${after[0]}::uuid` : undefined,
      ),
    )
    .orderBy(desc(stockMovements.id))
    .limit(limit);
}

export async function countMovements(
  { read, role }: LedgerSource,
  filter: StockMovementFilterValues,
): Promise<number> {
  const [row] = await read
    .select({ count: sql<number>`count(*)::integer` })
    .from(stockMovements)
    .where(and(...movementConditions(filter, role)));
  return row!.count;
}

export interface DiscrepancyRow extends Record<string, unknown> {
  variantId: string;
  locationId: string;
  onHand: number;
  reserved: number;
  ledgerOnHand: number;
  ledgerReserved: number;
  heldByReservations: number;
}

/** Levels that differ from the sum of the ledger or from what the active reservations hold. There should be none. */
export async function findDiscrepancies(read: Executor, limit: number): Promise<DiscrepancyRow[]> {
  const rows = await read.execute<DiscrepancyRow>(sql`
    with ledger as (
      select variant_id, location_id, sum(on_hand_change) as on_hand, sum(reserved_change) as reserved
      from stock_movements group by variant_id, location_id
    ), held as (
      select variant_id, location_id, sum(quantity_remaining) as quantity
      from inventory_reservations where is_active group by variant_id, location_id
    ), compared as (
      select variant_id, location_id,
        coalesce(level.on_hand, 0) as on_hand, coalesce(level.reserved, 0) as reserved,
        coalesce(ledger.on_hand, 0)::integer as ledger_on_hand,
        coalesce(ledger.reserved, 0)::integer as ledger_reserved,
        coalesce(held.quantity, 0)::integer as held
      from stock_levels as level
        full join ledger using (variant_id, location_id)
        full join held using (variant_id, location_id)
    )
    select variant_id as "variantId", location_id as "locationId", on_hand as "onHand", reserved,
      ledger_on_hand as "ledgerOnHand", ledger_reserved as "ledgerReserved", held as "heldByReservations"
    from compared
    where on_hand <> ledger_on_hand or reserved <> ledger_reserved or reserved <> held
    order by variant_id, location_id
    limit ${limit}`);
  return [...rows];
}
