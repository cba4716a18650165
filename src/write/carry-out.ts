import type { Actor } from '../auth/actor.ts';
import { occurredAt, type DatedEntry, type HistoryEntry } from '../history/record-history.ts';
import { InvalidTransitionError, Refusal, requireNotArchived } from '../shared/errors.ts';
import type { CommandInput, CommandResult, Scope, SubjectCommand, Target } from './command.ts';
import { requireVersion } from './expected-version.ts';
import { actionOf, allowedCommands, findTransition, statusAfter, type Transition } from './workflow.ts';

export interface CarriedOut<Result extends CommandResult> {
  readonly result: Result;
  /** The status afterwards. */
  readonly status: string;
  /** To be recorded in the same transaction, in this order. */
  readonly history: readonly DatedEntry[];
}

/**
 * A command on one thing that is locked: version, transition, the command's own work, the status saved, and what
 * follows by itself. The one place where that happens, for a single command as for each row of a bulk one.
 */
export async function carryOut<
  Input extends CommandInput,
  Result extends CommandResult,
  Locked extends Target,
>(
  scope: Scope,
  command: SubjectCommand<Input, Result, Locked>,
  target: Locked,
  input: Input,
): Promise<CarriedOut<Result>> {
  const { subject } = command;
  requireNotArchived(subject.isArchived(target), [subject.inputField]);
  requireVersion(subject.kind, target, input);
  const transition = requireTransition(command, target, scope.actor, input);
  const outcome = await command.execute({ ...scope, target }, input);
  if (outcome.unchanged) return { result: outcome.result, status: target.status, history: [] };

  const status = statusAfter(transition, target.status, outcome.status);
  if (status !== target.status || outcome.changes) {
    await subject.save(scope, target, status, outcome.changes ?? {});
  }
  const entry: HistoryEntry = {
    ...subject.concerns(target),
    action: actionOf(transition, outcome.action),
    ...(subject.historyStatuses?.(target, status) ?? { oldStatus: target.status, newStatus: status }),
    description: outcome.description,
    ...(outcome.additionalData && { additionalData: outcome.additionalData }),
  };
  const following = subject.follow ? await subject.follow(scope, target) : [];
  const history = occurredAt([entry, ...(outcome.also ?? []), ...following], scope.now);
  return { result: outcome.result, status, history };
}

function requireTransition<Input extends CommandInput, Locked extends Target>(
  command: SubjectCommand<Input, CommandResult, Locked>,
  target: Locked,
  actor: Actor,
  input: Input,
): Transition<Locked['status']> {
  const { subject } = command;
  const step = command.step ? command.step(target, input) : command.name;
  const hasShipped = subject.hasShipped?.(target) ?? false;
  const standing = { status: target.status, isHeld: subject.isHeld(target), hasShipped };
  const transition = step && findTransition(subject.workflow, step, standing, actor);
  if (transition) return transition;
  // Were it not for the hold, or for what was shipped, would it be possible? Then that is the reason, not the status.
  const wouldBe = (change: Partial<typeof standing>): boolean =>
    step !== undefined &&
    findTransition(subject.workflow, step, { ...standing, ...change }, actor) !== undefined;
  const reason = wouldBe({ isHeld: !standing.isHeld })
    ? `the order is ${standing.isHeld ? 'on hold' : 'not on hold'}`
    : wouldBe({ hasShipped: false })
      ? 'a part of the order was shipped already'
      : undefined;
  const refused = {
    subject: subject.kind,
    status: target.status,
    path: [subject.inputField],
    ...(reason !== undefined && { reason }),
  };
  const allowed = allowedCommands(subject.workflow, standing, actor);
  throw new Refusal(new InvalidTransitionError(refused, command.name, allowed));
}
