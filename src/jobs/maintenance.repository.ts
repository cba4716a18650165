import { sql, type SQL } from 'drizzle-orm';
import type { Database } from '../db/driver/database.ts';

/** How long a repeated call is recognised. */
export const idempotencyKeyLifetimeDays = 30;
const batchSize = 5_000;
/** A bound for one run: what is left goes with the next. */
const batchesAtMost = 2_000;

/** Deletes rows a batch a transaction, so that no lock is held for long. Returns how many. */
async function deleteInBatches(database: Database, table: SQL, condition: SQL): Promise<number> {
  let deleted = 0;
  for (let batch = 0; batch < batchesAtMost; batch += 1) {
    const count = await database.transaction(async (transaction) => {
      const [row] = await transaction.execute<{ count: number }>(sql`
        with gone as (
          delete from ${table}
          where ctid = any(array(select ctid from ${table} where ${condition} limit ${batchSize} for update skip locked))
          returning 1)
        select count(*)::integer as count from gone`);
      return row!.count;
    });
    deleted += count;
    if (count < batchSize) break;
  }
  return deleted;
}

/** The results of calls that nobody repeats any more. */
export function pruneIdempotencyKeys(database: Database): Promise<number> {
  return deleteInBatches(
    database,
    sql`idempotency_keys`,
    sql`created_at < now() - make_interval(days => ${idempotencyKeyLifetimeDays})`,
  );
}

/**
 * Refresh tokens past their time. A spent one stays until then: when it comes a second time, somebody has stolen it,
 * and that can only be seen while it is here.
 */
export function pruneRefreshTokens(database: Database): Promise<number> {
  return deleteInBatches(database, sql`refresh_tokens`, sql`expires_at < now()`);
}

/** What was counted of sign-ins, and counts from nothing again. */
export function pruneSignInAttempts(database: Database): Promise<number> {
  return deleteInBatches(database, sql`sign_in.attempts`, sql`ends_at < now()`);
}

/** How long it can be seen what was sent to a webhook endpoint. */
export const webhookDeliveryLifetimeDays = 30;

/** Deliveries that are done. What still waits, for an endpoint that was disabled, waits on. */
export function pruneWebhookDeliveries(database: Database): Promise<number> {
  return deleteInBatches(
    database,
    sql`webhook_deliveries`,
    sql`status <> 'pending' and created_at < now() - make_interval(days => ${webhookDeliveryLifetimeDays})`,
  );
}

/**
 * Partitions of the history for the next three months, and not more of them: each costs every read by order. Returns
 * how many were made.
 */
export async function makeHistoryPartitions(database: Database): Promise<number> {
  return database.transaction(async (transaction) => {
    const [row] = await transaction.execute<{ created: number }>(sql`
      select ensure_history_partitions(now(), now() + interval '3 months') as created`);
    return row!.created;
  });
}
