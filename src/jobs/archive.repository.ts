import { sql } from 'drizzle-orm';
import type { Database } from '../db/driver/database.ts';

/** What is archived when; what is left out stays where it is for ever. */
export interface ArchivePolicy {
  /** A finished order goes to the archive so many days after it was last touched. */
  readonly archiveAfterDays: number | undefined;
  /** The event log reaches back so many whole months. */
  readonly historyMonths: number | undefined;
}

/** Each batch is a transaction; while it runs, the readers of the log wait for it. */
const ordersPerBatch = 100;
/** A bound for one run: what is left goes with the next. */
const batchesAtMost = 5_000;
/** Whoever wants the history meanwhile waits behind us, so that we wait briefly and try again the next night. */
const lockTimeout = '2s';

/** Moves finished orders to the archive, as many as are due. Returns how many. */
export async function archiveOrders(database: Database, days: number): Promise<number> {
  let archived = 0;
  for (let batch = 0; batch < batchesAtMost; batch += 1) {
    const count = await database.transaction(async (transaction) => {
      const [row] = await transaction.execute<{ count: number }>(
        sql`select archive.move_orders(${days}::integer, ${ordersPerBatch}::integer) as count`,
      );
      return row!.count;
    });
    archived += count;
    if (count === 0) break;
  }
  return archived;
}

/**
 * Takes the oldest months out of the event log, those that the policy no longer keeps and that nobody needs there.
 * Rows are neither read nor written while anybody waits: what PostgreSQL wants to know of the month is proven to it
 * before. Returns how many months.
 */
export async function detachHistoryMonths(database: Database, months: number): Promise<number> {
  for (let detached = 0; ; detached += 1) {
    const [month] = await database.read.execute<{ name: string; startsAt: string; endsAt: string }>(sql`
      select name, starts_at::text as "startsAt", ends_at::text as "endsAt"
      from archive.month_to_detach(${months}::integer)`);
    if (!month) return detached;
    const partition = sql.identifier(month.name);
    const [startsAt, endsAt] = [sql.raw(`'${month.startsAt}'`), sql.raw(`'${month.endsAt}'`)];
    await database.transaction(async (transaction) => {
      await transaction.execute(sql`set local lock_timeout = ${sql.raw(`'${lockTimeout}'`)}`);
      await transaction.execute(sql`alter table ${partition} drop constraint if exists within_month`);
      await transaction.execute(sql`
        alter table ${partition} add constraint within_month
        check (created_at >= ${startsAt}::timestamptz and created_at < ${endsAt}::timestamptz) not valid`);
    });
    await database.transaction((transaction) =>
      transaction.execute(sql`alter table ${partition} validate constraint within_month`),
    );
    const isDetached = await database.transaction(async (transaction) => {
      await transaction.execute(sql`set local lock_timeout = ${sql.raw(`'${lockTimeout}'`)}`);
      const [row] = await transaction.execute<{ name: string | null }>(
        sql`select archive.detach_month(${months}::integer) as name`,
      );
      return row!.name !== null;
    });
    if (!isDetached) return detached;
  }
}
