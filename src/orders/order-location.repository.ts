import { sql, type SQL } from 'drizzle-orm';
import { orders } from '../db/tables/orders.ts';
import { uuidArray } from '../db/prepared.ts';
import type { LoadingSource } from '../graphql/loading.ts';
import { filtersIn, type LocationConditions, type OrderFilterValues } from './order-filter.repository.ts';

/** Up to so many orders are found first and then filtered; where there are more, each order is looked at. */
const candidatesAtMost = 2_000;

/**
 * What the locations in the filter mean for an order. Few orders at them become the list of these. Where there are many,
 * each order is looked at in the sequence of the sort, which soon fills a page: to gather all of them first, as the
 * database would, takes the longer the more orders there are.
 */
export async function resolveLocations(
  source: LoadingSource,
  filter: OrderFilterValues,
): Promise<LocationConditions> {
  const lists = filtersIn(filter).flatMap(({ locationCode }) => (locationCode ? [locationCode] : []));
  const resolved = await Promise.all(
    lists.map(async (codes) => [codes, await resolve(source, codes)] as const),
  );
  return new Map(resolved);
}

async function resolve({ read }: LoadingSource, codes: readonly string[]): Promise<SQL> {
  if (codes.length === 0) return sql`false`;
  const places = sql`(select id from stock_locations where code in ${[...codes]}) as place`;
  const limit = sql`limit ${candidatesAtMost + 1}`;
  // Sorted as the index of the queue is, or a location without orders would be looked for in the whole table.
  const rows = await read.execute<{ id: string }>(sql`
    select id from (
      (select order_id from ${places} cross join lateral (
        select order_id from order_fulfillments where location_id = place.id order by status, created_at ${limit}
      ) as parcel ${limit})
      union (
        select order_id from inventory_reservations
        where is_active and location_id = any(array(select id from ${places})) ${limit}
      )
    ) as found (id) ${limit}`);
  const at = sql`location_id = any(array(select id from ${places}))`;
  if (rows.length <= candidatesAtMost) {
    return sql`${orders.id} = any(${uuidArray(rows.map(({ id }) => id))}::uuid[])`;
  }
  // A subquery with a limit is asked for this order only.
  const ofOrder = (query: SQL): SQL => sql`coalesce((${query} limit 1), false)`;
  return sql`(${ofOrder(sql`select true from order_fulfillments where order_id = ${orders.id} and ${at}`)}
    or ${ofOrder(sql`select true from inventory_reservations where order_id = ${orders.id} and is_active and ${at}`)})`;
}
