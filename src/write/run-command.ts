import { sql } from 'drizzle-orm';
import { requirePermission, type Actor } from '../auth/actor.ts';
import { isoInstant } from '../db/columns.ts';
import type { Database, Executor } from '../db/driver/database.ts';
import { recordHistory, type HistoryEntry, type Performer } from '../history/record-history.ts';
import {
  InvalidTransitionError,
  notFound,
  Refusal,
  VersionConflictError,
  type UserError,
} from '../shared/errors.ts';
import {
  SearchAgain,
  type Command,
  type CommandInput,
  type CommandResult,
  type Scope,
  type Subject,
  type SubjectCommand,
  type Target,
} from './command.ts';
import { claimIdempotencyKey, storeResult } from './idempotency.ts';
import { allowedCommands, findTransition, statusAfter, type Transition } from './workflow.ts';

/** Where the pipe writes and whom it tells. */
export interface WriteServices {
  readonly database: Database;
  /** Called after each commit that wrote history. Never inside a transaction: see docs/decisions/0003-log-order.md. */
  wakeListeners(): void;
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
  input: Input,
): Promise<CommandAnswer<Result>> {
  const actor = requirePermission(request.actor, ...command.permissions);
  const performer = { userId: actor.userId, ipAddress: request.ipAddress, userAgent: request.userAgent };
  try {
    const { result, wroteHistory } = await searching(() =>
      services.database.transaction((transaction) =>
        command.subject
          ? runOnSubject(transaction, actor, performer, command, input)
          : runFree(transaction, actor, performer, command, input),
      ),
    );
    if (wroteHistory) services.wakeListeners();
    return { result: result as Result, userErrors: [] };
  } catch (error) {
    if (error instanceof Refusal) return { result: null, userErrors: error.errors };
    throw error;
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
  const earlier = await claimIdempotencyKey(transaction, actor.userId, command.name, input);
  if (earlier) return { result: earlier, wroteHistory: false };
  if (!locked) {
    // Only now: a command that deletes answers its repetition with its result, though what it deleted is gone.
    if (!command.whenNone) throw notFound(`${subject.foundBy ?? subject.kind} ${id}`, [subject.inputField]);
    await storeResult(transaction, actor.userId, input, command.whenNone);
    return { result: command.whenNone, wroteHistory: false };
  }
  const { target, now } = locked;
  checkVersion(subject, target, input);
  const transition = requireTransition(command, target, actor, input);
  const scope: Scope = { transaction, actor, now };
  const outcome = await command.execute({ ...scope, target }, input);

  const status = statusAfter(transition, target.status, outcome.status);
  if (status !== target.status || outcome.changes) {
    await subject.save(scope, target, status, outcome.changes ?? {});
  }
  const entry: HistoryEntry = {
    ...subject.concerns(target),
    action: transition.action,
    ...(subject.historyStatuses?.(target, status) ?? { oldStatus: target.status, newStatus: status }),
    description: outcome.description,
    ...(outcome.additionalData && { additionalData: outcome.additionalData }),
  };
  const following = subject.follow ? await subject.follow(scope, target) : [];
  await record(scope, performer, [entry, ...(outcome.also ?? []), ...following]);
  await storeResult(transaction, actor.userId, input, outcome.result);
  return { result: outcome.result, wroteHistory: true };
}

async function runFree<Input extends CommandInput, Result extends CommandResult>(
  transaction: Executor,
  actor: Actor,
  performer: Performer,
  command: Extract<Command<Input, Result, Target>, { subject?: undefined }>,
  input: Input,
): Promise<Done> {
  const earlier = await claimIdempotencyKey(transaction, actor.userId, command.name, input);
  if (earlier) return { result: earlier, wroteHistory: false };
  const [clock] = await transaction.execute<{ now: string }>(sql`select clock_timestamp()::text as now`);
  const scope: Scope = { transaction, actor, now: isoInstant(clock!.now) };
  const { result, history } = await command.execute(scope, input);
  await record(scope, performer, history);
  await storeResult(transaction, actor.userId, input, result);
  return { result, wroteHistory: history.length > 0 };
}

function checkVersion<Locked extends Target>(
  subject: Subject<Locked>,
  target: Locked,
  input: CommandInput,
): void {
  const expected = input.expectedVersion;
  if (expected === undefined || expected === null || expected === target.version) return;
  throw new Refusal(
    new VersionConflictError(target.version, expected, { kind: subject.kind, id: target.id }),
  );
}

function requireTransition<Input extends CommandInput, Locked extends Target>(
  command: SubjectCommand<Input, CommandResult, Locked>,
  target: Locked,
  actor: Actor,
  input: Input,
): Transition<Locked['status']> {
  const { subject } = command;
  const step = command.step ? command.step(target, input) : command.name;
  const standing = { status: target.status, isHeld: subject.isHeld(target) };
  const transition = step && findTransition(subject.workflow, step, standing, actor);
  if (transition) return transition;
  // Were it not for the hold, would it be possible? Then the hold is the reason, and not the status.
  const otherwise = { ...standing, isHeld: !standing.isHeld };
  const isForTheHold = step && findTransition(subject.workflow, step, otherwise, actor) !== undefined;
  const refused = {
    subject: subject.kind,
    status: target.status,
    path: [subject.inputField],
    ...(isForTheHold && { reason: `the order is ${standing.isHeld ? 'on hold' : 'not on hold'}` }),
  };
  const allowed = allowedCommands(subject.workflow, standing, actor);
  throw new Refusal(new InvalidTransitionError(refused, command.name, allowed));
}

function record(scope: Scope, performer: Performer, entries: readonly HistoryEntry[]): Promise<void> {
  return recordHistory(
    scope.transaction,
    performer,
    entries.map((entry) => ({ ...entry, occurredAt: scope.now })),
  );
}
