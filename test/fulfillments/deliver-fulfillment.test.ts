import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeCommandRules, historyOf, shortHistory } from '../setup/command-rules.ts';
import { confirmedOrder, mutate, stockedVariant, work } from '../setup/fixtures.ts';
import { sixPlaces } from '../setup/instants.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { fulfillmentAfter, hold, levelOf, mayNotWork, readFulfillment } from './arrange.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const deliver = (fulfillmentId: string) =>
  mutate(
    server.as.warehouse_staff,
    'deliverFulfillment',
    { fulfillmentId },
    'fulfillment { status }',
    'FulfillmentInput',
  );

test('the goods arrive: the time is stamped, the order is DELIVERED, stock stays as it is', async () => {
  const { id, number, sku, orderId } = await fulfillmentAfter(server, 'shipFulfillment');
  expect(await deliver(id)).toEqual({ fulfillment: { status: 'FULFILLED' }, userErrors: [] });
  const found = await readFulfillment(server, id);
  expect(found).toMatchObject({
    status: 'FULFILLED',
    allowedActions: [],
    order: { status: 'DELIVERED', deliveredAt: found.deliveredAt },
  });
  const times = [
    'pickingStartedAt',
    'pickingCompletedAt',
    'packingStartedAt',
    'packingCompletedAt',
    'shippedAt',
  ];
  const stamped = [...times, 'deliveredAt'].map((name) => sixPlaces(found[name]));
  expect(stamped).toEqual(stamped.toSorted());
  expect(new Set(stamped).size).toBe(6);
  const history = (await historyOf(server, orderId)).slice(-2);
  expect(shortHistory(history)).toEqual(['DELIVERED SHIPPED>FULFILLED', 'DELIVERED SHIPPED>DELIVERED']);
  expect(history[0]).toMatchObject({ description: `${number} was delivered.`, createdAt: found.deliveredAt });
  expect(await levelOf(server, sku)).toEqual({ onHand: 3, reserved: 0 });
});

test('the order is DELIVERED with the last of its fulfillments', async () => {
  const { sku } = await stockedVariant(server, { LONDON: 1, LEEDS: 1 });
  const order = await confirmedOrder(server, [{ sku, quantity: 2 }]);
  const [first, second] = order.fulfillments;
  await work(server, first!.id, 'deliverFulfillment');
  expect((await readFulfillment(server, first!.id)).order.status).toBe('PROCESSING');
  await work(server, second!.id, 'shipFulfillment');
  expect((await readFulfillment(server, first!.id)).order.status).toBe('SHIPPED');
  await deliver(second!.id);
  expect((await readFulfillment(server, first!.id)).order.status).toBe('DELIVERED');
});

test('a hold does not keep goods from arriving', async () => {
  const { id, orderId } = await fulfillmentAfter(server, 'shipFulfillment');
  await hold(server, orderId);
  expect((await deliver(id)).userErrors).toEqual([]);
});

describeCommandRules(() => server, {
  name: 'deliverFulfillment',
  inputType: 'FulfillmentInput',
  subject: 'fulfillment',
  by: 'warehouse_staff',
  mayNot: mayNotWork,
  permissions: ['fulfillments.work'],
  arrange: () => fulfillmentAfter(server, 'shipFulfillment'),
  otherExtra: { expectedVersion: 7 },
  wrongState: {
    arrange: () => fulfillmentAfter(server, 'completePacking'),
    from: 'READY_TO_SHIP',
    allowed: ['shipFulfillment'],
  },
});
