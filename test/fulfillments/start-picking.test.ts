import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeCommandRules, historyOf, shortHistory } from '../setup/command-rules.ts';
import { confirmedOrder, mutate, stockedVariant, work } from '../setup/fixtures.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { expectUnchanged } from '../setup/snapshot.ts';
import { fulfillmentAfter, hold, mayNotWork, readFulfillment } from './arrange.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await expectInvariants(server.databaseUrl);
  await server.stop();
});

const startPicking = (fulfillmentId: string, role: 'warehouse_staff' | 'order_manager' = 'warehouse_staff') =>
  mutate(server.as[role], 'startPicking', { fulfillmentId }, 'fulfillment { id status }', 'FulfillmentInput');

test('the picker is put in charge, the time is stamped, the order follows', async () => {
  const { id, number, orderId } = await fulfillmentAfter(server, 'confirmOrder');
  expect(await startPicking(id)).toEqual({ fulfillment: { id, status: 'PICKING' }, userErrors: [] });
  const found = await readFulfillment(server, id);
  expect(found).toMatchObject({
    status: 'PICKING',
    version: 2,
    allowedActions: expect.arrayContaining(['scanItem', 'completePicking']),
    assignedTo: { id: server.userIds.warehouse_staff },
    pickingCompletedAt: null,
    order: { status: 'PROCESSING', version: 3, processingStartedAt: found.pickingStartedAt },
  });
  const history = (await historyOf(server, orderId)).slice(-2);
  expect(shortHistory(history)).toEqual([
    'STATUS_CHANGED PENDING>PICKING',
    'PROCESSING_STARTED CONFIRMED>PROCESSING',
  ]);
  expect(history).toMatchObject([
    {
      description: `Picking of ${number} started.`,
      performedBy: { id: server.userIds.warehouse_staff },
      createdAt: found.pickingStartedAt,
    },
    { performedBy: { id: server.userIds.warehouse_staff }, createdAt: found.pickingStartedAt },
  ]);
});

test('whoever is in charge already stays in charge', async () => {
  const { id } = await fulfillmentAfter(server, 'startPicking');
  expect((await readFulfillment(server, id)).assignedTo.id).toBe(server.userIds.warehouse_staff);
  const other = await fulfillmentAfter(server, 'confirmOrder');
  await startPicking(other.id, 'order_manager');
  expect((await readFulfillment(server, other.id)).assignedTo.id).toBe(server.userIds.order_manager);
});

test('only the first fulfillment of an order makes it PROCESSING', async () => {
  const { sku } = await stockedVariant(server, { LONDON: 1, LEEDS: 1 });
  const order = await confirmedOrder(server, [{ sku, quantity: 2 }]);
  for (const { id } of order.fulfillments) await startPicking(id);
  const history = shortHistory(await historyOf(server, order.id)).slice(-3);
  expect(history).toEqual([
    'STATUS_CHANGED PENDING>PICKING',
    'PROCESSING_STARTED CONFIRMED>PROCESSING',
    'STATUS_CHANGED PENDING>PICKING',
  ]);
});

test('two fulfillments of one order at once make it PROCESSING once', async () => {
  const { sku } = await stockedVariant(server, { LONDON: 1, LEEDS: 1 });
  const order = await confirmedOrder(server, [{ sku, quantity: 2 }]);
  const answers = await Promise.all(order.fulfillments.map(({ id }) => startPicking(id)));
  expect(answers.flatMap(({ userErrors }) => userErrors)).toEqual([]);
  const started = shortHistory(await historyOf(server, order.id)).filter((entry) =>
    entry.startsWith('PROCESSING_STARTED'),
  );
  expect(started).toEqual(['PROCESSING_STARTED CONFIRMED>PROCESSING']);
});

test('refused while the order is on hold', async () => {
  const { id, orderId } = await fulfillmentAfter(server, 'confirmOrder');
  await hold(server, orderId);
  expect((await readFulfillment(server, id)).allowedActions).not.toContain('startPicking');
  const answer = await expectUnchanged(server, () => startPicking(id));
  expect(answer.userErrors).toMatchObject([
    {
      code: 'INVALID_TRANSITION',
      message: 'startPicking is not possible: the order is on hold.',
      from: 'PENDING',
      attempted: 'startPicking',
      allowed: expect.not.arrayContaining(['startPicking']),
    },
  ]);
});

test('refused when the order was cancelled', async () => {
  const { id, orderId } = await fulfillmentAfter(server, 'confirmOrder');
  await mutate(server.as.order_manager, 'cancelOrder', { orderId }, 'order { id }');
  const answer = await expectUnchanged(server, () => startPicking(id));
  expect(answer.userErrors).toMatchObject([{ code: 'INVALID_TRANSITION', from: 'CANCELLED', allowed: [] }]);
});

describeCommandRules(() => server, {
  name: 'startPicking',
  inputType: 'FulfillmentInput',
  subject: 'fulfillment',
  by: 'warehouse_staff',
  mayNot: mayNotWork,
  permissions: ['fulfillments.work'],
  arrange: () => fulfillmentAfter(server, 'confirmOrder'),
  otherExtra: { expectedVersion: 1 },
  wrongState: {
    arrange: () => fulfillmentAfter(server, 'startPicking'),
    from: 'PICKING',
    allowed: ['scanItem', 'completePicking'],
  },
});

test('the fixture goes through every step', async () => {
  const { id } = await fulfillmentAfter(server, 'confirmOrder');
  await work(server, id, 'deliverFulfillment');
  expect((await readFulfillment(server, id)).status).toBe('FULFILLED');
});
