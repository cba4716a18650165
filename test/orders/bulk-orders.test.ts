import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call, historyOf, roles, shortHistory, unknownId } from '../setup/command-rules.ts';
import { mutate, stockedVariant, placeOrder } from '../setup/fixtures.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { startTestServer, type Ask, type TestServer } from '../setup/server.ts';
import { expectUnchanged, rowsGained } from '../setup/snapshot.ts';
import { bulk, ordersWithKept, outcomes, pendingOrders, statusesOf } from './bulk-cases.ts';

let server: TestServer;
let manager: Ask;
beforeAll(async () => {
  server = await startTestServer();
  manager = server.as.order_manager;
});
afterAll(async () => {
  await expectInvariants(server.databaseUrl);
  await server.stop();
});

interface Verb {
  readonly name: string;
  readonly extra: () => object;
  readonly arrange: (count: number) => Promise<string[]>;
  readonly becomes: string;
  readonly logs: readonly string[];
}

const pending = (count: number) => pendingOrders(server, count);
const verbs: readonly Verb[] = [
  {
    name: 'bulkUpdateOrderStatus',
    extra: () => ({ status: 'CONFIRMED' }),
    arrange: pending,
    becomes: 'CONFIRMED',
    logs: ['CONFIRMED PENDING>CONFIRMED', 'STATUS_CHANGED null>PENDING'],
  },
  {
    name: 'bulkAssignOrders',
    extra: () => ({ userId: server.userIds.customer_service }),
    arrange: pending,
    becomes: 'PENDING',
    logs: ['ASSIGNED PENDING>PENDING'],
  },
  {
    name: 'bulkCreateFulfillments',
    extra: () => ({}),
    arrange: (count) => ordersWithKept(server, count),
    becomes: 'CONFIRMED',
    logs: ['EDITED CONFIRMED>CONFIRMED', 'STATUS_CHANGED null>PENDING'],
  },
];

describe.each(verbs)('$name', ({ name, extra, arrange, becomes, logs }) => {
  const input = (orderIds: readonly string[], more: object = {}) => ({ orderIds, ...extra(), ...more });
  const inputType = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  const run = (orderIds: readonly string[], more: object = {}) => bulk(manager, name, input(orderIds, more));
  /** Cancelled orders refuse everything that is tried here. */
  const cancelled = async (): Promise<string> => {
    const [orderId] = await pendingOrders(server, 1);
    await mutate(manager, 'cancelOrder', { orderId }, 'order { id }');
    return orderId!;
  };

  test.each([false, true])('does it to every order, with its history (atomic: %s)', async (atomic) => {
    const ids = await arrange(3);
    const answer = await run(ids, { atomic });
    expect(answer).toMatchObject({ applied: true, accepted: 3, refused: 0, userErrors: [] });
    expect(answer.results!.map(({ orderId }) => orderId)).toEqual(ids);
    for (const { orderId, ok, order, newStatus, effects, userErrors } of answer.results!) {
      expect({ ok, newStatus, userErrors }).toEqual({ ok: true, newStatus: becomes, userErrors: [] });
      expect(order).toMatchObject({ id: orderId, status: becomes });
      const history = (await historyOf(server, orderId)).slice(-logs.length);
      expect(shortHistory(history)).toEqual(logs);
      expect(history.map(({ description }) => description)).toEqual(effects);
      expect(history[0].performedBy).toEqual({ id: server.userIds.order_manager });
    }
  });

  test('is the manager’s alone', async () => {
    const ids = await arrange(1);
    await expectUnchanged(server, async () => {
      for (const role of roles.filter((each) => each !== 'order_manager')) {
        const answer = await call(server.as[role], name, inputType, input(ids), 'applied');
        expect(answer.errors).toMatchObject([
          { path: [name], extensions: { code: 'FORBIDDEN', permissions: ['orders.bulk'] } },
        ]);
      }
      const answer = await call(server.anonymous, name, inputType, input(ids), 'applied');
      expect(answer.errors).toMatchObject([{ path: [name], extensions: { code: 'UNAUTHENTICATED' } }]);
    });
  });

  test('refuses a list that is wrong as a whole, with the place', async () => {
    const [id] = await arrange(1);
    const tooMany = Array.from({ length: 1_001 }, () => randomUUID());
    const cases: [string[], object, string[]][] = [
      [[], {}, ['orderIds']],
      [tooMany, {}, ['orderIds']],
      [[id!, '42'], {}, ['orderIds', '1']],
      [[id!, unknownId, id!.toUpperCase()], {}, ['orderIds', '2']],
      [[id!], { idempotencyKey: '' }, ['idempotencyKey']],
    ];
    for (const [ids, more, path] of cases) {
      const answer = await expectUnchanged(server, () => run(ids, more));
      expect(answer).toMatchObject({ applied: false, results: null, accepted: 0, refused: 0 });
      expect(answer.userErrors).toMatchObject([{ code: 'VALIDATION', path }]);
    }
  });

  test('row by row, those that are refused leave the others be', async () => {
    const [first, second] = await arrange(2);
    const ids = [first!, unknownId, await cancelled(), second!];
    const answer = await run(ids);
    expect(answer).toMatchObject({ applied: true, accepted: 2, refused: 2, userErrors: [] });
    expect(outcomes(answer)).toEqual([becomes, 'NOT_FOUND', 'INVALID_TRANSITION', becomes]);
    expect(answer.results![1]).toMatchObject({
      ok: false,
      order: null,
      userErrors: [{ path: ['orderIds', '1'] }],
    });
    expect(answer.results![2]).toMatchObject({
      ok: false,
      order: { status: 'CANCELLED' },
      userErrors: [{ path: ['orderIds', '2'], from: 'CANCELLED' }],
    });
  });

  test('atomic, one that is refused undoes all, and every reason is told', async () => {
    const [first, second] = await arrange(2);
    const ids = [first!, unknownId, await cancelled(), second!];
    const idempotencyKey = randomUUID();
    const answer = await expectUnchanged(server, () => run(ids, { atomic: true, idempotencyKey }));
    expect(answer).toMatchObject({ applied: false, accepted: 2, refused: 2 });
    expect(outcomes(answer)).toEqual([becomes, 'NOT_FOUND', 'INVALID_TRANSITION', becomes]);
    expect(answer.userErrors).toMatchObject([
      { code: 'NOT_FOUND', path: ['orderIds', '1'] },
      { code: 'INVALID_TRANSITION', path: ['orderIds', '2'] },
    ]);
    const again = await run([first!, second!], { atomic: true, idempotencyKey });
    expect(again).toMatchObject({ applied: true, accepted: 2, userErrors: [] });
  });

  test.each([false, true])('a dry run says the same and changes nothing (atomic: %s)', async (atomic) => {
    const [first, second] = await arrange(2);
    const good = [first!, second!];
    const mixed = [first!, await cancelled(), second!];
    const idempotencyKey = randomUUID();
    for (const ids of [good, mixed]) {
      const dry = await expectUnchanged(server, () => run(ids, { atomic, dryRun: true, idempotencyKey }));
      expect(dry.applied).toBe(false);
      expect(outcomes(dry)).toEqual(
        ids === good ? [becomes, becomes] : [becomes, 'INVALID_TRANSITION', becomes],
      );
    }
    const dry = await run(mixed, { atomic, dryRun: true });
    const real = await run(mixed, { atomic, idempotencyKey });
    expect(outcomes(real)).toEqual(outcomes(dry));
    expect(real.userErrors).toEqual(dry.userErrors);
    expect(real.applied).toBe(!atomic);
  });

  test.each([false, true])(
    'has one effect however often it is repeated with its key (atomic: %s)',
    async (atomic) => {
      const good = await arrange(2);
      const ids = atomic ? good : [...good, await cancelled()];
      const idempotencyKey = randomUUID();
      const first = await run(ids, { atomic, idempotencyKey });
      const again = await expectUnchanged(server, () => run(ids, { atomic, idempotencyKey }));
      expect(again).toEqual(first);
      for (const other of [
        run([good[0]!], { atomic, idempotencyKey }),
        run(ids, { atomic: !atomic, idempotencyKey }),
      ]) {
        const conflict = await expectUnchanged(server, () => other);
        expect(conflict).toMatchObject({ applied: false, results: null });
        expect(conflict.userErrors).toMatchObject([
          { code: 'IDEMPOTENCY_CONFLICT', path: ['idempotencyKey'] },
        ]);
      }
    },
  );

  test('twice at once with one key has one effect, and both get the answer', async () => {
    const ids = await arrange(3);
    const idempotencyKey = randomUUID();
    const gained = await rowsGained(server, async () => {
      const [one, other] = await Promise.all([run(ids, { idempotencyKey }), run(ids, { idempotencyKey })]);
      expect(one).toMatchObject({ accepted: 3, refused: 0 });
      expect(other).toEqual(one);
    });
    expect(gained).toMatchObject({ order_history: 3 * logs.length, idempotency_keys: 1 });
  });
});

describe('bulkUpdateOrderStatus', () => {
  test('says what confirmOrder and cancelOrder say, and does what they do', async () => {
    const { sku } = await stockedVariant(server, { LONDON: 10, LEEDS: 10 });
    const lines = [
      { sku, quantity: 1, locationCode: 'LONDON' },
      { sku, quantity: 2, locationCode: 'LEEDS' },
    ];
    const [single, inBulk] = [await placeOrder(server, lines), await placeOrder(server, lines)];
    const withoutNumbers = async (orderId: string) =>
      JSON.parse(
        JSON.stringify(
          (await historyOf(server, orderId)).map(({ createdAt: _createdAt, ...entry }) => entry),
        ).replaceAll(/(FUL|ORD)-\d+-\d+/g, '$1'),
      );
    const compare = async () =>
      expect(await withoutNumbers(inBulk.id)).toEqual(await withoutNumbers(single.id));
    await mutate(manager, 'confirmOrder', { orderId: single.id }, 'order { id }');
    await bulk(manager, 'bulkUpdateOrderStatus', { orderIds: [inBulk.id], status: 'CONFIRMED' });
    await compare();
    const refused = await mutate(manager, 'confirmOrder', { orderId: single.id }, 'order { id }');
    const row = await bulk(manager, 'bulkUpdateOrderStatus', { orderIds: [single.id], status: 'CONFIRMED' });
    const { remedy: _remedy, ...error } = refused.userErrors[0];
    expect(row.results![0]!.userErrors).toEqual([{ ...error, path: ['orderIds', '0'] }]);
    await mutate(manager, 'cancelOrder', { orderId: single.id, reason: 'Flood' }, 'order { id }');
    await bulk(manager, 'bulkUpdateOrderStatus', {
      orderIds: [inBulk.id],
      status: 'CANCELLED',
      reason: 'Flood',
    });
    await compare();
    const { data } = await manager(
      `query ($id: ID!) { order(id: $id) { status cancelReason reservations { nodes { isActive } }
        fulfillments { nodes { status } } } }`,
      { id: inBulk.id },
    );
    expect(data.order).toEqual({
      status: 'CANCELLED',
      cancelReason: 'Flood',
      reservations: { nodes: [{ isActive: false }, { isActive: false }] },
      fulfillments: { nodes: [{ status: 'CANCELLED' }, { status: 'CANCELLED' }] },
    });
  });

  test('refuses a status that takes more than an order, and a reason that nobody would keep', async () => {
    const orderIds = await pendingOrders(server, 1);
    for (const [more, path] of [
      [{ status: 'SHIPPED' }, 'status'],
      [{ status: 'PENDING' }, 'status'],
      [{ status: 'CONFIRMED', reason: 'Because' }, 'reason'],
      [{ status: 'CANCELLED', reason: '' }, 'reason'],
    ] as const) {
      const answer = await expectUnchanged(server, () =>
        bulk(manager, 'bulkUpdateOrderStatus', { orderIds, ...more }),
      );
      expect(answer).toMatchObject({ applied: false, results: null });
      expect(answer.userErrors).toMatchObject([{ code: 'VALIDATION', path: [path] }]);
    }
  });

  test('takes orders through processing, and refuses one on hold', async () => {
    const orderIds = await pendingOrders(server, 2);
    await bulk(manager, 'bulkUpdateOrderStatus', { orderIds, status: 'CONFIRMED' });
    await mutate(manager, 'holdOrder', { orderId: orderIds[1], reason: 'Check' }, 'order { id }');
    const answer = await bulk(manager, 'bulkUpdateOrderStatus', { orderIds, status: 'PROCESSING' });
    expect(outcomes(answer)).toEqual(['PROCESSING', 'INVALID_TRANSITION']);
    expect(answer.results![1]!.userErrors).toMatchObject([
      { message: 'startProcessing is not possible: the order is on hold.', attempted: 'startProcessing' },
    ]);
    expect(await statusesOf(server, orderIds)).toEqual(['PROCESSING', 'CONFIRMED']);
  });
});

describe('bulkAssignOrders', () => {
  test('by null nobody is in charge any more; whoever is no staff is refused for each order', async () => {
    const orderIds = await pendingOrders(server, 2);
    const assign = (userId: string | null | undefined) =>
      bulk(manager, 'bulkAssignOrders', { orderIds, userId });
    const missing = await expectUnchanged(server, () => assign(undefined));
    expect(missing.userErrors).toMatchObject([{ code: 'VALIDATION', path: ['userId'] }]);
    const customer = await expectUnchanged(server, () => assign(server.userIds.customer));
    expect(customer.results!.map(({ userErrors }) => userErrors)).toMatchObject([
      [{ code: 'VALIDATION', message: 'The user is not staff.', path: ['userId'] }],
      [{ code: 'VALIDATION', path: ['userId'] }],
    ]);
    const assignees = async () => {
      const { data } = await manager(
        `query ($one: ID!, $other: ID!) { one: order(id: $one) { assignedTo { id } } other: order(id: $other) { assignedTo { id } } }`,
        { one: orderIds[0], other: orderIds[1] },
      );
      return [data.one.assignedTo?.id, data.other.assignedTo?.id];
    };
    await assign(server.userIds.warehouse_staff);
    expect(await assignees()).toEqual([server.userIds.warehouse_staff, server.userIds.warehouse_staff]);
    await assign(null);
    expect(await assignees()).toEqual([undefined, undefined]);
  });

  test('an id in capitals names the same order', async () => {
    const [orderId] = await pendingOrders(server, 1);
    const orderIds = [orderId!.toUpperCase()];
    const { results } = await bulk(manager, 'bulkAssignOrders', { orderIds, userId: null });
    expect(results).toMatchObject([{ orderId: orderIds[0], ok: true, order: { id: orderId } }]);
  });
});
