import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeCommandRules, historyOf, shortHistory } from '../setup/command-rules.ts';
import { confirmedOrder, mutate, placeOrder, stockedVariant, type Stocked } from '../setup/fixtures.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { expectUnchanged } from '../setup/snapshot.ts';

let server: TestServer;
let mug: Stocked;
beforeAll(async () => {
  server = await startTestServer();
  mug = await stockedVariant(server, { LONDON: 1_000, LEEDS: 1_000 });
});
afterAll(async () => {
  await expectInvariants(server.databaseUrl);
  await server.stop();
});

const line = (locationCode: string, quantity = 1) => ({ sku: mug.sku, quantity, locationCode });

test('makes one fulfillment for each location that holds reservations, and says so in the history', async () => {
  const placed = await placeOrder(server, [line('LONDON', 2), line('LEEDS', 3), line('LONDON', 4)]);
  const answer = await mutate(
    server.as.order_manager,
    'confirmOrder',
    { orderId: placed.id, expectedVersion: 1 },
    `order { id status version confirmedAt updatedAt fulfillmentState allowedActions
      fulfillments { totalCount nodes { number status version location { code } items { quantity quantityPicked } } } }`,
  );
  expect(answer.userErrors).toEqual([]);
  const { order } = answer;
  expect(order).toMatchObject({
    id: placed.id,
    status: 'CONFIRMED',
    version: 2,
    fulfillmentState: 'UNFULFILLED',
    allowedActions: expect.arrayContaining(['cancelOrder', 'createFulfillment', 'addNote']),
  });
  const found = Object.fromEntries(
    order.fulfillments.nodes.map(({ location, items, ...rest }: any) => [
      location.code,
      { ...rest, quantities: items.map(({ quantity }: any) => quantity).toSorted() },
    ]),
  );
  expect(found).toEqual({
    LONDON: {
      number: expect.stringMatching(/^FUL-\d{8}-\d{4,}$/),
      status: 'PENDING',
      version: 1,
      quantities: [2, 4],
    },
    LEEDS: {
      number: expect.stringMatching(/^FUL-\d{8}-\d{4,}$/),
      status: 'PENDING',
      version: 1,
      quantities: [3],
    },
  });
  const history = await historyOf(server, placed.id);
  expect(shortHistory(history)).toEqual([
    'CREATED null>PENDING',
    'INVENTORY_RESERVED null>null',
    'CONFIRMED PENDING>CONFIRMED',
    'STATUS_CHANGED null>PENDING',
    'STATUS_CHANGED null>PENDING',
  ]);
  expect(history.slice(2).map(({ createdAt }) => createdAt)).toEqual(Array(3).fill(order.confirmedAt));
  expect(history[2]).toMatchObject({
    performedBy: { id: server.userIds.order_manager },
    ipAddress: '127.0.0.1',
    userAgent: 'node',
  });
  expect(history[2].additionalData.fulfillments.toSorted()).toEqual(
    order.fulfillments.nodes.map(({ number }: any) => number).toSorted(),
  );
});

test('an order split over locations becomes fulfillments whose items add up to the line', async () => {
  const lamp = await stockedVariant(server, { LONDON: 2, LEEDS: 2, YORK: 2 });
  const order = await confirmedOrder(server, [{ sku: lamp.sku, quantity: 5 }]);
  expect(order.fulfillments).toHaveLength(3);
  const answer = await server.as.warehouse_staff(
    `query ($id: ID!) { order(id: $id) { fulfillments { nodes { items { quantity orderItem { sku quantity } } } } } }`,
    { id: order.id },
  );
  const items = answer.data.order.fulfillments.nodes.flatMap((each: any) => each.items);
  expect(items.reduce((sum: number, { quantity }: any) => sum + quantity, 0)).toBe(5);
  expect(items.map(({ orderItem }: any) => orderItem)).toEqual(
    items.map(() => ({ sku: lamp.sku, quantity: 5 })),
  );
});

test('what was released by hand has to be reserved again first; a payment is taken all the same', async () => {
  const { sku } = await stockedVariant(server, { LONDON: 5 });
  const order = await placeOrder(server, [{ sku, quantity: 2 }]);
  const manager = server.as.order_manager;
  await mutate(manager, 'releaseOrderReservations', { orderId: order.id }, 'order { id }');
  const confirmIt = () => mutate(manager, 'confirmOrder', { orderId: order.id }, 'order { id status }');
  const refused = await expectUnchanged(server, confirmIt);
  expect(refused).toMatchObject({
    order: null,
    userErrors: [
      {
        code: 'VALIDATION',
        path: ['orderId'],
        message: `Of 2 of ${sku} only 0 are reserved: use reserveInventory or editOrder first.`,
      },
    ],
  });
  const payment = {
    orderId: order.id,
    method: 'CASH',
    amount: { amountMinor: 500, currency: 'GBP' },
    autoConfirm: true,
  };
  const paid = await mutate(manager, 'recordPayment', payment, 'order { status paymentState }');
  expect(paid).toMatchObject({ userErrors: [], order: { status: 'PENDING', paymentState: 'PAID' } });
  const { data } = await manager(`{ order(id: "${order.id}") { items { nodes { id } } } }`);
  const lines = [{ orderItemId: data.order.items.nodes[0].id, quantity: 2 }];
  await mutate(manager, 'reserveInventory', { orderId: order.id, lines }, 'order { id }');
  expect((await confirmIt()).order.status).toBe('CONFIRMED');
});

describeCommandRules(() => server, {
  name: 'confirmOrder',
  inputType: 'ConfirmOrderInput',
  subject: 'order',
  by: 'order_manager',
  mayNot: ['warehouse_staff', 'customer_service', 'customer'],
  permissions: ['orders.edit'],
  arrange: () => placeOrder(server, [line('LONDON')]),
  otherExtra: { expectedVersion: 1 },
  wrongState: {
    arrange: () => confirmedOrder(server, [line('LONDON')]),
    from: 'CONFIRMED',
    allowed: ['cancelOrder', 'createFulfillment', 'addNote'],
  },
});
