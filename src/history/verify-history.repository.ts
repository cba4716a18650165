import { sql, type SQL } from 'drizzle-orm';
import { isoInstant } from '../db/columns.ts';
import type { Executor } from '../db/driver/database.ts';

export const historyBreakReasons = [
  'entry_changed',
  'entry_missing',
  'entry_inserted',
  'origin_changed',
  'end_missing',
  'end_changed',
  'head_missing',
] as const;
export type HistoryBreakReason = (typeof historyBreakReasons)[number];

/** Where the chain of one order first breaks, and why. */
export interface HistoryBreak {
  readonly orderId: string;
  /** The entry at which it shows; null where it shows at the end of the chain. */
  readonly entryId: string | null;
  /** The place in the chain, from 1. */
  readonly place: number | null;
  readonly reason: HistoryBreakReason;
}

/** What was found of one page of orders. */
export interface HistoryVerification {
  readonly ordersChecked: number;
  readonly entriesChecked: number;
  readonly breaks: readonly HistoryBreak[];
  /** The last order of the page, and whether there are more. */
  readonly last: { readonly createdAt: string; readonly id: string } | null;
  readonly hasMore: boolean;
}

export interface HistoryRange {
  readonly orderId?: string | null;
  readonly createdFrom?: string | null;
  readonly createdBefore?: string | null;
}

interface VerifiedRow extends Record<string, unknown> {
  orderId: string;
  createdAt: string;
  entries: number;
  entryId: string | null;
  place: number | null;
  reason: HistoryBreakReason | null;
  hasMore: boolean;
}

/**
 * Recomputes the chains of up to `limit` orders, oldest first, in one statement.
 *
 * The hash is spelled out here a second time instead of being left to the trigger's function: whoever can change
 * rows behind our back can replace that function too, and would then be the one to say what is right.
 */
export async function verifyHistories(
  read: Executor,
  range: HistoryRange,
  limit: number,
  after: { readonly createdAt: string; readonly id: string } | null,
): Promise<HistoryVerification> {
  const rows = await read.execute<VerifiedRow>(sql`
    with chosen as materialized (
      select orders.id, orders.created_at from orders
      where ${conditionOf(range, after)} order by orders.created_at, orders.id limit ${limit + 1}
    ), checked as materialized (
      select * from chosen order by created_at, id limit ${limit}
    ), linked as (
      select entry.order_id, entry.id, entry.chain_place, entry.hash, entry.origin_digest, entry.origin_salt,
        entry.ip_address, entry.user_agent, ${contentDigest} as content,
        row_number() over chain as expected_place, lag(entry.hash) over chain as previous_hash
      from checked join archive.every_history_entry as entry on entry.order_id = checked.id
      window chain as (partition by entry.order_id order by entry.chain_place, entry.position)
    ), judged as (
      select linked.*, ${reasonOfEntry} as reason from linked
    ), chains as (
      select order_id, count(*)::integer as entries, max(chain_place) as end_place,
        (array_agg(hash order by chain_place desc))[1] as end_hash,
        (array_agg(id order by chain_place) filter (where reason is not null))[1] as entry_id,
        (array_agg(chain_place order by chain_place) filter (where reason is not null))[1] as place,
        (array_agg(reason order by chain_place) filter (where reason is not null))[1] as reason
      from judged group by order_id
    )
    select checked.id as "orderId", checked.created_at::text as "createdAt",
      coalesce(chains.entries, 0) as entries, chains.entry_id as "entryId",
      coalesce(chains.place, case when head.length > coalesce(end_place, 0) then coalesce(end_place, 0) + 1 end) as place,
      case
        when chains.reason is not null then chains.reason
        when head.order_id is null then 'head_missing'
        when head.length > coalesce(end_place, 0) then 'end_missing'
        when head.length < end_place or head.hash is distinct from end_hash then 'end_changed'
      end as reason,
      -- One order more than asked for tells whether there are more.
      (select count(*) from chosen) > ${limit} as "hasMore"
    from checked
      left join chains on chains.order_id = checked.id
      left join order_history_heads as head on head.order_id = checked.id
    order by checked.created_at, checked.id`);
  return verificationOf(rows);
}

function verificationOf(rows: readonly VerifiedRow[]): HistoryVerification {
  const breaks = rows.flatMap(({ orderId, entryId, place, reason }) =>
    reason === null ? [] : [{ orderId, entryId, place, reason }],
  );
  const last = rows.at(-1);
  return {
    ordersChecked: rows.length,
    entriesChecked: rows.reduce((sum, { entries }) => sum + entries, 0),
    breaks,
    last: last ? { createdAt: isoInstant(last.createdAt), id: last.orderId } : null,
    hasMore: last?.hasMore ?? false,
  };
}

function conditionOf(
  { orderId, createdFrom, createdBefore }: HistoryRange,
  after: { readonly createdAt: string; readonly id: string } | null,
): SQL {
  const conditions = [
    sql`true`,
    ...(orderId ? [sql`orders.id = ${orderId}::uuid`] : []),
    ...(createdFrom ? [sql`orders.created_at >= ${createdFrom}::timestamptz`] : []),
    ...(createdBefore ? [sql`orders.created_at < ${createdBefore}::timestamptz`] : []),
    ...(after
      ? [sql`(orders.created_at, orders.id) > (${after.createdAt}::timestamptz, ${after.id}::uuid)`]
      : []),
  ];
  return sql.join(conditions, sql` and `);
}

/** What an entry says, as the trigger chain_history_entry digests it. */
const contentDigest = sql`sha256(convert_to(jsonb_build_array(
  entry.id, entry.order_id, entry.fulfillment_id, entry.action, entry.old_status, entry.new_status,
  entry.description, entry.performed_by_id, entry.additional_data, entry.transaction_id::text, entry.position,
  (extract(epoch from entry.created_at) * 1000000)::bigint, encode(entry.origin_digest, 'hex'))::text, 'UTF8'))`;

/**
 * Why an entry is not as it was written; null when it is. An origin that has been erased is right, since erasing
 * takes the salt as well: what is left of it is the digest.
 */
const reasonOfEntry = sql`case
  when chain_place > expected_place then 'entry_missing'
  when chain_place < expected_place then 'entry_inserted'
  when hash is distinct from sha256(coalesce(previous_hash, '') || int4send(chain_place) || content) then 'entry_changed'
  when origin_salt is null then
    case when ip_address is not null or user_agent is not null then 'origin_changed' end
  when origin_digest is distinct from
    sha256(convert_to(jsonb_build_array(origin_salt, ip_address, user_agent)::text, 'UTF8')) then 'origin_changed'
end`;
