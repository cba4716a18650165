import { sql } from 'drizzle-orm';
import type { Executor } from '../db/driver/database.ts';

/** After this long nobody is working on a job any more: no task takes a tenth of it. */
const abandonedAfter = '10 minutes';

/**
 * Moves requested jobs into the queue, oldest first; several workers take different ones. Returns how many.
 * The queue's function sends NOTIFY: this transaction has nothing else in it.
 */
export async function moveRequests(transaction: Executor, limit: number): Promise<number> {
  const [row] = await transaction.execute<{ moved: number }>(sql`
    with taken as (
      delete from jobs.job_requests
      where id in (select id from jobs.job_requests order by id limit ${limit} for update skip locked)
      returning id, task, payload, job_key
    ), added as materialized (
      select graphile_worker.add_job(task, payload::json, job_key => job_key) from (select * from taken order by id) as ordered
    )
    select count(*)::integer as moved from added`);
  return row!.moved;
}

/**
 * Gives back the jobs of workers that were killed. The queue itself would do so after four hours, which is long for
 * an e-mail. Returns how many workers had left some.
 */
export async function unlockAbandoned(transaction: Executor): Promise<number> {
  const [row] = await transaction.execute<{ workers: string[] }>(sql`
    select coalesce(array_agg(distinct locked_by), '{}') as workers
    from graphile_worker.jobs where locked_at < now() - ${abandonedAfter}::interval`);
  const { workers } = row!;
  if (workers.length > 0) {
    await transaction.execute(
      sql`select graphile_worker.force_unlock_workers(array(
        select jsonb_array_elements_text(${JSON.stringify(workers)}::text::jsonb)))`,
    );
  }
  return workers.length;
}

/** One more run, between two of the crontab's. */
export async function requestExpiryAgain(transaction: Executor): Promise<void> {
  await transaction.execute(sql`
    select graphile_worker.add_job('releaseExpired', job_key => 'releaseExpired/halfMinute', max_attempts => 1,
      run_at => now() + interval '30 seconds')`);
}
