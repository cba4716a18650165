import { setTimeout as sleep } from 'node:timers/promises';
import { postgresFailure, withoutStatement } from '../pg-errors.ts';
import {
  DatabaseUnavailableError,
  OutcomeUnknownError,
  RolledBackError,
  TransactionOverError,
  WorkTimeoutError,
} from './errors.ts';
import { makeExecutor, type Executor } from './executor.ts';
import type { Lease, Pool } from './pool.ts';
import { Scope } from './scope.ts';
import type { Rows, Wire } from './wire.ts';

type Work<Result> = (transaction: Executor) => Promise<Result>;

const maximumAttempts = 5;
const firstPauseMs = 10;
const serializationFailure = '40001';
const deadlockDetected = '40P01';
/** Above all: a migration has changed a column since the statement was prepared. It is prepared anew now. */
const featureNotSupported = '0A000';
const repeatedCodes = [serializationFailure, deadlockDetected, featureNotSupported];

/** One unit of work within `limitMs`, repeated as a whole when PostgreSQL asks for that. */
export async function runTransaction<Result>(
  pool: Pool,
  limitMs: number,
  work: Work<Result>,
  onRepeat: () => void,
): Promise<Result> {
  const endsAt = performance.now() + limitMs;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptTransaction(pool, endsAt, work);
    } catch (error) {
      if (attempt === maximumAttempts || !isWorthRepeating(error)) throw withTypedError(error);
    }
    onRepeat();
    // Both sides of a deadlock come back; without the jitter they would meet again.
    await sleep(Math.random() * firstPauseMs * 2 ** attempt);
  }
}

/** For what has no effect that could happen twice: reads, and the opening of a transaction. */
export async function repeatOnceWhenLost<Result>(operation: () => Promise<Result>): Promise<Result> {
  try {
    return await operation();
  } catch (error) {
    if (!(error instanceof DatabaseUnavailableError && error.reason === 'lost')) throw error;
    return operation();
  }
}

async function attemptTransaction<Result>(pool: Pool, endsAt: number, work: Work<Result>): Promise<Result> {
  const lease = await repeatOnceWhenLost(() => begin(pool, endsAt));
  const { wire } = lease;
  const scope = new Scope(wire);
  try {
    const result = await wire.whileAlive(startWork(scope, work));
    scope.assertNothingUnderWay();
    scope.finish();
    await commit(wire, scope.firstError);
    return result;
  } catch (error) {
    scope.finish();
    await rollback(wire, error);
    throw error;
  } finally {
    lease.release();
  }
}

/** A callback that throws before it returns a promise has failed like any other. */
async function startWork<Result>(scope: Scope, work: Work<Result>): Promise<Result> {
  return work(makeExecutor(scope.client));
}

async function begin(pool: Pool, endsAt: number): Promise<Lease> {
  const lease = await pool.lease(Math.max(1, endsAt - performance.now()));
  try {
    await lease.wire.run('begin read write');
    return lease;
  } catch (error) {
    lease.release();
    throw error;
  }
}

async function commit(wire: Wire, firstError: unknown): Promise<void> {
  if (wire.failure) throw wire.failure;
  let answer: Rows;
  try {
    answer = await wire.run('commit');
  } catch (error) {
    // An error from the server is an answer: it has rolled back. Otherwise the wire has failed.
    throw wire.failure ? new OutcomeUnknownError(error) : error;
  }
  if (answer.command !== 'COMMIT') throw new RolledBackError(firstError);
}

/** Waits for the statement in progress. On a wire that has failed nothing is sent; the server rolls back by itself. */
async function rollback(wire: Wire, reason: unknown): Promise<void> {
  if (wire.failure || reason instanceof RolledBackError) return;
  try {
    await wire.inTurn(() => wire.run('rollback'));
  } catch {
    // The reason why the work failed is the one that counts. A wire in doubt is not used again.
    wire.fail(new DatabaseUnavailableError('lost'));
  }
}

function isWorthRepeating(error: unknown): boolean {
  if (error instanceof OutcomeUnknownError) return false;
  const failure = postgresFailure(error);
  return failure !== undefined && repeatedCodes.includes(failure.code);
}

/** Callers look for our errors by class, so Drizzle's wrapping comes off them. */
function withTypedError(error: unknown): unknown {
  const cause = withoutStatement(error);
  const isTyped =
    cause instanceof DatabaseUnavailableError ||
    cause instanceof WorkTimeoutError ||
    cause instanceof TransactionOverError;
  return isTyped ? cause : error;
}
