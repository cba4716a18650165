import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeCommandRules, historyOf, shortHistory, unknownId } from '../setup/command-rules.ts';
import { mutate, placeOrder } from '../setup/fixtures.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { expectUnchanged } from '../setup/snapshot.ts';
import { orderAfter, readOrder, requestedReturn, returnCommand, type ReturnableOrder } from './arrange.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await expectInvariants(server.databaseUrl);
  await server.stop();
});

const reason = 'Mrs Miller does not like the colour.';
const request = (orderId: string, lines: readonly object[], more: object = {}) =>
  returnCommand(server.as.order_manager, 'requestReturn', { orderId, lines, reason, ...more });
const complete = (orderId: string) =>
  mutate(server.as.order_manager, 'completeOrder', { orderId }, 'order { id }', 'OrderInput');

test('makes the order wait for what is to come back, at its price, and says so without the reason', async () => {
  const order = await orderAfter(server);
  const { userErrors, ...answer } = await request(order.id, [
    { orderItemId: order.itemIds[1], quantity: 1 },
    { orderItemId: order.itemIds[0]!.toUpperCase(), quantity: 2 },
  ]);
  expect(userErrors).toEqual([]);
  expect(answer.return).toEqual({
    id: expect.any(String),
    status: 'REQUESTED',
    version: 1,
    reason,
    rejectReason: null,
    receivedAt: null,
    refundable: { amountMinor: 666 + 250, currency: 'GBP' },
    allowedActions: expect.arrayContaining(['approveReturn', 'rejectReturn', 'receiveReturn']),
    items: [
      {
        id: expect.any(String),
        quantity: 2,
        quantityReceived: 0,
        disposition: null,
        refund: { amountMinor: 666 },
        location: null,
        orderItem: { id: order.itemIds[0] },
      },
      expect.objectContaining({
        quantity: 1,
        refund: { amountMinor: 250 },
        orderItem: { id: order.itemIds[1] },
      }),
    ],
  });
  expect(answer.order).toEqual({ id: order.id, status: 'RETURN_REQUESTED', version: order.version + 1 });
  const last = (await historyOf(server, order.id)).at(-1);
  expect(shortHistory([last])).toEqual(['RETURN_REQUESTED SHIPPED>RETURN_REQUESTED']);
  expect(last).toMatchObject({
    description: 'A return of 3 units was requested.',
    additionalData: {
      returnId: answer.return.id,
      units: 3,
      lines: [
        { orderItemId: order.itemIds[1], quantity: 1 },
        { orderItemId: order.itemIds[0], quantity: 2 },
      ],
    },
    performedBy: { id: server.userIds.order_manager },
  });
  const rows = await server.database.read.execute(`select row::text as text from order_history as row`);
  expect(JSON.stringify(rows)).not.toContain('Miller');
});

test.each(['order_manager', 'customer_service', 'customer'] as const)('is done by the %s', async (role) => {
  const order = await orderAfter(server, 'deliverFulfillment');
  if (role === 'customer') await complete(order.id);
  const lines = [{ orderItemId: order.itemIds[0], quantity: 3 }];
  const answer = await returnCommand(server.as[role], 'requestReturn', { orderId: order.id, lines, reason });
  expect(answer.userErrors).toEqual([]);
  expect(answer.order.status).toBe('RETURN_REQUESTED');
});

test('a customer asks for orders of their own alone', async () => {
  const order = await orderAfter(server);
  await server.database.transaction((transaction) =>
    transaction.execute(`update orders set customer_id = null where id = '${order.id}'`),
  );
  const lines = [{ orderItemId: order.itemIds[0], quantity: 1 }];
  const input = { orderId: order.id, lines, reason };
  const answer = await expectUnchanged(server, () =>
    returnCommand(server.as.customer, 'requestReturn', input),
  );
  expect(answer.userErrors).toMatchObject([{ code: 'NOT_FOUND', path: ['orderId'] }]);
});

describe('lines are refused', () => {
  let order: ReturnableOrder;
  beforeAll(async () => {
    order = await orderAfter(server);
  });
  const refused = async (lines: readonly object[], more: object = {}) => {
    const { userErrors, return: made } = await expectUnchanged(server, () => request(order.id, lines, more));
    expect(made).toBeNull();
    return userErrors.map(({ code, path, message }: any) => [code, path.join('.'), message]);
  };

  test('that are more than was shipped, unknown, or named twice, each with its reason', async () => {
    const [first, second] = order.itemIds;
    expect(
      await refused([
        { orderItemId: first, quantity: 4 },
        { orderItemId: unknownId, quantity: 1 },
        { orderItemId: second, quantity: 1 },
        { orderItemId: second, quantity: 1 },
      ]),
    ).toEqual([
      ['VALIDATION', 'lines.0.quantity', `Only 3 of ${order.skus[0]} can be returned.`],
      ['NOT_FOUND', 'lines.1.orderItemId', `Line ${unknownId} is not of this order.`],
      ['VALIDATION', 'lines.3.orderItemId', `${order.skus[1]} is named already.`],
    ]);
  });

  test('of another order', async () => {
    const other = await orderAfter(server);
    expect(await refused([{ orderItemId: other.itemIds[0], quantity: 1 }])).toMatchObject([
      ['NOT_FOUND', 'lines.0.orderItemId', expect.any(String)],
    ]);
  });

  test('that were not shipped: what a short pick has left out', async () => {
    const short = await orderAfter(server);
    await server.database.transaction((transaction) =>
      transaction.execute(`update order_items set quantity_fulfilled = 1 where id = '${short.itemIds[0]}'`),
    );
    const answer = await expectUnchanged(server, () =>
      request(short.id, [{ orderItemId: short.itemIds[0], quantity: 2 }]),
    );
    expect(answer.userErrors).toMatchObject([
      { path: ['lines', '0', 'quantity'], message: `Only 1 of ${short.skus[0]} can be returned.` },
    ]);
    await server.database.transaction((transaction) =>
      transaction.execute(`update order_items set quantity_fulfilled = 3 where id = '${short.itemIds[0]}'`),
    );
  });

  test('that are none, of no number, or without a reason', async () => {
    const orderItemId = order.itemIds[0];
    const paths = async (lines: readonly object[], more: object = {}) =>
      (await refused(lines, more)).map(([code, path]: string[]) => `${code} ${path}`);
    expect(await paths([])).toEqual(['VALIDATION lines']);
    expect(await paths([{ orderItemId, quantity: 0 }])).toEqual(['VALIDATION lines.0.quantity']);
    expect(await paths([{ orderItemId: '1', quantity: 1 }])).toEqual(['VALIDATION lines.0.orderItemId']);
    const line = { orderItemId, quantity: 1 };
    expect(await paths([line], { reason: '  ' })).toEqual(['VALIDATION reason']);
    expect(await paths([line], { reason: 'x'.repeat(501) })).toEqual(['VALIDATION reason']);
  });
});

test('of two requests for the last units at once, one is made', async () => {
  const order = await orderAfter(server);
  const lines = order.itemIds.map((orderItemId) => ({ orderItemId, quantity: 3 }));
  const answers = await Promise.all([1, 2, 3].map(() => request(order.id, lines)));
  expect(answers.filter(({ userErrors }) => userErrors.length === 0)).toHaveLength(1);
  const refusals = answers.flatMap(({ userErrors }) => userErrors);
  expect(refusals).toMatchObject([
    { code: 'INVALID_TRANSITION', from: 'RETURN_REQUESTED' },
    { code: 'INVALID_TRANSITION', from: 'RETURN_REQUESTED' },
  ]);
  expect((await readOrder(server, order.id)).returns.totalCount).toBe(1);
});

test('the rest of an order may follow what has come back, and no more than that', async () => {
  const first = await requestedReturn(server, undefined, [2]);
  const { order } = first;
  await returnCommand(server.as.warehouse_staff, 'receiveReturn', {
    returnId: first.id,
    lines: [{ returnItemId: first.itemIds[0], quantity: 1, disposition: 'WRITE_OFF' }],
  });
  const orderItemId = order.itemIds[0];
  const tooMany = await expectUnchanged(server, () => request(order.id, [{ orderItemId, quantity: 3 }]));
  expect(tooMany.userErrors).toMatchObject([
    { path: ['lines', '0', 'quantity'], message: `Only 2 of ${order.skus[0]} can be returned.` },
  ]);
  const answer = await request(order.id, [{ orderItemId, quantity: 2 }]);
  expect(answer.userErrors).toEqual([]);
  const rejected = await returnCommand(server.as.order_manager, 'rejectReturn', {
    returnId: answer.return.id,
    reason: 'Too late',
  });
  expect(rejected.order.status).toBe('RETURNED');
});

const arranged = new Map<string, ReturnableOrder>();
describeCommandRules(() => server, {
  name: 'requestReturn',
  inputType: 'RequestReturnInput',
  subject: 'order',
  by: 'customer_service',
  mayNot: ['warehouse_staff'],
  permissions: ['returns.request'],
  arrange: async () => {
    const order = await orderAfter(server);
    arranged.set(order.id, order);
    return order;
  },
  extra: (id) => ({
    lines: [{ orderItemId: arranged.get(id)?.itemIds[0] ?? unknownId, quantity: 1 }],
    reason: 'Too small',
  }),
  otherExtra: { reason: 'Too large' },
  wrongState: {
    arrange: async () => {
      const { skus } = await orderAfter(server);
      return placeOrder(server, [{ sku: skus[0]!, quantity: 1 }]);
    },
    from: 'PENDING',
    allowed: ['addNote'],
  },
});
