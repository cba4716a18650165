import { sql } from 'drizzle-orm';
import type { Executor } from '../db/driver/database.ts';

/** What the queue holds of one task. */
export interface TaskFigures extends Record<string, unknown> {
  readonly task: string;
  /** Due, and taken by nobody yet. */
  readonly queued: number;
  /** For a later time, and never tried. */
  readonly scheduled: number;
  /** Failed, and to be tried again later. */
  readonly retrying: number;
  readonly running: number;
  /** Failed for good. */
  readonly exhausted: number;
  /** How long the oldest queued one has been due. */
  readonly oldestSeconds: number;
}

/** What commands have asked for and no worker has moved into the queue yet. */
export interface RequestFigures extends Record<string, unknown> {
  readonly count: number;
  readonly oldestSeconds: number;
}

export async function readTaskFigures(read: Executor): Promise<TaskFigures[]> {
  return read.execute<TaskFigures>(sql`
    select task_identifier as task,
      count(*) filter (where is_open and run_at <= now())::integer as queued,
      count(*) filter (where is_open and run_at > now() and attempts = 0)::integer as scheduled,
      count(*) filter (where is_open and run_at > now() and attempts > 0)::integer as retrying,
      count(*) filter (where locked_at is not null)::integer as running,
      count(*) filter (where locked_at is null and attempts >= max_attempts)::integer as exhausted,
      coalesce(extract(epoch from now() - min(run_at) filter (where is_open and run_at <= now())), 0)::float8
        as "oldestSeconds"
    from graphile_worker.jobs
      cross join lateral (select locked_at is null and attempts < max_attempts as is_open) as state
    group by task_identifier`);
}

export async function readRequestFigures(read: Executor): Promise<RequestFigures> {
  const [row] = await read.execute<RequestFigures>(sql`
    select count(*)::integer as count,
      coalesce(extract(epoch from now() - min(created_at)), 0)::float8 as "oldestSeconds"
    from jobs.job_requests`);
  return row!;
}
