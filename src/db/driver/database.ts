import { makeClient, makeExecutor, type Executor, type RunStatement } from './executor.ts';
import { listen, type ListenHandlers, type Subscription } from './listener.ts';
import type { DatabaseObserver } from './observer.ts';
import { Pool } from './pool.ts';
import { repeatOnceWhenLost, runTransaction } from './transaction.ts';
import type { Rows, Shape, WireOptions } from './wire.ts';

export type { Executor } from './executor.ts';

export interface DatabaseOptions {
  url: string;
  poolSize: number;
  applicationName?: string;
  /** False behind a pooler that shares connections, where the session's settings belong to the role. */
  prepare?: boolean;
  /** Past such a pooler: for LISTEN, which needs a session of its own. */
  directUrl?: string | undefined;
  statementTimeoutMs?: number;
  lockTimeoutMs?: number;
  /** For one unit of work: a read, or a transaction with all of its repetitions. */
  workTimeoutMs?: number;
  acquireTimeoutMs?: number;
  wireLifetimeMs?: number;
  heartbeatMs?: number;
  observer?: DatabaseObserver;
}

export interface DatabaseStatistics {
  /** Connections at most. */
  size: number;
  open: number;
  idle: number;
  inUse: number;
  opening: number;
  waiting: number;
  opened: number;
  acquired: number;
  lost: number;
  retired: number;
  workTimedOut: number;
  acquireTimedOut: number;
  repeatedTransactions: number;
}

export interface Database {
  /** Reads; every statement on any wire, read-only session. */
  readonly read: Executor;
  /** A single read, as `read` runs it, within a limit of its own. For whoever decides where reads go. */
  run(text: string, parameters: readonly unknown[], shape: Shape, limitMs?: number): Promise<Rows>;
  /** One unit of work; commits when `work` resolves, rolls back when it throws. Retries 40001 and 40P01 whole. */
  transaction<Result>(work: (transaction: Executor) => Promise<Result>): Promise<Result>;
  listen(channel: string, handlers: ListenHandlers): Subscription;
  notify(channel: string): Promise<void>;
  /** Resolves when the database answers within two seconds. */
  ping(): Promise<void>;
  statistics(): DatabaseStatistics;
  /** Waits for the units of work in progress, up to their own limit or this one, and then closes every connection. */
  close(limitMs?: number): Promise<void>;
}

const pingTimeoutMs = 2_000;
const defaultWorkTimeoutMs = 30_000;

export function openDatabase(options: DatabaseOptions): Database {
  const workTimeoutMs = options.workTimeoutMs ?? defaultWorkTimeoutMs;
  const wire = wireOptions(options, workTimeoutMs);
  const { acquireTimeoutMs = 5_000, wireLifetimeMs: lifetimeMs = 1_800_000, heartbeatMs = 5_000 } = options;
  const { observer } = options;
  const pool = new Pool({
    wire: { ...wire, observer },
    size: options.poolSize,
    acquireTimeoutMs,
    lifetimeMs,
  });
  const subscriptions = new Set<Subscription>();
  let repeatedTransactions = 0;
  const readWithin = (limitMs: number, text: string, parameters: readonly unknown[], shape: Shape) =>
    repeatOnceWhenLost(() => readOnce(pool, limitMs, text, parameters, shape));
  const { directUrl } = options;
  const listening = directUrl
    ? wireOptions({ ...options, url: directUrl, prepare: true }, workTimeoutMs)
    : wire;
  return {
    read: readHandle((text, parameters, shape) => readWithin(workTimeoutMs, text, parameters, shape)),
    run: (text, parameters, shape, limitMs = workTimeoutMs) => readWithin(limitMs, text, parameters, shape),
    transaction: (work) =>
      timed(observer, () => runTransaction(pool, workTimeoutMs, work, () => (repeatedTransactions += 1))),
    listen: (channel, handlers) => {
      const subscription = listen({ wire: listening, heartbeatMs }, channel, handlers);
      subscriptions.add(subscription);
      return subscription;
    },
    notify: async (channel) => {
      await readWithin(workTimeoutMs, `select pg_notify($1, '')`, [channel], 'arrays');
    },
    ping: async () => {
      await readWithin(pingTimeoutMs, 'select 1', [], 'arrays');
    },
    statistics: () => ({ ...pool.gauges, ...pool.counters, repeatedTransactions }),
    close: async (limitMs = workTimeoutMs) => {
      await Promise.all([...[...subscriptions].map((each) => each.close()), pool.close(limitMs)]);
    },
  };
}

/** A handle whose statements go where `run` says. Nothing but reads. */
export function readHandle(run: RunStatement): Executor {
  return makeExecutor(makeClient(run, refuseNested));
}

/** What every session of ours has; behind a pooler the role has it instead. */
export function sessionGuards(options: Partial<DatabaseOptions> = {}): Record<string, string> {
  return {
    default_transaction_read_only: 'on',
    statement_timeout: String(options.statementTimeoutMs ?? 15_000),
    lock_timeout: String(options.lockTimeoutMs ?? 5_000),
    // Only for a process that has died without closing its sockets; ours ends its work before that.
    idle_in_transaction_session_timeout: String((options.workTimeoutMs ?? defaultWorkTimeoutMs) * 2),
    // Our statements are short and many: to start a worker or to compile takes longer than most of them, which are
    // given either when PostgreSQL expects more rows than there are.
    max_parallel_workers_per_gather: '0',
    jit: 'off',
  };
}

function wireOptions(options: DatabaseOptions, workTimeoutMs: number): WireOptions {
  const { url, prepare = true, acquireTimeoutMs: openTimeoutMs = 5_000 } = options;
  const shared = {
    application_name: options.applicationName ?? 'orders',
    TimeZone: 'UTC',
    DateStyle: 'ISO',
  };
  const settings = { ...shared, ...sessionGuards({ ...options, workTimeoutMs }) };
  return { url, prepare, openTimeoutMs, settings: prepare ? settings : shared };
}

async function timed<Result>(
  observer: DatabaseObserver | undefined,
  run: () => Promise<Result>,
): Promise<Result> {
  const startedAt = performance.now();
  let isCommitted = false;
  try {
    const result = await run();
    isCommitted = true;
    return result;
  } finally {
    observer?.transaction(performance.now() - startedAt, isCommitted);
  }
}

async function readOnce(
  pool: Pool,
  limitMs: number,
  text: string,
  parameters: readonly unknown[],
  shape: Shape,
): Promise<Rows> {
  const lease = await pool.lease(limitMs);
  try {
    return await lease.wire.run(text, parameters, shape);
  } finally {
    lease.release();
  }
}

async function refuseNested(): Promise<never> {
  throw new Error('The read handle opens no transactions; use database.transaction().');
}
