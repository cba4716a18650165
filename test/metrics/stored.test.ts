import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { pino } from 'pino';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { openDatabase, type Database } from '../../src/db/driver/database.ts';
import { EventLog } from '../../src/history/event-log.ts';
import { wakeUpsOfDatabase } from '../../src/history/wake-ups.ts';
import { startWorker } from '../../src/jobs/worker.ts';
import type { Mailer } from '../../src/mail/mailer.ts';
import { Metrics } from '../../src/metrics/metrics.ts';
import { startMetricsServer, type MetricsServer } from '../../src/metrics/metrics-server.ts';
import { confirmedOrder, stockedVariant } from '../setup/fixtures.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { waitUntil } from '../setup/wait-until.ts';
import { changes, scrape, type Series } from './scrape.ts';

vi.setConfig({ testTimeout: 120_000 });

let server: TestServer;
let orderId: string;
beforeAll(async () => {
  server = await startTestServer();
  const { sku } = await stockedVariant(server, { LONDON: 100 });
  orderId = (await confirmedOrder(server, [{ sku, quantity: 1 }])).id;
});
afterAll(() => server?.stop());

/** A process without a server, such as a worker: its metrics have a port of their own. */
interface Process {
  readonly metrics: Metrics;
  readonly database: Database;
  readonly url: string;
}
const open: (() => unknown)[] = [];
async function startProcess(more: { poolSize?: number; acquireTimeoutMs?: number } = {}): Promise<Process> {
  const metrics = new Metrics();
  const { databaseUrl: url } = server;
  const database = openDatabase({ url, poolSize: 3, ...more, observer: metrics.database });
  open.push(() => database.close());
  return { metrics, database, url: (await serving(metrics)).url };
}
async function serving(metrics: Metrics): Promise<MetricsServer> {
  const metricsServer = await startMetricsServer(metrics, { host: '127.0.0.1', port: 0 });
  open.push(() => metricsServer.stop());
  return metricsServer;
}
/** Figures of the database are kept for a second. */
async function readFresh(url: string): Promise<Series> {
  await sleep(1_001);
  return (await scrape(url)).series;
}
beforeEach(() =>
  server.database.transaction(async (transaction) => {
    await transaction.execute(sql`delete from jobs.job_requests`);
    await transaction.execute(sql`delete from graphile_worker._private_jobs`);
  }),
);
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

const run = (statement: string) =>
  server.database.transaction((transaction) => transaction.execute(sql.raw(statement)));
const job = (task: string, state: string): string => `orders_jobs{task="${task}",state="${state}"}`;

describe('jobs', () => {
  test('in the queue, by task and state, with the age of the oldest', async () => {
    const { metrics, database, url } = await startProcess();
    metrics.watch(database);
    for (const [task, changed] of Object.entries({
      queued: `run_at = now() - interval '100 seconds'`,
      scheduled: `run_at = now() + interval '1 hour'`,
      retrying: `run_at = now() + interval '1 hour', attempts = 3`,
      running: `locked_at = now(), locked_by = 'somebody', attempts = 1`,
      exhausted: `run_at = now() - interval '1 hour', attempts = 25`,
    })) {
      await run(`select graphile_worker.add_job('${task}Task')`);
      await run(`update graphile_worker._private_jobs set ${changed} where task_id =
        (select id from graphile_worker._private_tasks where identifier = '${task}Task')`);
    }
    await run(`insert into jobs.job_requests (task, payload, job_key, created_at)
      select 'sendOrderMail', '{}', 'key' || n, now() - interval '50 seconds' from generate_series(1, 7) as n`);
    const found = await readFresh(url);
    const jobs = [...found].filter(([name]) => name.startsWith('orders_jobs{'));
    expect(Object.fromEntries(jobs.filter(([, value]) => value !== 0))).toEqual({
      [job('queuedTask', 'queued')]: 1,
      [job('scheduledTask', 'scheduled')]: 1,
      [job('retryingTask', 'retrying')]: 1,
      [job('runningTask', 'running')]: 1,
      [job('exhaustedTask', 'exhausted')]: 1,
    });
    expect(jobs).toHaveLength(25);
    expect(found.get('orders_jobs_oldest_age_seconds{task="queuedTask"}')).toBeGreaterThanOrEqual(100);
    expect(found.get('orders_jobs_oldest_age_seconds{task="exhaustedTask"}')).toBe(0);
    expect(found.get('orders_job_requests')).toBe(7);
    expect(found.get('orders_job_requests_oldest_age_seconds')).toBeGreaterThanOrEqual(50);
    expect(found.get('orders_database_up')).toBe(1);
    expect([...found.keys()].filter((name) => name.startsWith('orders_event_log'))).toEqual([]);

    await run('delete from graphile_worker._private_jobs');
    const emptied = await readFresh(url);
    expect([...emptied.keys()].filter((name) => name.startsWith('orders_jobs'))).toEqual([]);
  });

  test('a job that fails for the last time is exhausted, one that succeeds is gone', async () => {
    const { metrics, database, url } = await startProcess();
    metrics.watch(database);
    const fail = (): never => {
      throw new Error('no mail server');
    };
    const log = pino({ level: 'silent' });
    const write = { database, wakeListeners: fail, reportFault: fail };
    const mailer = { send: fail, close: () => {} } as unknown as Mailer;
    await run(`select graphile_worker.add_job('sendOrderMail', max_attempts => 1, payload =>
      json_build_object('orderId', '${orderId}', 'event', 'confirmed', 'occurredAt', '2026-11-23T10:00:00Z'))`);
    await run(`select graphile_worker.add_job('pruneRefreshTokens')`);
    const before = (await scrape(url)).series;
    const worker = startWorker({
      databaseUrl: server.databaseUrl,
      write,
      log,
      mailer,
      language: 'en',
      observer: metrics.jobs,
    });
    open.push(() => worker.stop());
    const finished = 'orders_job_runs_total{task="pruneRefreshTokens",outcome="succeeded"}';
    const failed = 'orders_job_runs_total{task="sendOrderMail",outcome="failed"}';
    const gone = 'orders_job_duration_seconds_count';
    await waitUntil(async () => {
      const { series } = await scrape(url);
      return series.has(finished) && series.has(failed) && series.has(job('sendOrderMail', 'exhausted'));
    }, 'both have been tried');
    const after = await readFresh(url);
    expect(
      changes(before, after, /^orders_job_(runs_total|duration_seconds_count).*(sendOrderMail|pruneRefresh)/),
    ).toEqual({
      [finished]: 1,
      [failed]: 1,
      [`${gone}{task="pruneRefreshTokens"}`]: 1,
      [`${gone}{task="sendOrderMail"}`]: 1,
    });
    expect(after.get(job('sendOrderMail', 'exhausted'))).toBe(1);
    expect(
      [...after.keys()].filter((name) => name.includes('orders_jobs{task="pruneRefreshTokens"')),
    ).toEqual([]);
  });
});

test('the reader of the log: behind while a transaction holds events back, and not behind after it', async () => {
  const { metrics, database, url } = await startProcess();
  const eventLog = await EventLog.open(database, pino({ level: 'silent' }), wakeUpsOfDatabase(database));
  open.push(() => eventLog.close());
  metrics.watch(database, eventLog);
  const before = await readFresh(url);
  expect(before.get('orders_event_log_lag_events')).toBe(0);
  expect(before.get('orders_event_log_lag_seconds')).toBe(0);

  const client = postgres(server.databaseUrl, { max: 1 });
  const holding = await client.reserve();
  try {
    await holding`begin`;
    await holding`select pg_current_xact_id()`;
    const { sku } = await stockedVariant(server, { LONDON: 10 });
    // Made and confirmed: each writes its entries into the history.
    const order = await confirmedOrder(server, [{ sku, quantity: 1 }]);
    const [row] = await server.database.read.execute<{ count: number }>(
      sql`select count(*)::integer as count from order_history where order_id = ${order.id}::uuid`,
    );
    const behind = await readFresh(url);
    expect(behind.get('orders_event_log_lag_events')).toBe(row!.count);
    // It was a second ago, by the pause before the look.
    expect(behind.get('orders_event_log_lag_seconds')).toBeGreaterThan(1);
    await holding`rollback`;
    await waitUntil(
      async () => (await readFresh(url)).get('orders_event_log_lag_events') === 0,
      'it has read on',
    );
    const after = await readFresh(url);
    expect(changes(before, after, /^orders_event_log_(events_read|lag)/)).toEqual({
      orders_event_log_events_read_total: row!.count,
    });
  } finally {
    holding.release();
    await client.end();
  }
});

describe('the database', () => {
  test('statements, transactions, failures and what would have been oversold', async () => {
    const { metrics, database, url } = await startProcess();
    await database.read.execute(sql`select 1`);
    const before = (await scrape(url)).series;
    const names =
      /^orders_(sql_statement_duration_seconds_count|sql_transaction_duration_seconds_count|sql_errors_total|oversell_incidents_total|database_pool_wait_seconds_count)/;
    await database.read.execute(sql`select 1`);
    await database.transaction((transaction) => transaction.execute(sql`select 1`));
    const oversell = database.transaction((transaction) =>
      transaction.execute(sql`update stock_levels set reserved = on_hand + 1`),
    );
    await expect(oversell).rejects.toThrow();
    expect(changes(before, (await scrape(url)).series, names)).toEqual({
      // A read, begin and select and commit, begin and update and rollback.
      orders_sql_statement_duration_seconds_count: 7,
      'orders_sql_transaction_duration_seconds_count{outcome="committed"}': 1,
      'orders_sql_transaction_duration_seconds_count{outcome="rolled_back"}': 1,
      orders_database_pool_wait_seconds_count: 3,
      'orders_sql_errors_total{sqlstate="23514"}': 1,
      orders_oversell_incidents_total: 1,
    });
    expect(metrics.contentType).toContain('text/plain');
  });

  test('a pool that is used up shows, and the metrics answer all the same', async () => {
    const { metrics, database, url } = await startProcess({ poolSize: 1, acquireTimeoutMs: 10_000 });
    metrics.watch(database);
    let finish = (): void => {};
    const busy = database.transaction(() => new Promise<void>((resolve) => (finish = resolve)));
    const waiting = database.transaction(async () => undefined);
    const found = (await scrape(url)).series;
    expect(found.get('orders_database_pool_size')).toBe(1);
    expect(found.get('orders_database_pool_connections{state="in_use"}')).toBe(1);
    // The reader of these metrics waits as well.
    expect(found.get('orders_database_pool_waiting')).toBe(2);
    expect(found.get('orders_database_up')).toBe(0);
    finish();
    await Promise.all([busy, waiting]);
    const after = await readFresh(url);
    expect(after.get('orders_database_pool_connections{state="in_use"}')).toBe(0);
    expect(after.get('orders_database_up')).toBe(1);
  });

  test('with the database away: up is 0, what only it knows is left out, the rest is told', async () => {
    const metrics = new Metrics();
    const database = openDatabase({ url: 'postgres://nobody@127.0.0.1:1/none', poolSize: 1 });
    open.push(() => database.close());
    metrics.watch(database);
    const { series } = await scrape((await serving(metrics)).url);
    expect(series.get('orders_database_up')).toBe(0);
    expect([...series.keys()].filter((name) => /^orders_jobs?_?(requests|oldest|{)/.test(name))).toEqual([]);
    expect(series.get('orders_oversell_incidents_total')).toBe(0);
  });
});
