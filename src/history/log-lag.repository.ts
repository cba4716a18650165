import { sql } from 'drizzle-orm';
import type { Executor } from '../db/driver/database.ts';
import type { LogPlace } from './log-place.ts';

/** How far a reader of the log is behind what is committed. */
export interface LogLag extends Record<string, unknown> {
  /** Up to the bound. */
  readonly events: number;
  /** The age of the oldest of them. */
  readonly seconds: number;
}

/** Past it the reader is far behind, and how far is not worth counting. */
const countedAtMost = 10_000;

/** Counts what is committed after a place, also what a running transaction still holds back. */
export async function readLogLag(read: Executor, { transactionId, position }: LogPlace): Promise<LogLag> {
  const [row] = await read.execute<LogLag>(sql`
    select count(*)::integer as events,
      greatest(coalesce(extract(epoch from clock_timestamp() - min(created_at)), 0), 0)::float8 as seconds
    from (
      select created_at from order_history
      where (transaction_id, position) > (${transactionId.toString()}::xid8, ${position.toString()}::bigint)
      order by transaction_id, position limit ${countedAtMost}
    ) as unread`);
  return row!;
}
