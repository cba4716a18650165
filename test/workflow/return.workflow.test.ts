import { expect, test } from 'vitest';
import type { Actor } from '../../src/auth/actor.ts';
import { orderStatus, returnStatus, type ReturnStatus, type Role } from '../../src/db/tables/enumerations.ts';
import { orderStatusAfter, returnFollowsRefund, returnWorkflow } from '../../src/returns/return.workflow.ts';
import {
  allowedCommands,
  findTransition,
  unreachableStatuses,
  type Workflow,
} from '../../src/write/workflow.ts';
import { roles } from '../setup/command-rules.ts';

const workflow: Workflow<ReturnStatus> = returnWorkflow;
const actor = (role: Role): Actor => ({ userId: 'u', role, customerId: null, expiresAtSeconds: 0 });
const every = returnStatus.enumValues;
const open: readonly ReturnStatus[] = ['requested', 'approved'];

const specified: Record<
  string,
  { from: readonly ReturnStatus[]; to: ReturnStatus; action: string; by: readonly Role[] }
> = {
  approveReturn: { from: ['requested'], to: 'approved', action: 'status_changed', by: ['order_manager'] },
  rejectReturn: { from: open, to: 'rejected', action: 'status_changed', by: ['order_manager'] },
  receiveReturn: { from: open, to: 'received', action: 'returned', by: ['order_manager', 'warehouse_staff'] },
};

test('the workflow has these commands and no others', () => {
  expect(Object.keys(workflow).toSorted()).toEqual(Object.keys(specified).toSorted());
});

const cases = Object.keys(specified).flatMap((command) =>
  every.flatMap((status) => roles.map((role) => [command, status, role] as const)),
);
test.each(cases)('%s from %s by %s, on hold or not', (command, status, role) => {
  const { from, to, action, by } = specified[command]!;
  for (const isHeld of [false, true]) {
    const transition = findTransition(workflow, command, { status, isHeld }, actor(role));
    if (from.includes(status) && by.includes(role)) expect(transition).toMatchObject({ to, action });
    else expect(transition).toBeUndefined();
  }
});

test.each(every.flatMap((status) => roles.map((role) => [status, role] as const)))(
  'what is allowed in %s to %s is what has a transition',
  (status, role) => {
    const expected = Object.keys(specified).filter(
      (command) => specified[command]!.from.includes(status) && specified[command]!.by.includes(role),
    );
    expect(allowedCommands(workflow, { status, isHeld: false }, actor(role)).toSorted()).toEqual(
      expected.toSorted(),
    );
  },
);

test('every status is reached', () => {
  const steps = [...Object.values(workflow).flat(), returnFollowsRefund];
  expect(unreachableStatuses(steps, 'requested', every)).toEqual([]);
});

test.each(orderStatus.enumValues)(
  'an order that was %s goes back there, on to returned, or waits',
  (before) => {
    const after = every.map((status) => orderStatusAfter({ status: 'return_requested' }, before, status));
    expect(Object.fromEntries(every.map((status, index) => [status, after[index]]))).toEqual({
      requested: 'return_requested',
      approved: 'return_requested',
      rejected: before,
      received: 'returned',
      refunded: 'return_requested',
    });
  },
);
