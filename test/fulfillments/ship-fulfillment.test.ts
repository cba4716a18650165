import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeCommandRules, historyOf, shortHistory } from '../setup/command-rules.ts';
import { confirmedOrder, mutate, stockedVariant, work } from '../setup/fixtures.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { expectUnchanged } from '../setup/snapshot.ts';
import { fulfillmentAfter, hold, levelOf, mayNotWork, readFulfillment } from './arrange.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await expectInvariants(server.databaseUrl);
  await server.stop();
});

const parcel = { carrier: 'DPD', trackingNumber: 'DPD-123' };
const ship = (fulfillmentId: string, input: object = parcel) =>
  mutate(server.as.warehouse_staff, 'shipFulfillment', { fulfillmentId, ...input }, 'fulfillment { status }');

test('the goods leave: reservations are used up, on-hand falls, the order is SHIPPED', async () => {
  const { id, number, sku, orderId } = await fulfillmentAfter(server, 'completePacking');
  expect(await levelOf(server, sku)).toEqual({ onHand: 5, reserved: 2 });
  expect(await ship(id)).toEqual({ fulfillment: { status: 'SHIPPED' }, userErrors: [] });
  expect(await levelOf(server, sku)).toEqual({ onHand: 3, reserved: 0 });
  const found = await readFulfillment(server, id);
  expect(found).toMatchObject({
    ...parcel,
    status: 'SHIPPED',
    allowedActions: expect.arrayContaining(['deliverFulfillment']),
    items: [{ orderItem: { sku, quantityFulfilled: 2 } }],
    order: { status: 'SHIPPED', fulfillmentState: 'FULFILLED', shippedAt: found.shippedAt },
  });
  const history = (await historyOf(server, orderId)).slice(-2);
  expect(shortHistory(history)).toEqual(['SHIPPED READY_TO_SHIP>SHIPPED', 'SHIPPED PACKED>SHIPPED']);
  expect(history[0]).toMatchObject({
    description: `${number} was shipped with DPD: 2 units.`,
    additionalData: { carrier: 'DPD', trackingNumber: 'DPD-123', units: 2 },
    createdAt: found.shippedAt,
  });
  const reservations = await server.as.order_manager(
    `query ($id: ID!) { order(id: $id) { reservations { nodes {
      quantityReserved quantityFulfilled quantityRemaining isActive fulfilledAt releasedAt } } } }`,
    { id: orderId },
  );
  expect(reservations.data.order.reservations.nodes).toEqual([
    {
      quantityReserved: 2,
      quantityFulfilled: 2,
      quantityRemaining: 0,
      isActive: false,
      fulfilledAt: found.shippedAt,
      releasedAt: null,
    },
  ]);
});

test('the first of two leaves the order PARTIALLY_FULFILLED, and takes nothing of the other location', async () => {
  const { sku } = await stockedVariant(server, { LONDON: 2, LEEDS: 1 });
  const order = await confirmedOrder(server, [
    { sku, quantity: 2, locationCode: 'LONDON' },
    { sku, quantity: 1, locationCode: 'LEEDS' },
  ]);
  const at = (code: string) => order.fulfillments.find(({ location }) => location.code === code)!.id;
  for (const { id } of order.fulfillments) await work(server, id, 'completePacking');
  await ship(at('LONDON'));
  const half = (await readFulfillment(server, at('LEEDS'))).order;
  expect(half).toMatchObject({ status: 'PACKED', fulfillmentState: 'PARTIALLY_FULFILLED', shippedAt: null });
  const query = `query ($sku: String!) { availability(sku: $sku) { location { code } onHand reserved } }`;
  const { availability } = (await server.as.order_manager(query, { sku })).data;
  expect(availability).toHaveLength(2);
  expect(availability).toEqual(
    expect.arrayContaining([
      { location: { code: 'LONDON' }, onHand: 0, reserved: 0 },
      { location: { code: 'LEEDS' }, onHand: 1, reserved: 1 },
    ]),
  );
  await ship(at('LEEDS'));
  expect((await readFulfillment(server, at('LEEDS'))).order).toMatchObject({
    status: 'SHIPPED',
    fulfillmentState: 'FULFILLED',
  });
});

test('a pick-up needs no tracking number', async () => {
  const { id } = await fulfillmentAfter(server, 'completePacking');
  expect((await ship(id, { carrier: 'PICKUP' })).userErrors).toEqual([]);
  expect(await readFulfillment(server, id)).toMatchObject({ carrier: 'PICKUP', trackingNumber: null });
});

test.each([
  ['a carrier without a tracking number', { carrier: 'DPD' }, [['trackingNumber']]],
  ['an empty tracking number', { carrier: 'DPD', trackingNumber: '' }, [['trackingNumber']]],
  ['blanks for a tracking number', { carrier: 'DPD', trackingNumber: '  ' }, [['trackingNumber']]],
  ['no carrier', { carrier: '', trackingNumber: 'T-1' }, [['carrier']]],
  ['blanks for a carrier', { carrier: ' ', trackingNumber: 'T-1' }, [['carrier']]],
])('%s is refused', async (_name, input, paths) => {
  const { id } = await fulfillmentAfter(server, 'completePacking');
  const answer = await expectUnchanged(server, () => ship(id, input));
  expect(answer.fulfillment).toBeNull();
  expect(answer.userErrors.length).toBeGreaterThan(0);
  for (const error of answer.userErrors) {
    expect(error.code).toBe('VALIDATION');
    expect(paths).toContainEqual(error.path);
  }
});

test('refused while the order is on hold', async () => {
  const { id, orderId } = await fulfillmentAfter(server, 'completePacking');
  await hold(server, orderId);
  const answer = await expectUnchanged(server, () => ship(id));
  expect(answer.userErrors).toMatchObject([
    { code: 'INVALID_TRANSITION', from: 'READY_TO_SHIP', attempted: 'shipFulfillment' },
  ]);
});

describeCommandRules(() => server, {
  name: 'shipFulfillment',
  inputType: 'ShipFulfillmentInput',
  subject: 'fulfillment',
  by: 'warehouse_staff',
  mayNot: mayNotWork,
  permissions: ['fulfillments.work'],
  arrange: () => fulfillmentAfter(server, 'completePacking'),
  extra: parcel,
  otherExtra: { trackingNumber: 'DPD-124' },
  wrongState: {
    arrange: () => fulfillmentAfter(server, 'startPacking'),
    from: 'PACKING',
    allowed: ['startPacking', 'completePacking'],
  },
});
