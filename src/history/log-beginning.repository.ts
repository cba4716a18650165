import { sql } from 'drizzle-orm';
import type { Executor } from '../db/driver/database.ts';
import type { LogPlace } from './log-place.ts';

/** Events up to this place may have left the log for the archive; nobody can go on from before it. */
export async function readLogBeginning(executor: Executor): Promise<LogPlace> {
  const [row] = await executor.execute<{ transactionId: string; position: string }>(sql`
    select transaction_id::text as "transactionId", position::text as position from archive.log_beginning`);
  return { transactionId: BigInt(row!.transactionId), position: BigInt(row!.position) };
}

/** Whether any month has left the log. */
export async function hasDetachedMonths(executor: Executor): Promise<boolean> {
  const [row] = await executor.execute<{ found: boolean }>(
    sql`select kept_from > '-infinity' as found from archive.log_beginning`,
  );
  return row!.found;
}
