import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import type { Finished } from '../soak/schedule.ts';

const jobLimitMs = 180_000;
const lookAgainMs = 500;
/** More than there are orders left open by any run; the newest are those that were under way when something broke. */
const mostOrders = 150;

/** What must hold after the chaos beside what a soak compares, while the servers are still up. */
export async function findLeftovers(finished: Finished): Promise<string[]> {
  const client = postgres(finished.databaseUrl, { max: 1, fetch_types: false, onnotice: () => {} });
  try {
    const found = [
      ...(await stuckOrders(client, finished)),
      ...(await unspentKeys(client)),
      ...(await strangeTimes(client, finished.startedAt)),
      ...(await undoneJobs(client)),
      ...(await forgottenTransactions(client)),
    ];
    return found;
  } finally {
    await client.end({ timeout: 5 });
  }
}

/** Each order that is not at its end can be changed: whatever broke in the middle of it holds no lock and no claim. */
async function stuckOrders(client: postgres.Sql, { call, people, noted }: Finished): Promise<string[]> {
  const open = await client<{ id: string }[]>`select id from orders
    where status not in ('cancelled', 'delivered', 'completed') order by created_at desc limit ${mostOrders}`;
  const stuck: string[] = [];
  for (const { id } of open) {
    const input = { orderId: id, note: 'A note after the chaos' };
    const added = await call(people.staff.customer_service, 'addNote', input, 'note { id }');
    if (added) noted(added.note.id);
    else stuck.push(`order ${id} is stuck`);
  }
  return stuck;
}

/** A key that is stored without what came of it would have been spent on nothing. */
async function unspentKeys(client: postgres.Sql): Promise<string[]> {
  const rows = await client<{ key: string }[]>`select key from idempotency_keys where result is null`;
  return rows.map(({ key }) => `the key "${key}" was spent on nothing`);
}

/**
 * Every time that is stored is of the database's clock, and none of a server's that jumped. (The log got its identity
 * from a migration, before anybody worked.)
 */
async function strangeTimes(client: postgres.Sql, startedAt: string): Promise<string[]> {
  const columns = await client<{ table: string; column: string }[]>`
    select table_schema || '.' || table_name as table, column_name as column from information_schema.columns
    join information_schema.tables using (table_schema, table_name)
    where table_type = 'BASE TABLE' and data_type = 'timestamp with time zone'
      and column_name in ('created_at', 'updated_at', 'confirmed_at', 'shipped_at', 'delivered_at', 'cancelled_at',
        'picking_started_at', 'picking_completed_at', 'packing_started_at', 'packing_completed_at')
      and table_schema in ('public', 'jobs') and table_name <> 'log_identity'`;
  const found: string[] = [];
  for (const { table, column } of columns) {
    const [row] = await client.unsafe<{ count: number }[]>(
      `select count(*)::integer as count from ${table}
       where ${column} not between $1::text::timestamptz and clock_timestamp()`,
      [startedAt],
    );
    if (row!.count > 0) found.push(`${row!.count} times of ${table}.${column} are of another clock`);
  }
  if (columns.length < 10) found.push(`only ${columns.length} columns with times were found`);
  return found;
}

/**
 * All that was asked for has been done. What a killed worker held is given back after some minutes; here those minutes
 * have passed as soon as somebody says so.
 */
async function undoneJobs(client: postgres.Sql): Promise<string[]> {
  const endsAt = Date.now() + jobLimitMs;
  await client`update graphile_worker._private_jobs set locked_at = locked_at - interval '1 hour' where locked_at is not null`;
  await client`update graphile_worker._private_job_queues set locked_at = locked_at - interval '1 hour' where locked_at is not null`;
  await client`select graphile_worker.add_job('unlockAbandoned', '{}'::json)`;
  let left: { name: string; count: number }[] = [];
  while (Date.now() < endsAt) {
    left = await client<{ name: string; count: number }[]>`
      select 'requests of jobs that are not in the queue' as name, count(*)::integer as count from jobs.job_requests
        having count(*) > 0
      union all
      select 'jobs ' || task_identifier || coalesce(': ' || max(last_error), ''), count(*)::integer
        from graphile_worker.jobs where run_at <= now() or attempts > 0 group by task_identifier`;
    if (left.length === 0) return [];
    // Those that failed while the database was away wait longer and longer for their next attempt.
    await client`update graphile_worker._private_jobs set run_at = now() where attempts > 0 and locked_at is null`;
    await sleep(lookAgainMs);
  }
  return left.map(({ name, count }) => `not done: ${count} ${name}`);
}

/** Nobody holds a transaction open that nobody will end. */
async function forgottenTransactions(client: postgres.Sql): Promise<string[]> {
  const rows = await client<{ query: string }[]>`select left(query, 100) as query from pg_stat_activity
    where datname = current_database() and state like 'idle in transaction%' and state_change < now() - interval '40 s'`;
  return rows.map(({ query }) => `a transaction was left open after: ${query}`);
}
