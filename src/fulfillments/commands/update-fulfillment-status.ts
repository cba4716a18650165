import type { FulfillmentStatus } from '../../db/tables/enumerations.ts';
import { invalid } from '../../shared/errors.ts';
import type { CommandResult, Outcome, Scope, SubjectCommand } from '../../write/command.ts';
import { commandLeadingTo, permissionsOf } from '../../write/workflow.ts';
import { fulfillmentSubject, type LockedFulfillment } from '../fulfillment.subject.ts';
import { fulfillmentWorkflow } from '../fulfillment.workflow.ts';
import { cancelFulfillment, type CancelFulfillmentInput } from './cancel-fulfillment.ts';
import { completePacking } from './complete-packing.ts';
import { completePicking } from './complete-picking.ts';
import { deliverFulfillment } from './deliver-fulfillment.ts';
import { shipFulfillment } from './ship-fulfillment.ts';
import { startPicking } from './start-picking.ts';

export interface UpdateFulfillmentStatusInput extends CancelFulfillmentInput {
  status: FulfillmentStatus;
  carrier?: string | null;
  trackingNumber?: string | null;
}

type Execute = (
  scope: Scope & { readonly target: LockedFulfillment },
  input: UpdateFulfillmentStatusInput,
) => Promise<Outcome<CommandResult>>;

/** The commands that change the status; each does all that it does under its own name. */
const executeBy: Readonly<Record<string, Execute>> = {
  startPicking: (scope, input) => startPicking.execute(scope, input),
  completePicking: (scope, input) => completePicking.execute(scope, input),
  completePacking: (scope, input) => completePacking.execute(scope, input),
  shipFulfillment: async (scope, input) => {
    const carrier = input.carrier ?? scope.target.carrier;
    if (carrier === null) throw invalid('A carrier is needed to ship.', ['carrier']);
    return shipFulfillment.execute(scope, { ...input, carrier });
  },
  deliverFulfillment: (scope, input) => deliverFulfillment.execute(scope, input),
  cancelFulfillment: (scope, input) => cancelFulfillment.execute(scope, input),
};

const commandFor = (target: LockedFulfillment, input: UpdateFulfillmentStatusInput): string | undefined =>
  commandLeadingTo(fulfillmentWorkflow, target.status, input.status);

/** The generic transition: looks up the command that leads to the status, and runs it. */
export const updateFulfillmentStatus: SubjectCommand<
  UpdateFulfillmentStatusInput,
  { fulfillmentId: string },
  LockedFulfillment
> = {
  name: 'updateFulfillmentStatus',
  subject: fulfillmentSubject,
  permissions: [
    ...new Set(Object.keys(executeBy).flatMap((name) => permissionsOf(fulfillmentWorkflow, name))),
  ],
  step: commandFor,
  execute: async (scope, input) => {
    const outcome = await executeBy[commandFor(scope.target, input)!]!(scope, input);
    if (outcome.status !== undefined && outcome.status !== input.status) {
      const found = outcome.status.toUpperCase();
      throw invalid(`What was picked makes it ${found}, not ${input.status.toUpperCase()}.`, ['status']);
    }
    return { ...outcome, result: { fulfillmentId: scope.target.id } };
  },
};
