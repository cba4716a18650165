import { sql, type SQL } from 'drizzle-orm';
import { isoInstant } from '../db/columns.ts';
import type { Executor } from '../db/driver/database.ts';
import type { Keyset, ListOrder } from '../shared/page.ts';

/** A job that was tried as often as it may be. It stays in the queue until somebody decides what becomes of it. */
export interface FailedJobRow extends Record<string, unknown> {
  readonly id: string;
  readonly task: string;
  readonly attempts: number;
  readonly maxAttempts: number;
  readonly lastError: string | null;
  readonly createdAt: string;
  readonly failedAt: string;
  /** What it was about. */
  readonly orderId: string | null;
  readonly noteId: string | null;
}

export const failedJobsOrder: ListOrder = { name: 'failed jobs id desc', keys: [{ type: 'bigint' }] };

/** The queue's own table, since its public view leaves the payload out. */
const jobs = sql`graphile_worker._private_jobs as jobs`;
const withTask = sql`${jobs} join graphile_worker._private_tasks as tasks on tasks.id = jobs.task_id`;
/** Word for word the condition of the index that `src/db/migrate.ts` makes: however long the queue, only these are read. */
const hasFailed = sql`jobs.attempts >= jobs.max_attempts and jobs.locked_at is null`;
const ofTask = (task: string | null): SQL => (task === null ? sql`true` : sql`tasks.identifier = ${task}`);

/**
 * The queue writes down no time of a failure, but when it would have tried again: this much later. Whoever gives a job
 * up in another way stamps `updated_at`.
 */
const failedAt = sql`greatest(jobs.updated_at, jobs.run_at - exp(least(jobs.attempts, 10)) * interval '1 second')`;

/** Only what has the form of an id: an operator may have put anything into the queue. */
const idInPayload = (name: string): SQL =>
  sql`substring(jobs.payload ->> ${name} from '^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$')`;

/** What came into the queue last is first. */
export async function findFailedJobs(
  read: Executor,
  task: string | null,
  limit: number,
  after: Keyset | null,
): Promise<FailedJobRow[]> {
  const beyond = after ? sql`jobs.id < ${after[0]}::bigint` : sql`true`;
  const rows = await read.execute<FailedJobRow>(sql`
    select jobs.id::text as id, tasks.identifier as task, jobs.attempts, jobs.max_attempts as "maxAttempts",
      jobs.last_error as "lastError", jobs.created_at::text as "createdAt", ${failedAt}::text as "failedAt",
      ${idInPayload('orderId')} as "orderId", ${idInPayload('noteId')} as "noteId"
    from ${withTask} where ${hasFailed} and ${ofTask(task)} and ${beyond}
    order by jobs.id desc limit ${limit}`);
  return rows.map((row) => ({
    ...row,
    createdAt: isoInstant(row.createdAt),
    failedAt: isoInstant(row.failedAt),
  }));
}

export async function countFailedJobs(read: Executor, task: string | null): Promise<number> {
  const [row] = await read.execute<{ count: number }>(
    sql`select count(*)::integer as count from ${withTask} where ${hasFailed} and ${ofTask(task)}`,
  );
  return row!.count;
}

/** Holds the job until the end of the transaction; false when there is none that has failed. */
export async function lockFailedJob(transaction: Executor, jobId: string): Promise<boolean> {
  const rows = await transaction.execute(
    sql`select jobs.id from ${jobs} where jobs.id = ${jobId}::bigint and ${hasFailed} for update`,
  );
  return rows.length > 0;
}

/** From the beginning: it is tried at once, and again as often as a new one. Sends no NOTIFY: workers look by themselves. */
export async function rescheduleJob(transaction: Executor, jobId: string): Promise<void> {
  await transaction.execute(
    sql`select graphile_worker.reschedule_jobs(array[${jobId}::bigint], run_at => now(), attempts => 0)`,
  );
}

export async function removeJob(transaction: Executor, jobId: string): Promise<void> {
  await transaction.execute(sql`select graphile_worker.complete_jobs(array[${jobId}::bigint])`);
}
