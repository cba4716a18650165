import { expect, test } from 'vitest';
import type { Actor } from '../../src/auth/actor.ts';
import { fulfillmentStatus, type FulfillmentStatus, type Role } from '../../src/db/tables/enumerations.ts';
import { fulfillmentMilestones, fulfillmentWorkflow } from '../../src/fulfillments/fulfillment.workflow.ts';
import {
  allowedCommands,
  findTransition,
  unreachableStatuses,
  type Workflow,
} from '../../src/write/workflow.ts';
import { roles } from '../setup/command-rules.ts';

const workflow: Workflow<FulfillmentStatus> = fulfillmentWorkflow;
const actor = (role: Role): Actor => ({ userId: 'u', role, customerId: null, expiresAtSeconds: 0 });
const every = fulfillmentStatus.enumValues;
const mayWork: readonly Role[] = ['order_manager', 'warehouse_staff'];

/** The specification's chain (section 4, "Fulfillment"), and what a hold on the order refuses. */
const specified: Record<
  string,
  { from: FulfillmentStatus; to: FulfillmentStatus | 'same'; action: string; refusedOnHold: boolean }
> = {
  startPicking: { from: 'pending', to: 'picking', action: 'status_changed', refusedOnHold: true },
  scanItem: { from: 'picking', to: 'same', action: 'edited', refusedOnHold: true },
  completePicking: { from: 'picking', to: 'packing', action: 'status_changed', refusedOnHold: true },
  startPacking: { from: 'packing', to: 'same', action: 'status_changed', refusedOnHold: false },
  completePacking: { from: 'packing', to: 'ready_to_ship', action: 'packed', refusedOnHold: false },
  shipFulfillment: { from: 'ready_to_ship', to: 'shipped', action: 'shipped', refusedOnHold: true },
  deliverFulfillment: { from: 'shipped', to: 'fulfilled', action: 'delivered', refusedOnHold: false },
};

test('the workflow has the commands of the specification and no others', () => {
  expect(Object.keys(workflow).toSorted()).toEqual(Object.keys(specified).toSorted());
});

const cases = Object.keys(specified).flatMap((command) =>
  every.flatMap((status) => roles.map((role) => [command, status, role] as const)),
);
test.each(cases)('%s from %s by %s', (command, status, role) => {
  const { from, to, action, refusedOnHold } = specified[command]!;
  const transition = findTransition(workflow, command, status, actor(role));
  if (from === status && mayWork.includes(role)) {
    expect(transition).toMatchObject({ action });
    expect(transition!.to ?? 'same').toBe(to);
    expect(transition!.refusedOnHold ?? false).toBe(refusedOnHold);
  } else expect(transition).toBeUndefined();
});

test.each(every.flatMap((status) => roles.map((role) => [status, role] as const)))(
  'what is allowed in %s to %s is what has a transition, less what a hold refuses',
  (status, role) => {
    const expected = Object.keys(specified).filter(
      (command) => mayWork.includes(role) && specified[command]!.from === status,
    );
    expect(allowedCommands(workflow, status, actor(role), false).toSorted()).toEqual(expected.toSorted());
    expect(allowedCommands(workflow, status, actor(role), true).toSorted()).toEqual(
      expected.filter((command) => !specified[command]!.refusedOnHold).toSorted(),
    );
  },
);

test('only cancelled (with the order) and partially_fulfilled (after a short pick) are reached by no command', () => {
  expect(unreachableStatuses(Object.values(workflow).flat(), 'pending', every)).toEqual([
    'partially_fulfilled',
    'cancelled',
  ]);
});

test('every status that a command leads to stamps its time', () => {
  const reached = Object.values(workflow)
    .flat()
    .flatMap(({ to }) => (to ? [to] : []));
  expect(Object.keys(fulfillmentMilestones).toSorted()).toEqual([...new Set(reached)].toSorted());
});
