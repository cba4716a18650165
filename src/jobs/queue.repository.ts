import { sql, type SQL } from 'drizzle-orm';
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
 * an e-mail. A job whose last attempt it was has failed, which nobody else would write down. Returns how many workers
 * had left some.
 */
export async function unlockAbandoned(transaction: Executor): Promise<number> {
  const [row] = await transaction.execute<{ workers: string[]; failed: string[] }>(sql`
    select coalesce(array_agg(distinct locked_by), '{}') as workers,
      coalesce(array_agg(id::text) filter (where attempts >= max_attempts), '{}') as failed
    from graphile_worker.jobs where locked_at < now() - ${abandonedAfter}::interval`);
  const { workers, failed } = row!;
  if (workers.length === 0) return 0;
  await transaction.execute(sql`select graphile_worker.force_unlock_workers(${elementsOf(workers)})`);
  await transaction.execute(
    sql`select graphile_worker.permanently_fail_jobs(${elementsOf(failed)}::bigint[], 'The worker ended in the last attempt.')`,
  );
  return workers.length;
}

/** A list as a parameter: the driver takes no arrays. */
const elementsOf = (values: readonly string[]): SQL =>
  sql`array(select jsonb_array_elements_text(${JSON.stringify(values)}::text::jsonb))`;

/**
 * Takes failed jobs by the clock out of the queue once there is a later one. The queue keeps them for ever: it takes
 * their key away and adds the later one beside them. The failure of the latest run stays to be seen. Returns how many.
 */
export async function removeSuperseded(transaction: Executor, tasks: readonly string[]): Promise<number> {
  const [row] = await transaction.execute<{ removed: number }>(sql`
    with superseded as (
      select array_agg(id) as ids from graphile_worker.jobs
      where attempts >= max_attempts and locked_at is null and key is null
        and task_identifier = any(${elementsOf(tasks)})
    ), removed as materialized (
      select graphile_worker.complete_jobs(ids) from superseded
    )
    select count(*)::integer as removed from removed`);
  return row!.removed;
}

/** One more run, between two of the crontab's. */
export async function requestExpiryAgain(transaction: Executor): Promise<void> {
  await transaction.execute(sql`
    select graphile_worker.add_job('releaseExpired', job_key => 'releaseExpired/halfMinute', max_attempts => 1,
      run_at => now() + interval '30 seconds')`);
}
