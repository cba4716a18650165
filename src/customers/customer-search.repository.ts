import { and, getTableColumns, inArray, isNull, isNotNull, sql, type SQL } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { contains } from '../db/contains.ts';
import type { Executor } from '../db/driver/database.ts';
import { customers } from '../db/tables/customers.ts';
import type { CustomerKind } from '../db/tables/enumerations.ts';
import type { Keyset, ListOrder } from '../shared/page.ts';
import type { CustomerRow } from './customer.repository.ts';

export interface CustomerFilterValues {
  text?: string | null;
  kind?: readonly CustomerKind[] | null;
  erased?: boolean | null;
}

export interface CustomerSortValue {
  field: 'name' | 'created_at';
  direction: 'asc' | 'desc';
}

const sortColumns = {
  name: { column: customers.name, property: 'name', type: 'text' },
  created_at: { column: customers.createdAt, property: 'createdAt', type: 'timestamptz' },
} as const satisfies Record<
  CustomerSortValue['field'],
  { column: PgColumn; property: keyof CustomerRow; type: string }
>;

/** The expression of the index `customers_search`. */
const searchText = sql`lower(
  ${customers.name} || ' ' || coalesce(${customers.company}, '') || ' ' || coalesce(${customers.email}, '') || ' ' || coalesce(${customers.phone}, '')
)`;

export function customersOrder({ field, direction }: CustomerSortValue): ListOrder {
  const { type } = sortColumns[field];
  return { name: `customers ${field}, id ${direction}`, keys: [{ type }, { type: 'uuid' }] };
}

export function keysetOfCustomer({ field }: CustomerSortValue, row: CustomerRow): Keyset {
  return [row[sortColumns[field].property], row.id];
}

export function searchCustomers(
  read: Executor,
  filter: CustomerFilterValues,
  { field, direction }: CustomerSortValue,
  limit: number,
  after: Keyset | null,
): Promise<CustomerRow[]> {
  const { column, type } = sortColumns[field];
  const way = sql.raw(direction);
  const beyond =
    after &&
    sql`(${column}, ${customers.id}) ${sql.raw(direction === 'asc' ? '>' : '<')} (${after[0]}::${sql.raw(type)}, ${after[1]}::uuid)`;
  return read
    .select(getTableColumns(customers))
    .from(customers)
    .where(and(...conditionsOf(filter), beyond ?? undefined))
    .orderBy(sql`${column} ${way}`, sql`${customers.id} ${way}`)
    .limit(limit);
}

export async function countCustomers(read: Executor, filter: CustomerFilterValues): Promise<number> {
  const [row] = await read
    .select({ count: sql<number>`count(*)::integer` })
    .from(customers)
    .where(and(...conditionsOf(filter)));
  return row!.count;
}

function conditionsOf({ text, kind, erased }: CustomerFilterValues): (SQL | undefined)[] {
  return [
    text ? contains(searchText, text) : undefined,
    kind ? inArray(customers.kind, [...kind]) : undefined,
    typeof erased === 'boolean'
      ? erased
        ? isNotNull(customers.erasedAt)
        : isNull(customers.erasedAt)
      : undefined,
  ];
}
