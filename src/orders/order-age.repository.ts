import { and, gte, lt, lte, sql, type SQL } from 'drizzle-orm';
import { orders } from '../db/tables/orders.ts';
import type { OrderFilterValues } from './order-filter.repository.ts';
import { tableIn, type SearchSource } from './order-lookup.repository.ts';

/** What is asked of an order that happens after it came, and of which there is an index of the exceptions. */
const moments = [
  { column: orders.promisedShipAt, from: 'promisedFrom', before: 'promisedBefore' },
  { column: orders.shippedAt, from: 'shippedFrom', before: 'shippedBefore' },
  { column: orders.deliveredAt, from: 'deliveredFrom', before: 'deliveredBefore' },
] as const;

/**
 * When the orders that the filter holds for can have come at the latest. What was delivered before June came before
 * June: PostgreSQL does not know, and would begin with the newest order and walk past all that came since. Orders that
 * came after it nevertheless, as an import may have them, are few, and are looked up.
 */
export async function cameUntil(source: SearchSource, filter: OrderFilterValues): Promise<SQL | undefined> {
  // The archive has no index of its exceptions.
  if (source.archived) return undefined;
  const bounds = moments.map(async ({ column, from, before }) => {
    const [since, until] = [filter[from], filter[before]];
    if (!until) return undefined;
    const window = and(
      lt(column, orders.createdAt),
      lt(column, until),
      since ? gte(column, since) : undefined,
    );
    // Without the offset the greatest is looked for from the newest order on, past all that are no exceptions.
    const [row] = await source.read.execute<{ latest: string }>(sql`
      select greatest(${until}::timestamptz, max(created_at)) as latest
      from (select created_at from ${tableIn(source, 'orders')} where ${window} offset 0) as exceptions`);
    return lte(orders.createdAt, row!.latest);
  });
  return and(...(await Promise.all(bounds)));
}
