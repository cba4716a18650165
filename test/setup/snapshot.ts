import { sql } from 'drizzle-orm';
import { expect } from 'vitest';
import type { Database } from '../../src/db/driver/database.ts';

/** Of each table, how many rows it has and a checksum of all that is in them. */
export type Snapshot = Readonly<Record<string, { readonly rows: number; readonly checksum: string }>>;

interface Holder {
  readonly database: Database;
}

/** What the database holds. Two snapshots are equal exactly when no row was added, changed or removed. */
export async function takeSnapshot({ database }: Holder): Promise<Snapshot> {
  const tables = await database.read.execute<{ name: string }>(sql`
    select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
    order by relname`);
  const parts = tables.map(
    ({ name }) =>
      `select '${name}' as name, count(*)::integer as rows,
        md5(coalesce(string_agg(md5(each::text), '' order by each::text), '')) as checksum from "${name}" as each`,
  );
  const rows = await database.read.execute<{ name: string; rows: number; checksum: string }>(
    sql.raw(parts.join(' union all ')),
  );
  return Object.fromEntries(rows.map(({ name, rows: count, checksum }) => [name, { rows: count, checksum }]));
}

/** The jobs that were asked for and those in the queue. */
async function takeJobs({ database }: Holder): Promise<unknown[]> {
  return [
    ...(await database.read.execute(sql`
      select id, task, payload::text, null as job from jobs.job_requests
      union all
      select id, null, null, job::text from graphile_worker._private_jobs as job
      order by id, task`)),
  ];
}

/**
 * Does the work, and expects that nothing at all has changed by it: no row of any table, and no job. Not beside a
 * worker, which changes jobs at any time.
 */
export async function expectUnchanged<Result>(holder: Holder, act: () => Promise<Result>): Promise<Result> {
  const before = [await takeSnapshot(holder), await takeJobs(holder)];
  const result = await act();
  expect([await takeSnapshot(holder), await takeJobs(holder)]).toEqual(before);
  return result;
}

/** How many rows each table has gained by the work; tables that gained none are left out. */
export async function rowsGained(
  holder: Holder,
  act: () => Promise<unknown>,
): Promise<Record<string, number>> {
  const before = await takeSnapshot(holder);
  await act();
  const after = await takeSnapshot(holder);
  const gained = Object.entries(after).map(([name, { rows }]) => [name, rows - before[name]!.rows] as const);
  return Object.fromEntries(gained.filter(([, rows]) => rows !== 0));
}
