import { describe, expect, test } from 'vitest';
import type { Actor } from '../../src/auth/actor.ts';
import {
  fulfillmentStatus,
  orderStatus,
  type FulfillmentStatus,
  type OrderStatus,
  type Role,
} from '../../src/db/tables/enumerations.ts';
import {
  orderFollowsFulfillments,
  orderMilestones,
  orderWorkflow,
  stepsToFollow,
} from '../../src/orders/order.workflow.ts';
import { orderFollowsReturn } from '../../src/returns/return.workflow.ts';
import {
  allowedCommands,
  findTransition,
  unreachableStatuses,
  type Workflow,
} from '../../src/write/workflow.ts';
import { roles } from '../setup/command-rules.ts';

const workflow: Workflow<OrderStatus> = orderWorkflow;
const actor = (role: Role): Actor => ({ userId: 'u', role, customerId: null, expiresAtSeconds: 0 });
const every = orderStatus.enumValues;

interface Specified {
  readonly to: OrderStatus | 'same';
  /** Where it may end instead. */
  readonly orTo?: readonly OrderStatus[];
  readonly action: string;
  readonly from: Partial<Record<Role, readonly OrderStatus[]>>;
  /** Possible only with a hold, or only without one. */
  readonly hold?: 'needed' | 'refused';
}
const beforeShipped: readonly OrderStatus[] = ['pending', 'confirmed', 'processing', 'packed'];
/** Those of the specification, and `returned` while anything is left: docs/decisions/0007-returns.md. */
const returnable: readonly OrderStatus[] = ['shipped', 'delivered', 'completed', 'returned'];
const open = every.filter((status) => !['completed', 'refunded', 'cancelled'].includes(status));

/** The specification's table (section 4, "Order"), as far as there are commands: who may do what from where to where. */
const specified: Record<string, Specified> = {
  confirmOrder: { to: 'confirmed', action: 'confirmed', from: { order_manager: ['pending'] } },
  cancelOrder: {
    to: 'cancelled',
    action: 'cancelled',
    from: { order_manager: beforeShipped, customer: ['pending'] },
  },
  editOrder: { to: 'same', action: 'edited', from: { order_manager: ['pending', 'confirmed'] } },
  createFulfillment: {
    to: 'same',
    action: 'edited',
    from: {
      order_manager: ['confirmed', 'processing', 'packed'],
      warehouse_staff: ['confirmed', 'processing', 'packed'],
    },
  },
  reserveInventory: { to: 'same', action: 'inventory_reserved', from: { order_manager: beforeShipped } },
  releaseOrderReservations: {
    to: 'same',
    action: 'inventory_released',
    from: { order_manager: beforeShipped },
  },
  startProcessing: {
    to: 'processing',
    action: 'processing_started',
    from: { order_manager: ['confirmed'] },
    hold: 'refused',
  },
  deliverOrder: { to: 'delivered', action: 'delivered', from: { order_manager: ['shipped'] } },
  completeOrder: { to: 'completed', action: 'status_changed', from: { order_manager: ['delivered'] } },
  requestReturn: {
    to: 'return_requested',
    action: 'return_requested',
    from: { order_manager: returnable, customer_service: returnable, customer: returnable },
  },
  holdOrder: { to: 'same', action: 'edited', from: { order_manager: beforeShipped }, hold: 'refused' },
  releaseHold: { to: 'same', action: 'edited', from: { order_manager: beforeShipped }, hold: 'needed' },
  assignOrder: { to: 'same', action: 'assigned', from: { order_manager: open } },
  createPayment: { to: 'same', action: 'edited', from: { order_manager: open } },
  recordPayment: { to: 'same', action: 'payment_received', from: { order_manager: open } },
  refundOrder: {
    to: 'same',
    orTo: ['refunded'],
    action: 'refunded',
    from: { order_manager: ['cancelled', 'returned', 'delivered', 'completed'] },
  },
  addHistoryEntry: { to: 'same', action: 'edited', from: { order_manager: every } },
  addNote: {
    to: 'same',
    action: 'note_added',
    from: { order_manager: every, warehouse_staff: every, customer_service: every, customer: every },
  },
};
const holdAllows = (hold: Specified['hold'], isHeld: boolean): boolean =>
  isHeld ? hold !== 'refused' : hold !== 'needed';

test('the workflow has the commands of the specification and no others', () => {
  expect(Object.keys(workflow).toSorted()).toEqual(Object.keys(specified).toSorted());
});

const cases = Object.keys(specified).flatMap((command) =>
  every.flatMap((status) => roles.map((role) => [command, status, role] as const)),
);
test.each(cases)('%s from %s by %s', (command, status, role) => {
  const { to, orTo, action, from, hold } = specified[command]!;
  for (const isHeld of [false, true]) {
    const transition = findTransition(workflow, command, { status, isHeld }, actor(role));
    if (from[role]?.includes(status) && holdAllows(hold, isHeld)) {
      expect(transition).toMatchObject({ action });
      expect(transition!.to ?? 'same').toBe(to);
      expect(transition!.orTo).toEqual(orTo);
    } else expect(transition).toBeUndefined();
  }
});

test.each(every.flatMap((status) => roles.map((role) => [status, role] as const)))(
  'what is allowed in %s to %s is what has a transition, on hold or not',
  (status, role) => {
    for (const isHeld of [false, true]) {
      const expected = Object.keys(specified).filter((command) => {
        const { from, hold } = specified[command]!;
        return from[role]?.includes(status) && holdAllows(hold, isHeld);
      });
      expect(allowedCommands(workflow, { status, isHeld }, actor(role)).toSorted()).toEqual(
        expected.toSorted(),
      );
    }
  },
);

test('an unknown command has no transition', () => {
  expect(
    findTransition(workflow, 'eatOrder', { status: 'pending', isHeld: false }, actor('order_manager')),
  ).toBeUndefined();
});

describe('what an order does by itself', () => {
  const follow = (status: OrderStatus, statuses: FulfillmentStatus[]) =>
    stepsToFollow(status, statuses).map(({ to, action }) => `${to} (${action})`);

  test.each<[OrderStatus, FulfillmentStatus[], string[]]>([
    ['confirmed', ['pending'], []],
    ['confirmed', ['pending', 'pending'], []],
    ['confirmed', ['picking'], ['processing (processing_started)']],
    ['confirmed', ['pending', 'picking'], ['processing (processing_started)']],
    ['processing', ['picking', 'packing'], []],
    ['processing', ['ready_to_ship', 'packing'], []],
    ['processing', ['ready_to_ship'], ['packed (packed)']],
    ['processing', ['ready_to_ship', 'shipped'], ['packed (packed)']],
    ['processing', ['ready_to_ship', 'cancelled'], ['packed (packed)']],
    ['processing', ['shipped', 'pending'], []],
    ['packed', ['ready_to_ship', 'shipped'], []],
    ['packed', ['shipped', 'shipped'], ['shipped (shipped)']],
    ['packed', ['shipped', 'cancelled'], ['shipped (shipped)']],
    ['packed', ['shipped', 'fulfilled'], ['shipped (shipped)']],
    ['shipped', ['shipped', 'fulfilled'], []],
    ['shipped', ['fulfilled', 'fulfilled'], ['delivered (delivered)']],
    ['shipped', ['fulfilled', 'partially_fulfilled'], ['delivered (delivered)']],
    ['shipped', ['fulfilled', 'cancelled'], ['delivered (delivered)']],
    ['confirmed', ['shipped'], ['processing (processing_started)', 'packed (packed)', 'shipped (shipped)']],
    ['processing', ['cancelled'], []],
    ['confirmed', [], []],
  ])('%s with %j: %j', (status, statuses, expected) => {
    expect(follow(status, statuses)).toEqual(expected);
  });

  test.each([
    'pending',
    'delivered',
    'completed',
    'return_requested',
    'returned',
    'refunded',
    'cancelled',
  ] as const)('a %s order follows nothing, whatever its fulfillments do', (status) => {
    for (const one of fulfillmentStatus.enumValues) {
      for (const other of fulfillmentStatus.enumValues) expect(follow(status, [one, other])).toEqual([]);
    }
  });

  test('it never goes back, and never the same step twice', () => {
    const order = ['confirmed', 'processing', 'packed', 'shipped', 'delivered'];
    for (const { from, to } of orderFollowsFulfillments) {
      for (const status of from) expect(order.indexOf(to)).toBeGreaterThan(order.indexOf(status));
    }
  });
});

describe('unreachable statuses', () => {
  const steps = [
    ...Object.values(workflow).flat(),
    ...orderFollowsFulfillments,
    ...Object.values(orderFollowsReturn),
  ];
  test('there are none', () => {
    expect(unreachableStatuses(steps, 'pending', every)).toEqual([]);
  });
  test('are found behind a gap, however the steps are ordered', () => {
    const statuses = ['a', 'b', 'c', 'd', 'e'] as const;
    const chain = [
      { from: ['c'], to: 'd' },
      { from: ['b'], to: 'c' },
      { from: ['a'], to: 'b' },
      { from: ['e'], to: 'e' },
      { from: ['a', 'e'] },
    ] as const;
    expect(unreachableStatuses<(typeof statuses)[number]>(chain, 'a', statuses)).toEqual(['e']);
    expect(unreachableStatuses<(typeof statuses)[number]>(chain.slice(0, 2), 'a', statuses)).toEqual([
      'b',
      'c',
      'd',
      'e',
    ]);
  });
  test('every status that a step leads to has its milestone', () => {
    const reached = new Set(steps.flatMap((step) => ('to' in step && step.to ? [step.to] : [])));
    // When goods were to come back and did is on the return: there may be several of an order.
    for (const status of ['return_requested', 'returned'] as const) expect(reached.delete(status)).toBe(true);
    for (const status of reached) expect(orderMilestones).toHaveProperty(status);
  });
});
