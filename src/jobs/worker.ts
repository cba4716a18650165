import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger, run, type Runner } from 'graphile-worker';
import type pino from 'pino';
import { startFiguresProjector } from '../figures/figures-projector.ts';
import { moveRequests } from './queue.repository.ts';
import type { MailServices } from './send-mail.ts';
import { crontab, makeTasks } from './tasks.ts';
import { strictWebhookPolicy, type WebhookPolicy } from '../shared/webhook-policy.ts';
import { startWebhookSender } from '../webhooks/webhook-sender.ts';

/** Jobs at once. Each may need a connection of the queue's own pool, which holds one more for LISTEN. */
const concurrency = 4;
const poolSize = concurrency + 2;
/** How often what commands have asked for is moved into the queue. */
const moveIntervalMs = 500;
const moveBatchSize = 500;
/** After a failure: the database may be away for long. */
const restartPauseMs = 2_000;
/** How long jobs in flight may go on after a stop; then they are given back. */
const jobGraceMs = 5_000;
/** How long a stop may take altogether: with the database away, nothing can be given back. */
const stopLimitMs = 15_000;

export interface WorkerOptions extends MailServices {
  readonly databaseUrl: string;
  readonly webhooks?: WebhookPolicy;
}

export interface Worker {
  /** Takes no new job, lets those in flight finish or gives them back. */
  stop(): Promise<void>;
}

/**
 * Starts working on the jobs: one of any number of workers on the database. It returns at once and never fails: with
 * the database away it tries again until it is back.
 */
export function startWorker(options: WorkerOptions): Worker {
  const stopping = new AbortController();
  const { write, log, webhooks: policy = strictWebhookPolicy } = options;
  const webhookSender = startWebhookSender({ database: write.database, log, policy });
  const figures = startFiguresProjector({ database: write.database, log });
  const working = Promise.all([keepRunning(options, stopping.signal), keepMoving(options, stopping.signal)]);
  let stopped: Promise<void> | undefined;
  return {
    stop() {
      stopped ??= (async () => {
        stopping.abort();
        const limit = new AbortController();
        const allEnded = Promise.all([working, webhookSender.stop(), figures.stop()]);
        await Promise.race([allEnded, sleep(stopLimitMs, undefined, { ref: false, signal: limit.signal })]);
        limit.abort();
      })().catch(() => undefined);
      return stopped;
    },
  };
}

/** Runs the queue, and starts it again when it has ended without being told to. */
async function keepRunning(options: WorkerOptions, signal: AbortSignal): Promise<void> {
  const { log, databaseUrl } = options;
  while (!signal.aborted) {
    try {
      const runner = await run({
        connectionString: databaseUrl,
        maxPoolSize: poolSize,
        concurrency,
        noHandleSignals: true,
        gracefulShutdownAbortTimeout: jobGraceMs,
        // Only what is batched is waited for at a stop: without this, how the last jobs ended would be lost.
        preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
        logger: queueLogger(log),
        events: eventsOfSurvivingPool(),
        taskList: makeTasks(options),
        crontab,
      });
      await ended(runner, signal);
    } catch (error) {
      log.warn({ reason: (error as { code?: string }).code ?? 'unknown' }, 'the job queue has stopped');
    }
    await pause(restartPauseMs, signal);
  }
}

/**
 * The queue takes its error handlers off its pool before the pool has ended. A connection that breaks just then would
 * have an 'error' that nobody handles, which ends the process; so the pool gets handlers that stay.
 */
function eventsOfSurvivingPool(): EventEmitter {
  const events = new EventEmitter();
  const ignore = (): void => {};
  events.on('pool:create', ({ ctx }: { ctx: { pgPool: EventEmitter } }) => {
    const known = new WeakSet<EventEmitter>();
    ctx.pgPool.on('error', ignore);
    ctx.pgPool.on('acquire', (client: EventEmitter) => {
      if (!known.has(client)) client.on('error', ignore);
      known.add(client);
    });
  });
  return events;
}

/** Resolves when the runner has ended, by itself or because it was told to, and has closed its connections. */
async function ended(runner: Runner, signal: AbortSignal): Promise<void> {
  let stopped: Promise<void> | undefined;
  const stop = (): void => {
    stopped = runner.stop().catch(() => undefined);
  };
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    await runner.promise;
  } finally {
    signal.removeEventListener('abort', stop);
    await stopped;
  }
}

/** Moves what commands have asked for into the queue, all that there is and then what comes. */
async function keepMoving({ write, log }: WorkerOptions, signal: AbortSignal): Promise<void> {
  let failed = false;
  while (!signal.aborted) {
    try {
      const moved = await write.database.transaction((transaction) =>
        moveRequests(transaction, moveBatchSize),
      );
      failed = false;
      if (moved === moveBatchSize) continue;
    } catch {
      // Said once an outage: the database's absence is told by /readyz.
      if (!failed) log.warn('jobs cannot be moved into the queue');
      failed = true;
    }
    await pause(moveIntervalMs, signal);
  }
}

/** A worker is a reason for its process to go on, with the database away too. */
async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
}

const levels = { error: 'error', warning: 'warn', info: 'debug', debug: 'trace' } as const;

/** The queue's messages name tasks and jobs, and errors as `makeTasks` words them; its details are left out. */
function queueLogger(log: pino.Logger): Logger {
  return new Logger((scope) => (level, message) => {
    log[levels[level]]({ worker: scope.label, task: scope.taskIdentifier, job: scope.jobId }, message);
  });
}
