import { may, type Actor } from '../auth/actor.ts';
import type { Permission } from '../auth/permissions.ts';
import type { OrderHistoryAction } from '../db/tables/enumerations.ts';

/** One allowed step. Workflows are tables of these, looked up and never spelled out in code. */
export interface Transition<Status extends string = string> {
  readonly permission: Permission;
  readonly from: readonly Status[];
  /** The status afterwards; absent where the command leaves it as it is. */
  readonly to?: Status;
  /** Further statuses that the command may end in instead; what it found says which (`Outcome.status`). */
  readonly orTo?: readonly Status[];
  /** What the history calls it. */
  readonly action: OrderHistoryAction;
  /** What the history may call it instead; what the command found says which (`Outcome.action`). */
  readonly orAction?: readonly OrderHistoryAction[];
  /** Refused while the order is on hold. */
  readonly refusedOnHold?: true;
  /** Possible only while the order is on hold. */
  readonly needsHold?: true;
  /** Refused once a part of the order has left the house. */
  readonly refusedOnceShipped?: true;
}

/** What decides which steps there are. */
export interface Standing<Status extends string = string> {
  readonly status: Status;
  readonly isHeld: boolean;
  /** A part of the order has left the house; left out where no step asks for it. */
  readonly hasShipped?: boolean;
}

/** Every command of a workflow with its steps; a command has several where permissions differ in what they allow. */
export type Workflow<Status extends string = string> = Readonly<
  Record<string, readonly Transition<Status>[]>
>;

export function permissionsOf(workflow: Workflow, command: string): readonly Permission[] {
  return [...new Set((workflow[command] ?? []).map((transition) => transition.permission))];
}

/** The step that the command takes from here for this actor, if there is one. */
export function findTransition<Status extends string>(
  workflow: Workflow<Status>,
  command: string,
  standing: Standing<Status>,
  actor: Actor,
): Transition<Status> | undefined {
  return workflow[command]?.find(
    (step) =>
      step.from.includes(standing.status) &&
      allowsHold(step, standing.isHeld) &&
      !(step.refusedOnceShipped && standing.hasShipped) &&
      may(actor, step.permission),
  );
}

function allowsHold({ refusedOnHold, needsHold }: Transition, isHeld: boolean): boolean {
  return isHeld ? refusedOnHold !== true : needsHold !== true;
}

/** The commands that the actor may use here, in the order of the table. */
export function allowedCommands<Status extends string>(
  workflow: Workflow<Status>,
  standing: Standing<Status>,
  actor: Actor,
): string[] {
  return Object.keys(workflow).filter((command) => findTransition(workflow, command, standing, actor));
}

/** The status in which a step ends: its `to`, or whichever of its further ones the command has chosen. */
export function statusAfter<Status extends string>(
  transition: Transition<Status>,
  before: Status,
  chosen: string | undefined,
): Status {
  if (chosen === undefined || chosen === transition.to) return transition.to ?? before;
  const status = transition.orTo?.find((each) => each === chosen);
  if (status === undefined) throw new Error(`The workflow has no step from ${before} to ${chosen} here.`);
  return status;
}

/** What the history calls a step: its `action`, or whichever of its further ones the command has chosen. */
export function actionOf(transition: Transition, chosen: OrderHistoryAction | undefined): OrderHistoryAction {
  if (chosen === undefined || chosen === transition.action) return transition.action;
  if (transition.orAction?.includes(chosen)) return chosen;
  throw new Error(`The workflow has no step that the history calls ${chosen} here.`);
}

/** The command that leads from one status to another, if the table has one. */
export function commandLeadingTo<Status extends string>(
  workflow: Workflow<Status>,
  from: Status,
  to: Status,
): string | undefined {
  return Object.keys(workflow).find((command) =>
    workflow[command]!.some(
      (step) => step.from.includes(from) && (step.to === to || step.orTo?.includes(to) === true),
    ),
  );
}

/** The statuses that no chain of steps from `initial` reaches; a start-up check expects none. */
export function unreachableStatuses<Status extends string>(
  steps: readonly {
    readonly from: readonly Status[];
    readonly to?: Status;
    readonly orTo?: readonly Status[];
  }[],
  initial: Status,
  statuses: readonly Status[],
): Status[] {
  const reached = new Set([initial]);
  // Each round reaches at least one more status or ends the search.
  for (let round = 0; round < statuses.length; round += 1) {
    for (const step of steps) {
      if (!step.from.some((status) => reached.has(status))) continue;
      if (step.to !== undefined) reached.add(step.to);
      for (const status of step.orTo ?? []) reached.add(status);
    }
  }
  return statuses.filter((status) => !reached.has(status));
}
