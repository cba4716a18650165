import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeCommandRules, historyOf, shortHistory } from '../setup/command-rules.ts';
import { mutate } from '../setup/fixtures.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { expectUnchanged } from '../setup/snapshot.ts';
import { fulfillmentInHand, levelsOf } from './in-hand.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await expectInvariants(server.databaseUrl);
  await server.stop();
});

const move = (fulfillmentId: string, status: string, more: object = {}) =>
  mutate(
    server.as.warehouse_staff,
    'updateFulfillmentStatus',
    { fulfillmentId, status, ...more },
    'fulfillment { status carrier trackingNumber assignedTo { id } order { status } }',
  );

test('it takes a fulfillment all the way, with the effects and the history of the commands', async () => {
  const fulfillment = await fulfillmentInHand(server);
  const before = (await historyOf(server, fulfillment.orderId)).length;
  expect((await move(fulfillment.id, 'PICKING')).fulfillment).toMatchObject({
    status: 'PICKING',
    assignedTo: { id: server.userIds.warehouse_staff },
    order: { status: 'PROCESSING' },
  });
  const unpicked = await expectUnchanged(server, () => move(fulfillment.id, 'PACKING'));
  expect(unpicked.userErrors).toMatchObject([{ code: 'VALIDATION', path: ['fulfillmentId'] }]);
  await mutate(
    server.as.warehouse_staff,
    'scanItem',
    { fulfillmentId: fulfillment.id, barcode: fulfillment.sku, quantity: 3 },
    'result',
  );
  expect((await move(fulfillment.id, 'PACKING')).fulfillment.status).toBe('PACKING');
  expect((await move(fulfillment.id, 'READY_TO_SHIP')).fulfillment.order.status).toBe('PACKED');
  for (const [more, path] of [
    [{}, ['carrier']],
    [{ carrier: 'DPD' }, ['trackingNumber']],
  ] as const) {
    const refused = await expectUnchanged(server, () => move(fulfillment.id, 'SHIPPED', more));
    expect(refused.userErrors).toMatchObject([{ code: 'VALIDATION', path }]);
  }
  const shipped = await move(fulfillment.id, 'SHIPPED', { carrier: 'DPD', trackingNumber: 'T-9' });
  expect(shipped.fulfillment).toMatchObject({
    carrier: 'DPD',
    trackingNumber: 'T-9',
    order: { status: 'SHIPPED' },
  });
  expect(await levelsOf(server, fulfillment.sku)).toEqual({ LONDON: { onHand: 7, reserved: 0 } });
  const inPart = await expectUnchanged(server, () => move(fulfillment.id, 'PARTIALLY_FULFILLED'));
  expect(inPart.userErrors).toMatchObject([{ code: 'VALIDATION', path: ['status'] }]);
  expect((await move(fulfillment.id, 'FULFILLED')).fulfillment.order.status).toBe('DELIVERED');
  expect(shortHistory((await historyOf(server, fulfillment.orderId)).slice(before))).toEqual([
    'STATUS_CHANGED PENDING>PICKING',
    'PROCESSING_STARTED CONFIRMED>PROCESSING',
    'EDITED PICKING>PICKING',
    'STATUS_CHANGED PICKING>PACKING',
    'PACKED PACKING>READY_TO_SHIP',
    'PACKED PROCESSING>PACKED',
    'SHIPPED READY_TO_SHIP>SHIPPED',
    'SHIPPED PACKED>SHIPPED',
    'DELIVERED SHIPPED>FULFILLED',
    'DELIVERED SHIPPED>DELIVERED',
  ]);
});

test('it ships with the carrier that was named before', async () => {
  const { id } = await fulfillmentInHand(server, { upTo: 'completePacking' });
  await mutate(
    server.as.warehouse_staff,
    'updateFulfillment',
    { fulfillmentId: id, carrier: 'PICKUP' },
    'fulfillment { id }',
  );
  expect((await move(id, 'SHIPPED')).fulfillment).toMatchObject({ status: 'SHIPPED', carrier: 'PICKUP' });
});

test('it cancels as cancelFulfillment does', async () => {
  const fulfillment = await fulfillmentInHand(server);
  expect((await move(fulfillment.id, 'CANCELLED')).fulfillment.status).toBe('CANCELLED');
  expect(await levelsOf(server, fulfillment.sku)).toEqual({ LONDON: { onHand: 10, reserved: 0 } });
});

test.each(['PENDING', 'PACKING', 'READY_TO_SHIP', 'SHIPPED', 'FULFILLED', 'PARTIALLY_FULFILLED'])(
  'there is no step from PENDING to %s',
  async (status) => {
    const { id } = await fulfillmentInHand(server);
    const answer = await expectUnchanged(server, () => move(id, status));
    expect(answer.userErrors).toMatchObject([
      {
        code: 'INVALID_TRANSITION',
        path: ['fulfillmentId'],
        from: 'PENDING',
        attempted: 'updateFulfillmentStatus',
        allowed: expect.arrayContaining([
          'startPicking',
          'cancelFulfillment',
          'assignFulfillment',
          'updateFulfillment',
        ]),
      },
    ]);
  },
);

describeCommandRules(() => server, {
  name: 'updateFulfillmentStatus',
  inputType: 'UpdateFulfillmentStatusInput',
  subject: 'fulfillment',
  by: 'warehouse_staff',
  mayNot: ['customer_service', 'customer'],
  permissions: ['fulfillments.work'],
  arrange: () => fulfillmentInHand(server),
  extra: { status: 'PICKING' },
  otherExtra: { status: 'CANCELLED' },
  wrongState: {
    arrange: () => fulfillmentInHand(server, { upTo: 'deliverFulfillment' }),
    from: 'FULFILLED',
    allowed: [],
  },
});
