import { describe, expect, test } from 'vitest';
import type { Actor } from '../../src/auth/actor.ts';
import { orderStatus, type OrderStatus, type Role } from '../../src/db/tables/enumerations.ts';
import { paymentWorkflow, statusWhenRefunded } from '../../src/payments/payment.workflow.ts';
import { actionOf, findTransition, type Workflow } from '../../src/write/workflow.ts';
import { roles } from '../setup/command-rules.ts';

const workflow: Workflow<OrderStatus> = paymentWorkflow;
const actor = (role: Role): Actor => ({ userId: 'u', role, customerId: null, expiresAtSeconds: 0 });
const refundable: readonly OrderStatus[] = ['cancelled', 'returned', 'delivered', 'completed'];

test('there are the commands for money under way, and no others', () => {
  expect(Object.keys(workflow).toSorted()).toEqual(['recordProviderRefund', 'settlePayment']);
});

describe.each(['settlePayment', 'recordProviderRefund'])('%s', (command) => {
  test.each(orderStatus.enumValues)('is possible from %s, held or not, for the manager alone', (status) => {
    for (const role of roles) {
      for (const isHeld of [false, true]) {
        const step = findTransition(workflow, command, { status, isHeld }, actor(role));
        if (role !== 'order_manager') expect(step).toBeUndefined();
        else expect(step?.orTo).toEqual(refundable.includes(status) ? ['refunded'] : undefined);
      }
    }
  });
});

test.each<[OrderStatus, number, OrderStatus]>([
  ['delivered', 1000, 'refunded'],
  ['cancelled', 1000, 'refunded'],
  ['returned', 1000, 'refunded'],
  ['completed', 1000, 'refunded'],
  ['delivered', 999, 'delivered'],
  ['shipped', 1000, 'shipped'],
  ['refunded', 1000, 'refunded'],
  ['pending', 1000, 'pending'],
])('%s with %i of 1000 refunded is %s', (status, refundedMinor, expected) => {
  expect(statusWhenRefunded({ status, paidMinor: 1000 }, refundedMinor)).toBe(expected);
});

test('the history calls a step by a name of the table', () => {
  const [step] = workflow['settlePayment']!;
  expect(actionOf(step!, undefined)).toBe('edited');
  expect(actionOf(step!, 'refunded')).toBe('refunded');
  expect(() => actionOf(step!, 'shipped')).toThrow(/no step that the history calls shipped/);
});
