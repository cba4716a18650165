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

const beforeShipping: readonly FulfillmentStatus[] = ['pending', 'picking', 'packing', 'ready_to_ship'];

/** The specification's chain (section 4, "Fulfillment"), and what a hold on the order refuses. */
const specified: Record<
  string,
  {
    from: readonly FulfillmentStatus[];
    to: FulfillmentStatus | 'same';
    action: string;
    refusedOnHold: boolean;
  }
> = {
  startPicking: { from: ['pending'], to: 'picking', action: 'status_changed', refusedOnHold: true },
  scanItem: { from: ['picking'], to: 'same', action: 'edited', refusedOnHold: true },
  reportShortPick: { from: ['picking'], to: 'same', action: 'edited', refusedOnHold: true },
  completePicking: { from: ['picking'], to: 'packing', action: 'status_changed', refusedOnHold: true },
  startPacking: { from: ['packing'], to: 'same', action: 'status_changed', refusedOnHold: false },
  completePacking: { from: ['packing'], to: 'ready_to_ship', action: 'packed', refusedOnHold: false },
  shipFulfillment: { from: ['ready_to_ship'], to: 'shipped', action: 'shipped', refusedOnHold: true },
  deliverFulfillment: { from: ['shipped'], to: 'fulfilled', action: 'delivered', refusedOnHold: false },
  cancelFulfillment: { from: beforeShipping, to: 'cancelled', action: 'cancelled', refusedOnHold: false },
  assignFulfillment: { from: beforeShipping, to: 'same', action: 'assigned', refusedOnHold: false },
  updateFulfillment: { from: beforeShipping, to: 'same', action: 'edited', refusedOnHold: false },
};

test('the workflow has the commands of the specification and no others', () => {
  expect(Object.keys(workflow).toSorted()).toEqual(Object.keys(specified).toSorted());
});

const cases = Object.keys(specified).flatMap((command) =>
  every.flatMap((status) => roles.map((role) => [command, status, role] as const)),
);
test.each(cases)('%s from %s by %s', (command, status, role) => {
  const { from, to, action, refusedOnHold } = specified[command]!;
  const unheld = findTransition(workflow, command, { status, isHeld: false }, actor(role));
  const held = findTransition(workflow, command, { status, isHeld: true }, actor(role));
  if (from.includes(status) && mayWork.includes(role)) {
    expect(unheld).toMatchObject({ action });
    expect(unheld!.to ?? 'same').toBe(to);
    expect(held).toBe(refusedOnHold ? undefined : unheld);
  } else expect([unheld, held]).toEqual([undefined, undefined]);
});

test.each(every.flatMap((status) => roles.map((role) => [status, role] as const)))(
  'what is allowed in %s to %s is what has a transition, less what a hold refuses',
  (status, role) => {
    const expected = Object.keys(specified).filter(
      (command) => mayWork.includes(role) && specified[command]!.from.includes(status),
    );
    const allowed = (isHeld: boolean) =>
      allowedCommands(workflow, { status, isHeld }, actor(role)).toSorted();
    expect(allowed(false)).toEqual(expected.toSorted());
    expect(allowed(true)).toEqual(
      expected.filter((command) => !specified[command]!.refusedOnHold).toSorted(),
    );
  },
);

test('every status is reached', () => {
  expect(unreachableStatuses(Object.values(workflow).flat(), 'pending', every)).toEqual([]);
});

test('every status that a command leads to stamps its time, except cancelled', () => {
  const reached = Object.values(workflow)
    .flat()
    .flatMap(({ to, orTo }) => [...(to ? [to] : []), ...(orTo ?? [])])
    .filter((status) => status !== 'cancelled');
  expect(Object.keys(fulfillmentMilestones).toSorted()).toEqual([...new Set(reached)].toSorted());
});
