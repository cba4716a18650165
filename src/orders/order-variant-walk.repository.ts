import { sql } from 'drizzle-orm';
import { uuidArray } from '../db/prepared.ts';
import type { Keyset } from '../shared/page.ts';
import type { OrderRow } from './order.repository.ts';
import type { OrderFilterValues } from './order-filter.repository.ts';
import { tableIn, variantsOf, type SearchSource } from './order-lookup.repository.ts';

/** Orders of these variants by age, which the index of their items is nearly sorted by. */
export interface VariantWalk {
  readonly variantIds: readonly string[];
  readonly createdFrom: string | null;
  readonly createdBefore: string | null;
}

interface Page {
  readonly keys: readonly { readonly direction: 'asc' | 'desc' }[];
  readonly after: Keyset | null;
  readonly limit: number;
}

/**
 * An order's id is a UUIDv7: it tells when the order was made, and a check of the table holds that this is within
 * two hours of `created_at`, which the list is sorted by.
 */
const precisionMs = 2 * 60 * 60 * 1_000;
/** So many items are looked at, then more if the page is not full, and at last every order in turn. */
const windows = [200, 3_000, 30_000];
const latestMs = 2 ** 48 - 1;

/** A person has few orders and is the better beginning. */
export async function variantsToWalk(
  source: SearchSource,
  filter: OrderFilterValues,
): Promise<VariantWalk | null> {
  const { sku, variantId, customerId, assignedToId, createdFrom = null, createdBefore = null } = filter;
  const isOne = Boolean(sku) !== Boolean(variantId);
  if (!isOne || customerId || assignedToId || source.actor.role === 'customer') return null;
  return { variantIds: sku ? await variantsOf(source, sku) : [variantId!], createdFrom, createdBefore };
}

/**
 * A page of orders by age, out of those whose items are next in the index. Null when many were looked at and the page
 * was not full: either the variants are in nearly every order or the rest of the filter leaves few.
 */
export async function findByVariants(
  source: SearchSource,
  walk: VariantWalk,
  page: Page,
  searchAmong: (ids: readonly string[]) => Promise<OrderRow[]>,
): Promise<OrderRow[] | null> {
  const isDescending = page.keys[0]!.direction === 'desc';
  for (const window of windows) {
    const ids = await nextOrders(source, walk, page, window);
    const rows = await searchAmong(ids);
    if (ids.length < window) return rows;
    if (rows.length < page.limit) continue;
    // Every order outside of the window is beyond this moment.
    const last = Date.parse(rows.at(-1)!.createdAt);
    const frontier = momentOf(ids.at(-1)!);
    if (isDescending ? last > frontier + precisionMs : last < frontier - precisionMs) return rows;
  }
  return null;
}

/** With an order twice where two of its items are of the variants. */
async function nextOrders(
  source: SearchSource,
  { variantIds, createdFrom, createdBefore }: VariantWalk,
  { keys, after }: Page,
  limit: number,
): Promise<string[]> {
  const { direction } = keys[0]!;
  const reached = (after?.[0] ?? null) as string | null;
  const [from, to] = direction === 'desc' ? [null, reached] : [reached, null];
  const first = Math.max(...[createdFrom, from].map((moment) => msOf(moment) ?? 0)) - precisionMs;
  const last = Math.min(...[createdBefore, to].map((moment) => msOf(moment) ?? latestMs)) + precisionMs + 1;
  const sequence = sql.raw(direction);
  const rows = await source.read.execute<{ id: string }>(sql`
    select order_id as id from unnest(${uuidArray(variantIds)}::uuid[]) as variant (id) cross join lateral (
      select order_id from ${tableIn(source, 'order_items')}
      where variant_id = variant.id
        and order_id between ${identifierAt(first, '0')}::uuid and ${identifierAt(last, 'f')}::uuid
      order by order_id ${sequence} limit ${limit}
    ) as item
    order by order_id ${sequence} limit ${limit}`);
  return rows.map(({ id }) => id);
}

/** Null for what is no bound that an identifier could tell. */
function msOf(moment: string | null): number | null {
  const ms = moment === null ? Number.NaN : Date.parse(moment);
  return Number.isNaN(ms) ? null : ms;
}

/** The milliseconds since 1970 that a UUIDv7 begins with. */
const momentOf = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);

/** The first or the last of all identifiers of a millisecond. */
function identifierAt(ms: number, fill: '0' | 'f'): string {
  const head = Math.min(Math.max(Math.floor(ms), 0), latestMs)
    .toString(16)
    .padStart(12, '0');
  const rest = fill.repeat(20);
  return `${head.slice(0, 8)}-${head.slice(8)}-${rest.slice(0, 4)}-${rest.slice(4, 8)}-${rest.slice(8)}`;
}
