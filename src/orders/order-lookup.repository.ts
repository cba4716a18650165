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

/** Up to so many orders are found first and then filtered; where there are more, each order is looked at. */
export const candidatesAtMost = 5_000;
/**
 * One more tells that there are more. What is counted is rows, and not what is different among them: an order with two
 * of them would else hide that the list has been cut.
 */
export const candidatesLimit = sql`limit ${candidatesAtMost + 1}`;

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
export async function lookUp(source: LoadingSource, filter: OrderFilterValues): Promise<LookedUpConditions> {
  const wanted = new Map<unknown, Related>();
  for (const { locationCode, sku, variantId } of filtersIn(filter)) {
    if (locationCode) wanted.set(locationCode, atLocations(locationCode));
    if (sku) wanted.set(sku, ofVariants(sql`select id from product_variants where sku in ${listOf(sku)}`));
    if (variantId) wanted.set(variantId, ofVariants(sql`select ${variantId}::uuid as id`));
  }
  const resolved = [...wanted].map(
    async ([value, related]) => [value, await resolve(source, related)] as const,
  );
  return new Map(await Promise.all(resolved));
}

async function resolve({ read }: LoadingSource, { candidates, ofOrder }: Related): Promise<SQL> {
  const rows = await read.execute<{ id: string }>(
    sql`select id from (${candidates}) as found (id) ${candidatesLimit}`,
  );
  return rows.length > candidatesAtMost ? ofOrder : isOneOf([...new Set(rows.map(({ id }) => id))]);
}

function atLocations(codes: readonly string[]): Related {
  const places = sql`(select id from stock_locations where code in ${listOf(codes)}) as place`;
  const at = sql`location_id = any(array(select id from ${places}))`;
  return {
    // Sorted as the index of the queue is, or a location without orders would be looked for in the whole table.
    candidates: sql`
      (select order_id from ${places} cross join lateral (
        select order_id from order_fulfillments where location_id = place.id order by status, created_at ${candidatesLimit}
      ) as parcel ${candidatesLimit})
      union all (select order_id from inventory_reservations where is_active and ${at} ${candidatesLimit})`,
    ofOrder: sql`(${isThere(sql`select true from order_fulfillments where order_id = ${orders.id} and ${at}`)}
      or ${isThere(sql`select true from inventory_reservations where order_id = ${orders.id} and is_active and ${at}`)})`,
  };
}

function ofVariants(variants: SQL): Related {
  return {
    candidates: sql`
      select order_id from (${variants}) as variant cross join lateral (
        select order_id from order_items where variant_id = variant.id ${candidatesLimit}
      ) as line`,
    ofOrder: isThere(
      sql`select true from order_items where order_id = ${orders.id} and variant_id = any(array(${variants}))`,
    ),
  };
}
