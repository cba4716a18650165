import {
  and,
  eq,
  getTableColumns,
  gte,
  ilike,
  inArray,
  isNotNull,
  isNull,
  lt,
  lte,
  or,
  sql,
  type SQL,
} from 'drizzle-orm';
import { viewerParameters, visibleOrders } from '../auth/visibility.ts';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { orders } from '../db/tables/orders.ts';
import type { LoadingSource } from '../graphql/loading.ts';
import type { Keyset } from '../shared/page.ts';
import type { OrderRow } from './order.repository.ts';
import type { Channel, OrderStatus } from '../db/tables/enumerations.ts';

export interface OrderFilterValues {
  text?: string | null;
  status?: readonly OrderStatus[] | null;
  paymentState?: readonly OrderRow['paymentState'][] | null;
  fulfillmentState?: readonly OrderRow['fulfillmentState'][] | null;
  channel?: readonly Channel[] | null;
  customerId?: string | null;
  assignedToId?: string | null;
  unassigned?: boolean | null;
  createdFrom?: string | null;
  createdBefore?: string | null;
  priority?: readonly OrderRow['priority'][] | null;
  onHold?: boolean | null;
  late?: boolean | null;
}

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

export async function searchOrders(
  { read, actor }: LoadingSource,
  filter: OrderFilterValues,
  keys: readonly SortKey[],
  limit: number,
  after: Keyset | null,
): Promise<OrderRow[]> {
  const statement = read
    .select(getTableColumns(orders))
    .from(orders)
    .where(
      and(visibleOrders(actor.role), ...conditionsOf(filter), after ? afterKeyset(keys, after) : undefined),
    )
    .orderBy(
      ...keys.map(({ column, direction, nullable }) =>
        // Rows without a value come last both ways.
        nullable ? sql`${column} ${sql.raw(direction)} nulls last` : sql`${column} ${sql.raw(direction)}`,
      ),
    )
    .limit(limit)
    .prepare('searchOrders');
  return statement.execute(viewerParameters(actor));
}

export async function countOrders(
  { read, actor }: LoadingSource,
  filter: OrderFilterValues,
): Promise<number> {
  const statement = read
    .select({ count: sql<number>`count(*)::integer` })
    .from(orders)
    .where(and(visibleOrders(actor.role), ...conditionsOf(filter)))
    .prepare('countOrders');
  const [row] = await statement.execute(viewerParameters(actor));
  return row!.count;
}

function conditionsOf(filter: OrderFilterValues): (SQL | undefined)[] {
  const given = <Value>(value: Value | null | undefined, condition: (value: Value) => SQL | undefined) =>
    value === null || value === undefined ? undefined : condition(value);
  return [
    given(filter.text, textCondition),
    given(filter.status, (values) => inArray(orders.status, [...values])),
    given(filter.paymentState, (values) => inArray(orders.paymentState, [...values])),
    given(filter.fulfillmentState, (values) => inArray(orders.fulfillmentState, [...values])),
    given(filter.channel, (values) => inArray(orders.channel, [...values])),
    given(filter.priority, (values) => inArray(orders.priority, [...values])),
    given(filter.customerId, (id) => eq(orders.customerId, id)),
    given(filter.assignedToId, (id) => eq(orders.assignedToId, id)),
    given(filter.unassigned, (yes) => (yes ? isNull(orders.assignedToId) : isNotNull(orders.assignedToId))),
    given(filter.createdFrom, (moment) => gte(orders.createdAt, moment)),
    given(filter.createdBefore, (moment) => lt(orders.createdAt, moment)),
    given(filter.onHold, (yes) => (yes ? isNotNull(orders.heldAt) : isNull(orders.heldAt))),
    given(filter.late, (yes) => (yes ? lateCondition() : sql`not coalesce(${lateCondition()}, false)`)),
  ];
}

function textCondition(text: string): SQL | undefined {
  const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
  return or(ilike(orders.number, pattern), ilike(orders.externalReference, pattern));
}

/** Promised for a moment that has passed, and not yet shipped. */
function lateCondition(): SQL | undefined {
  return and(
    lte(orders.promisedShipAt, sql`now()`),
    inArray(orders.status, ['pending', 'confirmed', 'processing', 'packed']),
  );
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
