import { sql, type SQL } from 'drizzle-orm';
import { orders } from '../db/tables/orders.ts';
import { uuidArray } from '../db/prepared.ts';
import type { LoadingSource } from '../graphql/loading.ts';
import {
  filtersIn,
  listOf,
  type LookedUpConditions,
  type OrderFilterValues,
} from './order-filter.repository.ts';

/** What a search reads with: the tables of the orders that are worked with, or those of the archive. */
export interface SearchSource extends LoadingSource {
  readonly archived: boolean;
}

/**
 * One table alone, without the archive's that inherits from it: to look into both costs each order a search more, and
 * a condition on `archived_at` would be looked up in each row, also where an index knows the answer.
 */
export const tableIn = (
  { archived }: SearchSource,
  name: 'orders' | 'order_items' | 'order_fulfillments' | 'inventory_reservations',
): SQL => sql.raw(archived ? `archive."${name}" as "${name}"` : `only "${name}"`);

/** Up to so many rows the orders are found first and then filtered; where there are more, each order is looked at. */
const candidatesAtMost = 5_000;
/**
 * One more tells that there are more. What is counted is rows, and not what is different among them: an order with two
 * of them would else hide that the list has been cut.
 */
const candidatesLimit = sql`limit ${candidatesAtMost + 1}`;

export const isOneOf = (ids: readonly string[]): SQL => sql`${orders.id} = any(${uuidArray(ids)}::uuid[])`;

/** A subquery with a limit is asked for this order only. */
export const isThere = (rows: SQL): SQL => sql`coalesce((${rows} limit 1), false)`;

/** A condition on what belongs to an order. */
interface Related {
  /** The orders that fulfil it, or more than are wanted of them. */
  readonly candidates: SQL;
  /** The same, asked of one order. */
  readonly ofOrder: SQL;
}

/**
 * What the filters by related rows mean for an order. Few orders become the list of these. Where there are many, each
 * order is looked at in the sequence of the sort, which soon fills a page: to gather all of them first, as the
 * database would, takes the longer the more orders there are.
 */
export async function lookUp(source: SearchSource, filter: OrderFilterValues): Promise<LookedUpConditions> {
  const wanted = new Map<unknown, () => Promise<SQL>>();
  for (const { locationCode, sku, variantId } of filtersIn(filter)) {
    if (locationCode) wanted.set(locationCode, () => resolve(source, atLocations(source, locationCode)));
    if (sku) wanted.set(sku, async () => haveVariants(source, await variantsOf(source, sku)));
    if (variantId) wanted.set(variantId, () => haveVariants(source, [variantId]));
  }
  const resolved = [...wanted].map(async ([value, condition]) => [value, await condition()] as const);
  return new Map(await Promise.all(resolved));
}

async function resolve({ read }: SearchSource, { candidates, ofOrder }: Related): Promise<SQL> {
  const [counted] = await read.execute<{ count: number }>(
    sql`select count(*)::integer as count from (select from (${candidates}) as found (id) ${candidatesLimit}) as found`,
  );
  // Counting is told by the index alone; what is counted for nothing is not gathered besides.
  if (counted!.count > candidatesAtMost) return ofOrder;
  const rows = await read.execute<{ id: string }>(sql`select distinct id from (${candidates}) as found (id)`);
  return isOneOf(rows.map(({ id }) => id));
}

function atLocations(source: SearchSource, codes: readonly string[]): Related {
  const places = sql`(select id from stock_locations where code in ${listOf(codes)}) as place`;
  const at = sql`location_id = any(array(select id from ${places}))`;
  const fulfillments = tableIn(source, 'order_fulfillments');
  const reservations = tableIn(source, 'inventory_reservations');
  return {
    // Sorted as the index of the queue is, or a location without orders would be looked for in the whole table.
    candidates: sql`
      (select order_id from ${places} cross join lateral (
        select order_id from ${fulfillments} where location_id = place.id order by status, created_at ${candidatesLimit}
      ) as parcel ${candidatesLimit})
      union all (select order_id from ${reservations} where is_active and ${at} ${candidatesLimit})`,
    ofOrder: sql`(${isThere(sql`select true from ${fulfillments} where order_id = ${orders.id} and ${at}`)}
      or ${isThere(sql`select true from ${reservations} where order_id = ${orders.id} and is_active and ${at}`)})`,
  };
}

export async function variantsOf({ read }: SearchSource, skus: readonly string[]): Promise<string[]> {
  const rows = await read.execute<{ id: string }>(
    sql`select id from product_variants where sku in ${listOf(skus)}`,
  );
  return rows.map(({ id }) => id);
}

/** Orders with one of these variants. The variants are values, so that an index of them and of orders can answer. */
export function haveVariants(source: SearchSource, ids: readonly string[]): Promise<SQL> {
  const items = tableIn(source, 'order_items');
  const variants = sql`${uuidArray(ids)}::uuid[]`;
  return resolve(source, {
    candidates: sql`
      select order_id from unnest(${variants}) as variant (id) cross join lateral (
        select order_id from ${items} where variant_id = variant.id ${candidatesLimit}
      ) as line`,
    ofOrder: isThere(
      sql`select true from ${items} where order_id = ${orders.id} and variant_id = any(${variants})`,
    ),
  });
}
