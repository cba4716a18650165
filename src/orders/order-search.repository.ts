import { and, getTableColumns, gte, isNull, lte, or, sql, type SQL } from 'drizzle-orm';
import { viewerParameters, visibleOrders } from '../auth/visibility.ts';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { withRowReader } from '../db/prepared.ts';
import type { OrderStatus } from '../db/tables/enumerations.ts';
import { orders } from '../db/tables/orders.ts';
import type { Keyset } from '../shared/page.ts';
import type { OrderRow } from './order.repository.ts';
import { cameUntil } from './order-age.repository.ts';
import { conditionOf, type LookedUp, type OrderFilterValues } from './order-filter.repository.ts';
import { isOneOf, lookUp, tableIn, type SearchSource } from './order-lookup.repository.ts';
import { resolveTexts } from './order-text.repository.ts';
import { findByVariants, variantsToWalk, type VariantWalk } from './order-variant-walk.repository.ts';

/** Beyond this it is not counted on: `totalCount` then says one more. */
export const countedAtMost = 10_000;

/** What lists can be sorted by. Each ends with the id, so that the order is total. */
export const orderSortColumns = {
  created_at: { column: orders.createdAt, property: 'createdAt', type: 'timestamptz', nullable: false },
  updated_at: { column: orders.updatedAt, property: 'updatedAt', type: 'timestamptz', nullable: false },
  total: { column: orders.totalMinor, property: 'totalMinor', type: 'bigint', nullable: false },
  number: { column: orders.number, property: 'number', type: 'text', nullable: false },
  promised_ship_at: {
    column: orders.promisedShipAt,
    property: 'promisedShipAt',
    type: 'timestamptz',
    nullable: true,
  },
  priority: { column: orders.priority, property: 'priority', type: 'order_priority', nullable: false },
} as const satisfies Record<
  string,
  { column: PgColumn; property: keyof OrderRow; type: string; nullable: boolean }
>;

export interface OrderSortValue {
  field: keyof typeof orderSortColumns;
  direction: 'asc' | 'desc';
}

interface SortKey {
  readonly column: PgColumn;
  readonly property: keyof OrderRow;
  readonly type: string;
  readonly nullable: boolean;
  readonly direction: 'asc' | 'desc';
}

export interface OrderCondition {
  readonly condition: SQL | undefined;
  /** That all of them have, if it is to be walked by. */
  readonly status: OrderStatus | null;
  /** The variants that the orders must have besides, if their items are to be walked. */
  readonly walk: VariantWalk | null;
  /** All that must hold, without that walk. */
  readonly whole: () => Promise<OrderCondition>;
}

interface Page {
  readonly keys: readonly SortKey[];
  readonly after: Keyset | null;
  readonly limit: number;
}

/** The columns and the direction that an index is walked in. */
interface Walk {
  readonly keys: readonly SortKey[];
  readonly after: Keyset | null;
}

/** The sort with the id as its last key, in the direction of the first, so that one index serves both ways. */
export function sortKeys(sort: readonly OrderSortValue[]): SortKey[] {
  const keys: SortKey[] = sort.map(({ field, direction }) => ({ ...orderSortColumns[field], direction }));
  const direction = keys[0]?.direction ?? 'desc';
  return [...keys, { column: orders.id, property: 'id', type: 'uuid', nullable: false, direction }];
}

export function nameOfSort(keys: readonly SortKey[]): string {
  return `orders ${keys.map(({ column, direction }) => `${column.name} ${direction}`).join(', ')}`;
}

export function keysetOf(keys: readonly SortKey[], row: OrderRow): Keyset {
  return keys.map(({ property }) => row[property] as string | number | null);
}

/**
 * The one status that orders are asked of, where its index is what has to be walked. Most orders are completed, but
 * none of the latest are: PostgreSQL knows the first alone, and would walk past all that are still worked on. A person
 * is the better beginning.
 */
function walkedStatus(filter: OrderFilterValues, keys: readonly SortKey[]): OrderStatus | null {
  const { status, customerId, assignedToId } = filter;
  return isByAge(keys) && status?.length === 1 && !customerId && !assignedToId ? status[0]! : null;
}

const isByAge = (keys: readonly SortKey[]): boolean =>
  keys.length === 2 && keys[0]!.column === orders.createdAt;

const isNewestFirst = (keys: readonly SortKey[]): boolean => isByAge(keys) && keys[0]!.direction === 'desc';

/** The status as the first column of the sort: `=` would tell PostgreSQL that it is none, and any index would do. */
function walkOf(keys: readonly SortKey[], after: Keyset | null, status: OrderStatus | null): Walk {
  if (status === null) return { keys, after };
  const { direction } = keys[0]!;
  const first: SortKey = {
    column: orders.status,
    property: 'status',
    type: 'order_status',
    nullable: false,
    direction,
  };
  return { keys: [first, ...keys], after: after && [status, ...after] };
}

/** Drizzle would miss the table of plain columns in a `from` that it does not know. */
const orderColumns = Object.fromEntries(
  Object.entries(getTableColumns(orders)).map(([name, column]) => [name, sql`${column}`.mapWith(column)]),
) as unknown as ReturnType<typeof getTableColumns<typeof orders>>;

export async function searchOrders(
  source: SearchSource,
  condition: OrderCondition,
  page: Page,
): Promise<OrderRow[]> {
  const { walk, whole } = condition;
  if (walk === null) return searchWhole(source, condition, page);
  const found = await findByVariants(source, walk, page, (ids) =>
    searchWhole(source, { ...condition, condition: and(condition.condition, isOneOf(ids)) }, page),
  );
  return found ?? searchWhole(source, await whole(), page);
}

async function searchWhole(
  source: SearchSource,
  { condition, status }: Pick<OrderCondition, 'condition' | 'status'>,
  page: Page,
): Promise<OrderRow[]> {
  const { read, actor } = source;
  const { keys, after } = walkOf(page.keys, page.after, status);
  const statement = withRowReader(
    read
      .select(orderColumns)
      .from(tableIn(source, 'orders'))
      .where(and(visibleOrders(actor.role), condition, after ? afterKeyset(keys, after) : undefined))
      .orderBy(
        ...keys.map(({ column, direction, nullable }) =>
          // Rows without a value come last both ways.
          nullable ? sql`${column} ${sql.raw(direction)} nulls last` : sql`${column} ${sql.raw(direction)}`,
        ),
      )
      .limit(page.limit)
      .prepare('searchOrders'),
  );
  return statement.execute(viewerParameters(actor));
}

export async function countOrders(source: SearchSource, { whole }: OrderCondition): Promise<number> {
  const { read, actor } = source;
  const { condition } = await whole();
  const counted = read
    .select({ one: sql`1`.as('one') })
    .from(tableIn(source, 'orders'))
    .where(and(visibleOrders(actor.role), condition))
    .limit(countedAtMost + 1)
    .as('counted');
  const statement = read
    .select({ count: sql<number>`count(*)::integer` })
    .from(counted)
    .prepare('countOrders');
  const [row] = await statement.execute(viewerParameters(actor));
  return row!.count;
}

/** What the filter means for this viewer, its texts and what is filtered by of related rows looked up. */
export async function resolveFilter(
  source: SearchSource,
  filter: OrderFilterValues,
  keys: readonly SortKey[],
): Promise<OrderCondition> {
  const bound = isNewestFirst(keys) ? await cameUntil(source, filter) : undefined;
  const resolve = async (part: OrderFilterValues): Promise<SQL | undefined> =>
    and(conditionOf(part, source.actor.role, await lookUpAll(source, part)), bound);
  const whole = once(async (): Promise<OrderCondition> => {
    const status = walkedStatus(filter, keys);
    if (status === null) return { status, condition: await resolve(filter), walk: null, whole };
    const rest = await resolve({ ...filter, status: null });
    const condition = and(gte(orders.status, status), lte(orders.status, status), rest);
    return { status, condition, walk: null, whole };
  });
  const walk = isByAge(keys) ? await variantsToWalk(source, filter) : null;
  if (walk === null) return whole();
  return { status: null, condition: await resolve({ ...filter, sku: null, variantId: null }), walk, whole };
}

async function lookUpAll(source: SearchSource, filter: OrderFilterValues): Promise<LookedUp> {
  const [texts, related] = await Promise.all([resolveTexts(source, filter), lookUp(source, filter)]);
  return { texts, related };
}

function once<Result>(make: () => Promise<Result>): () => Promise<Result> {
  let made: Promise<Result> | undefined;
  return () => (made ??= make());
}

/** Rows after the keyset. One direction and no nulls: a row comparison, which an index serves. */
function afterKeyset(keys: readonly SortKey[], after: Keyset): SQL | undefined {
  const direction = keys[0]!.direction;
  if (keys.every((key) => !key.nullable && key.direction === direction)) {
    const columns = sql.join(
      keys.map(({ column }) => sql`${column}`),
      sql`, `,
    );
    const values = sql.join(
      keys.map(({ type }, index) => valueOf(type, after[index]!)),
      sql`, `,
    );
    return sql`(${columns}) ${sql.raw(direction === 'asc' ? '>' : '<')} (${values})`;
  }
  return or(
    ...keys.map((key, index) =>
      and(
        ...keys.slice(0, index).map((each, place) => equals(each, after[place]!)),
        beyond(key, after[index]!),
      ),
    ),
  );
}

function valueOf(type: string, value: string | number | null): SQL {
  return sql`${value}::${sql.raw(type)}`;
}

function equals({ column, type }: SortKey, value: string | number | null): SQL {
  return value === null ? isNull(column) : sql`${column} = ${valueOf(type, value)}`;
}

function beyond(
  { column, type, direction, nullable }: SortKey,
  value: string | number | null,
): SQL | undefined {
  if (value === null) return sql`false`;
  const further = sql`${column} ${sql.raw(direction === 'asc' ? '>' : '<')} ${valueOf(type, value)}`;
  return nullable ? or(further, isNull(column)) : further;
}
