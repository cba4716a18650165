import { and, asc, desc, eq, getTableColumns, sql, type SQL } from 'drizzle-orm';
import { viewerParameters, visibleQuotes } from '../auth/visibility.ts';
import { uuidArray } from '../db/prepared.ts';
import { quoteItems, quotes } from '../db/tables/quotes.ts';
import type { LoadingSource } from '../graphql/loading.ts';
import type { Keyset, ListOrder } from '../shared/page.ts';

export const quoteStates = ['open', 'converted', 'expired'] as const;
export type QuoteState = (typeof quoteStates)[number];

/** Follows from what the quote has become and from the database's clock, and so is never set wrong. */
const state = sql<QuoteState>`case when ${quotes.orderId} is not null then 'converted'
  when ${quotes.expiresAt} <= clock_timestamp() then 'expired' else 'open' end`;
const shown = { ...getTableColumns(quotes), state };

export type QuoteRow = typeof quotes.$inferSelect & { readonly state: QuoteState };
export type QuoteItemRow = typeof quoteItems.$inferSelect & { readonly currency: string };

export interface QuoteFilterValues {
  states?: readonly QuoteState[] | null;
  customerId?: string | null;
}

export const latestQuotesFirst: ListOrder = {
  name: 'quotes created_at, id desc',
  keys: [{ type: 'timestamptz' }, { type: 'uuid' }],
};

export function findQuotes({ read, actor }: LoadingSource, ids: readonly string[]): Promise<QuoteRow[]> {
  return read
    .select(shown)
    .from(quotes)
    .where(and(sql`${quotes.id} = any(${uuidArray(ids)}::uuid[])`, visibleQuotes(actor.role)))
    .prepare('findQuotes')
    .execute(viewerParameters(actor));
}

/** The lines of quotes that are visible already. */
export function findQuoteItems(
  { read }: LoadingSource,
  quoteIds: readonly string[],
): Promise<QuoteItemRow[]> {
  return read
    .select({ ...getTableColumns(quoteItems), currency: quotes.currency })
    .from(quoteItems)
    .innerJoin(quotes, eq(quotes.id, quoteItems.quoteId))
    .where(sql`${quoteItems.quoteId} = any(${uuidArray(quoteIds)}::uuid[])`)
    .orderBy(asc(quoteItems.position));
}

function conditionsOf({ states, customerId }: QuoteFilterValues): (SQL | undefined)[] {
  return [
    states ? sql`${state} = any(${`{${states.join(',')}}`}::text[])` : undefined,
    customerId ? eq(quotes.customerId, customerId) : undefined,
  ];
}

export function searchQuotes(
  { read, actor }: LoadingSource,
  filter: QuoteFilterValues,
  limit: number,
  after: Keyset | null,
): Promise<QuoteRow[]> {
  const afterCondition = after
    ? sql`(${quotes.createdAt}, ${quotes.id}) < (${after[0]}::timestamptz, ${after[1]}::uuid)`
    : undefined;
  return read
    .select(shown)
    .from(quotes)
    .where(and(visibleQuotes(actor.role), ...conditionsOf(filter), afterCondition))
    .orderBy(desc(quotes.createdAt), desc(quotes.id))
    .limit(limit)
    .prepare('searchQuotes')
    .execute(viewerParameters(actor));
}

export async function countQuotes(
  { read, actor }: LoadingSource,
  filter: QuoteFilterValues,
): Promise<number> {
  const [row] = await read
    .select({ count: sql<number>`count(*)::integer` })
    .from(quotes)
    .where(and(visibleQuotes(actor.role), ...conditionsOf(filter)))
    .prepare('countQuotes')
    .execute(viewerParameters(actor));
  return row!.count;
}
