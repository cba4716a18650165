import { may, type Actor } from '../auth/actor.ts';
import type { Permission } from '../auth/permissions.ts';
import type { OrderHistoryAction } from '../db/tables/enumerations.ts';

/** One allowed step. Workflows are tables of these, looked up and never spelled out in code. */
export interface Transition<Status extends string = string> {
  readonly permission: Permission;
  readonly from: readonly Status[];
  /** The status afterwards; absent where the command leaves it as it is. */
  readonly to?: Status;
  /** What the history calls it. */
  readonly action: OrderHistoryAction;
  /** Refused while the order is on hold. */
  readonly refusedOnHold?: true;
  /** Possible only while the order is on hold. */
  readonly needsHold?: true;
}

/** What decides which steps there are: the status, and whether the order is on hold. */
export interface Standing<Status extends string = string> {
  readonly status: Status;
  readonly isHeld: boolean;
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
      step.from.includes(standing.status) && allowsHold(step, standing.isHeld) && may(actor, step.permission),
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

/** The statuses that no chain of steps from `initial` reaches; a start-up check expects none. */
export function unreachableStatuses<Status extends string>(
  steps: readonly { readonly from: readonly Status[]; readonly to?: Status }[],
  initial: Status,
  statuses: readonly Status[],
): Status[] {
  const reached = new Set([initial]);
  // Each round reaches at least one more status or ends the search.
  for (let round = 0; round < statuses.length; round += 1) {
    for (const step of steps) {
      if (step.to !== undefined && step.from.some((status) => reached.has(status))) reached.add(step.to);
    }
  }
  return statuses.filter((status) => !reached.has(status));
}
