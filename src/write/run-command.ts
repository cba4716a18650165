import { sql } from 'drizzle-orm';
import { requirePermission, type Actor } from '../auth/actor.ts';
import { isoInstant } from '../db/columns.ts';
import type { Database, Executor } from '../db/driver/database.ts';
import { occurredAt, type Performer } from '../history/record-history.ts';
import { notFound, Refusal, type UserError } from '../shared/errors.ts';
import { carryOut } from './carry-out.ts';
import { countStockOut } from './count-stock-outs.ts';
import {
  SearchAgain,
  type Command,
  type CommandInput,
  type CommandResult,
  type Scope,
  type SubjectCommand,
  type Target,
} from './command.ts';
import { unsuccessful, type CommandReport } from './command-report.ts';
import { recordChanges } from './record-changes.ts';
import { claimIdempotencyKey, storeResult } from './idempotency.ts';

/** Where the pipe writes and whom it tells. */
export interface WriteServices {
  readonly database: Database;
  /** Called after each commit that wrote history. Never inside a transaction: see docs/decisions/0003-log-order.md. */
  wakeListeners(): void;
  /** Told of a fault that the answer reports as rows that were not done, so that an operator hears of it. */
  reportFault(error: unknown): void;
  /** Told how each command ended; what it does is quick, and never throws. */
  commandEnded?(report: CommandReport): void;
}

/** Who asks, and from where. */
export interface CommandRequest {
  readonly actor: Actor | null;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
}

export interface CommandAnswer<Result> {
  readonly result: Result | null;
  readonly userErrors: readonly UserError[];
}

/**
 * The only write path: permission, begin, lock, idempotency, version, transition, the command's own work,
 * history, commit, wake listeners. Safe to retry with an idempotency key, on any number of servers.
 *
 * A refusal comes back as `userErrors` and has changed nothing; only what is nobody's fault of input is thrown.
 */
export async function runCommand<
  Input extends CommandInput,
  Result extends CommandResult,
  Locked extends Target,
>(
  services: WriteServices,
  request: CommandRequest,
  command: Command<Input, Result, Locked>,
  given: Input,
): Promise<CommandAnswer<Result>> {
  const actor = requirePermission(request.actor, ...command.permissions);
  const input = command.prepare ? await command.prepare(given) : given;
  const performer = { userId: actor.userId, ipAddress: request.ipAddress, userAgent: request.userAgent };
  try {
    const { result, wroteHistory, isReplay } = await searching(() =>
      services.database.transaction((transaction) =>
        command.subject
          ? runOnSubject(transaction, actor, performer, command, input)
          : runFree(transaction, actor, performer, command, input),
      ),
    );
    if (wroteHistory) services.wakeListeners();
    const ending = isReplay ? ({ outcome: 'replayed' } as const) : ({ outcome: 'done', result } as const);
    services.commandEnded?.({ command: command.name, ...ending });
    return { result: result as Result, userErrors: [] };
  } catch (error) {
    services.commandEnded?.({ command: command.name, ...unsuccessful(error) });
    if (!(error instanceof Refusal)) throw error;
    await countStockOut(services.database, command.name, error.errors).catch((fault: unknown) =>
      services.reportFault(fault),
    );
    return { result: null, userErrors: error.errors };
  }
}

/** Somebody else has got on with each search that was in vain, so a few are enough. */
const searchesAtMost = 100;

async function searching<Result>(run: () => Promise<Result>): Promise<Result> {
  for (let search = 1; ; search += 1) {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof SearchAgain) || search === searchesAtMost) throw error;
    }
  }
}

interface Done {
  readonly result: CommandResult;
  readonly wroteHistory: boolean;
  /** The result is that of an earlier call with the same idempotency key. */
  readonly isReplay?: true;
}

async function runOnSubject<Input extends CommandInput, Result extends CommandResult, Locked extends Target>(
  transaction: Executor,
  actor: Actor,
  performer: Performer,
  command: SubjectCommand<Input, Result, Locked>,
  input: Input,
): Promise<Done> {
  const { subject } = command;
  const id = (input as Record<string, unknown>)[subject.inputField] as string;
  // The lock comes before the first write, the idempotency key included: the log is in the order of transaction
  // ids, and this is what makes that the order of the changes to one order.
  const locked = await subject.lock(transaction, actor, id);
  const earlier = await claimIdempotencyKey(transaction, actor.userId, command, input);
  if (earlier) return { result: earlier as CommandResult, wroteHistory: false, isReplay: true };
  if (!locked) {
    // Only now: a command that deletes answers its repetition with its result, though what it deleted is gone.
    if (!command.whenNone) throw notFound(`${subject.foundBy ?? subject.kind} ${id}`, [subject.inputField]);
    await storeResult(transaction, actor.userId, input, command.whenNone);
    return { result: command.whenNone, wroteHistory: false };
  }
  const scope: Scope = { transaction, actor, now: locked.now };
  const { result, history } = await carryOut(scope, command, locked.target, input);
  await recordChanges(transaction, performer, history);
  await storeResult(transaction, actor.userId, input, result);
  return { result, wroteHistory: history.length > 0 };
}

async function runFree<Input extends CommandInput, Result extends CommandResult>(
  transaction: Executor,
  actor: Actor,
  performer: Performer,
  command: Extract<Command<Input, Result, Target>, { subject?: undefined }>,
  input: Input,
): Promise<Done> {
  const earlier = await claimIdempotencyKey(transaction, actor.userId, command, input);
  if (earlier) return { result: earlier as CommandResult, wroteHistory: false, isReplay: true };
  const [clock] = await transaction.execute<{ now: string }>(sql`select clock_timestamp()::text as now`);
  const scope: Scope = { transaction, actor, now: isoInstant(clock!.now) };
  const { result, history } = await command.execute(scope, input);
  await recordChanges(transaction, performer, occurredAt(history, scope.now));
  await storeResult(transaction, actor.userId, input, result);
  return { result, wroteHistory: history.length > 0 };
}
