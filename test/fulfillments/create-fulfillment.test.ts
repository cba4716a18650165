import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeCommandRules, historyOf, shortHistory, unknownId } from '../setup/command-rules.ts';
import { mutate, placeOrder, work } from '../setup/fixtures.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { expectUnchanged } from '../setup/snapshot.ts';
import { fulfillmentInHand, levelsOf, type FulfillmentInHand } from './in-hand.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await expectInvariants(server.databaseUrl);
  await server.stop();
});

const create = (orderId: string, more: object = {}) =>
  mutate(
    server.as.warehouse_staff,
    'createFulfillment',
    { orderId, locationCode: 'LONDON', ...more },
    'order { id status version } fulfillment { id number status location { code } items { quantity orderItem { id } } }',
  );

/** An order whose one fulfillment was cancelled while its reservations were kept. */
async function kept(): Promise<FulfillmentInHand> {
  const fulfillment = await fulfillmentInHand(server, { upTo: 'startPicking' });
  const { userErrors } = await mutate(
    server.as.warehouse_staff,
    'cancelFulfillment',
    { fulfillmentId: fulfillment.id, keepReservations: true },
    'fulfillment { id }',
  );
  expect(userErrors).toEqual([]);
  return fulfillment;
}

async function orderWithKept(): Promise<{ id: string; version: number }> {
  const { orderId } = await kept();
  const { data } = await server.as.order_manager('query ($id: ID!) { order(id: $id) { id version } }', {
    id: orderId,
  });
  return data.order;
}

test('all that is kept becomes a new fulfillment, which ships the order', async () => {
  const { orderId, sku, items } = await kept();
  const answer = await create(orderId);
  expect(answer.userErrors).toEqual([]);
  expect(answer.fulfillment).toMatchObject({
    status: 'PENDING',
    location: { code: 'LONDON' },
    items: [{ quantity: 3, orderItem: { id: items[0]!.orderItem.id } }],
  });
  const history = (await historyOf(server, orderId)).slice(-2);
  expect(shortHistory(history)).toEqual(['EDITED PROCESSING>PROCESSING', 'STATUS_CHANGED null>PENDING']);
  expect(history[0]).toMatchObject({
    description: `Fulfillment ${answer.fulfillment.number} was created at LONDON.`,
    additionalData: { fulfillments: [answer.fulfillment.number] },
    performedBy: { id: server.userIds.warehouse_staff },
  });
  await work(server, answer.fulfillment.id, 'deliverFulfillment');
  const { data } = await server.as.order_manager(
    'query ($id: ID!) { order(id: $id) { status fulfillmentState } }',
    { id: orderId },
  );
  expect(data.order).toEqual({ status: 'DELIVERED', fulfillmentState: 'FULFILLED' });
  expect(await levelsOf(server, sku)).toEqual({ LONDON: { onHand: 7, reserved: 0 } });
});

test('chosen quantities become one, and the order is not shipped before the rest has one too', async () => {
  const { orderId, items } = await kept();
  const orderItemId = items[0]!.orderItem.id;
  const first = await create(orderId, { lines: [{ orderItemId, quantity: 2 }] });
  expect(first.fulfillment.items).toMatchObject([{ quantity: 2 }]);
  const tooMuch = await expectUnchanged(server, () =>
    create(orderId, { lines: [{ orderItemId, quantity: 2 }] }),
  );
  expect(tooMuch.userErrors).toMatchObject([{ code: 'VALIDATION', path: ['lines', '0', 'quantity'] }]);
  await work(server, first.fulfillment.id, 'shipFulfillment');
  const rest = await create(orderId);
  expect(rest.order.status).toBe('PROCESSING');
  expect(rest.fulfillment.items).toMatchObject([{ quantity: 1 }]);
  // Cancelled now, it gives back its own unit and nothing of the other's.
  await mutate(
    server.as.warehouse_staff,
    'cancelFulfillment',
    { fulfillmentId: rest.fulfillment.id },
    'fulfillment { id }',
  );
  expect(shortHistory(await historyOf(server, orderId)).slice(-3)).toEqual([
    'INVENTORY_RELEASED null>null',
    'PACKED PROCESSING>PACKED',
    'SHIPPED PACKED>SHIPPED',
  ]);
});

test('where nothing is kept, or of another line, it is refused with its path', async () => {
  const covered = await fulfillmentInHand(server, { stock: { LONDON: 5, LEEDS: 5 } });
  const { orderId, items } = await kept();
  const line = { orderItemId: items[0]!.orderItem.id, quantity: 1 };
  for (const [more, code, path] of [
    [{ locationCode: 'NOWHERE' }, 'NOT_FOUND', ['locationCode']],
    [{ locationCode: 'LEEDS' }, 'VALIDATION', ['locationCode']],
    [{ lines: [] }, 'VALIDATION', ['lines']],
    [{ lines: [{ ...line, quantity: 0 }] }, 'VALIDATION', ['lines', '0', 'quantity']],
    [{ lines: [{ ...line, orderItemId: unknownId }] }, 'NOT_FOUND', ['lines', '0', 'orderItemId']],
    [{ lines: [line, line] }, 'VALIDATION', ['lines', '1', 'orderItemId']],
  ] as const) {
    const answer = await expectUnchanged(server, () => create(orderId, more));
    expect(answer).toMatchObject({ fulfillment: null, order: null, userErrors: [{ code, path }] });
  }
  expect((await expectUnchanged(server, () => create(covered.orderId))).userErrors).toMatchObject([
    { code: 'VALIDATION', path: ['locationCode'] },
  ]);
});

describeCommandRules(() => server, {
  name: 'createFulfillment',
  inputType: 'CreateFulfillmentInput',
  subject: 'order',
  // The warehouse does not see an order that was never confirmed, which the wrong state needs.
  by: 'order_manager',
  mayNot: ['customer_service', 'customer'],
  permissions: ['fulfillments.work'],
  arrange: orderWithKept,
  extra: { locationCode: 'LONDON' },
  otherExtra: { locationCode: 'LEEDS' },
  wrongState: {
    arrange: async () => {
      const { sku } = await fulfillmentInHand(server, { stock: { LONDON: 10, LEEDS: 1 } });
      return placeOrder(server, [{ sku, quantity: 1 }]);
    },
    from: 'PENDING',
    allowed: ['confirmOrder', 'cancelOrder', 'addNote'],
  },
});
