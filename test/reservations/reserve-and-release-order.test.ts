import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeCommandRules, historyOf, unknownId } from '../setup/command-rules.ts';
import { confirmedOrder, mutate, stockedVariant, work } from '../setup/fixtures.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { expectUnchanged } from '../setup/snapshot.ts';
import { reservedOrder, type Reserved } from './arrange.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await expectInvariants(server.databaseUrl);
  await server.stop();
});

const selection =
  'order { id version reservations { nodes { quantityReserved isActive expiresAt location { code } } } }';
const releaseAll = (orderId: string) =>
  mutate(server.as.order_manager, 'releaseOrderReservations', { orderId }, selection);
const reserve = (orderId: string, lines: object[], more: object = {}) =>
  mutate(server.as.order_manager, 'reserveInventory', { orderId, lines, ...more }, selection);

/** An order of which nothing is reserved any more. */
async function unreservedOrder(): Promise<Reserved> {
  const order = await reservedOrder(server);
  const released = await releaseAll(order.id);
  expect(released.userErrors).toEqual([]);
  return { ...order, version: released.order.version };
}

async function shippedOrder() {
  const { sku } = await stockedVariant(server, { LONDON: 1 });
  const order = await confirmedOrder(server, [{ sku, quantity: 1 }]);
  await work(server, order.fulfillments[0]!.id, 'shipFulfillment');
  return order;
}

test('all of an order is given back, and reserved again where it is asked for', async () => {
  const order = await unreservedOrder();
  expect((await historyOf(server, order.id)).at(-1)).toMatchObject({
    action: 'INVENTORY_RELEASED',
    additionalData: { units: 5 },
    performedBy: { id: server.userIds.order_manager },
  });
  const again = await expectUnchanged(server, () => releaseAll(order.id));
  expect(again.userErrors).toMatchObject([{ code: 'VALIDATION', path: ['orderId'] }]);
  const line = { orderItemId: order.orderItemId, locationCode: 'LONDON' };
  const lines = [
    { ...line, quantity: 3 },
    { ...line, quantity: 2 },
  ];
  const answer = await reserve(order.id, lines, { expiresAt: '2126-01-01T00:00:00Z' });
  expect(answer.userErrors).toEqual([]);
  const active = answer.order.reservations.nodes.filter(({ isActive }: any) => isActive);
  const byQuantity = active.toSorted(
    (left: any, right: any) => left.quantityReserved - right.quantityReserved,
  );
  expect(byQuantity).toMatchObject([
    { quantityReserved: 2, expiresAt: expect.any(String), location: { code: 'LONDON' } },
    { quantityReserved: 3, expiresAt: expect.any(String), location: { code: 'LONDON' } },
  ]);
  expect((await historyOf(server, order.id)).at(-1)).toMatchObject({
    action: 'INVENTORY_RESERVED',
    oldStatus: 'PENDING',
    newStatus: 'PENDING',
    additionalData: { units: 5 },
  });
});

test('more than the line lacks, or than there is, and wrong lines are refused with their path', async () => {
  const order = await unreservedOrder();
  const line = { orderItemId: order.orderItemId, quantity: 3 };
  for (const [lines, more, code, path] of [
    [[line, line], {}, 'VALIDATION', ['lines', '1', 'quantity']],
    [[{ ...line, quantity: 0 }], {}, 'VALIDATION', ['lines', '0', 'quantity']],
    [[{ ...line, orderItemId: unknownId }], {}, 'NOT_FOUND', ['lines', '0', 'orderItemId']],
    [[{ ...line, locationCode: 'NOWHERE' }], {}, 'NOT_FOUND', ['lines', '0', 'locationCode']],
    [[], {}, 'VALIDATION', ['lines']],
    [[line], { expiresAt: '2020-01-01T00:00:00Z' }, 'VALIDATION', ['expiresAt']],
  ] as const) {
    const answer = await expectUnchanged(server, () => reserve(order.id, [...lines], more));
    expect(answer).toMatchObject({ order: null, userErrors: [{ code, path }] });
  }
  await mutate(
    server.as.warehouse_staff,
    'adjustStock',
    { locationCode: 'LONDON', sku: order.sku, counted: 2, reason: 'lost' },
    'stockLevels { onHand }',
  );
  expect((await expectUnchanged(server, () => reserve(order.id, [line]))).userErrors).toMatchObject([
    { code: 'INSUFFICIENT_STOCK', shortages: [{ sku: order.sku, requested: 3, available: 2 }] },
  ]);
});

test('reservations are found by id and listed by what is active, expiring and expired', async () => {
  const soon = new Date(Date.now() + 3_600_000).toISOString();
  const expiring = await reservedOrder(server, { reservationExpiresAt: soon });
  const lasting = await reservedOrder(server);
  const released = await unreservedOrder();
  const later = new Date(Date.now() + 7_200_000).toISOString();
  const list = async (filter: object): Promise<string[]> => {
    const answer = await server.as.customer_service(
      `query ($filter: ReservationFilter) { reservations(first: 100, filter: $filter) {
        totalCount nodes { id order { id } } } }`,
      { filter },
    );
    expect(answer.errors).toBeUndefined();
    const { totalCount, nodes } = answer.data.reservations;
    expect(totalCount).toBe(nodes.length);
    return nodes.map(({ id }: any) => id);
  };
  expect(await list({ expiringBefore: later })).toEqual([expiring.reservationId]);
  expect(await list({ expired: true })).toEqual([]);
  expect(await list({ orderId: lasting.id })).toEqual([lasting.reservationId]);
  expect(await list({ sku: released.sku, active: true })).toEqual([]);
  expect(await list({ sku: released.sku, active: false, expired: false })).toEqual([released.reservationId]);
  expect(await list({ sku: lasting.sku, locationCode: 'LONDON' })).toEqual([lasting.reservationId]);
  // The warehouse sees the order, and so what is reserved for it, once it has a fulfillment.
  const one = 'query ($id: ID!) { reservation(id: $id) { id order { id } variant { sku } } }';
  const asked = { id: lasting.reservationId };
  expect((await server.as.warehouse_staff(one, asked)).data.reservation).toBeNull();
  expect((await server.as.order_manager(one, asked)).data.reservation).toEqual({
    id: lasting.reservationId,
    order: { id: lasting.id },
    variant: { sku: lasting.sku },
  });
  expect((await server.as.customer(one, asked)).errors).toMatchObject([
    { extensions: { code: 'FORBIDDEN' } },
  ]);
});

/** What a manager may still do to a shipped order. */
const allowed = [
  'deliverOrder',
  'requestReturn',
  'assignOrder',
  'createPayment',
  'recordPayment',
  'addHistoryEntry',
  'addNote',
];
describeCommandRules(() => server, {
  name: 'releaseOrderReservations',
  inputType: 'ReleaseOrderReservationsInput',
  subject: 'order',
  by: 'order_manager',
  mayNot: ['warehouse_staff', 'customer_service', 'customer'],
  permissions: ['reservations.manage'],
  arrange: () => reservedOrder(server),
  otherExtra: { expectedVersion: 1 },
  wrongState: { arrange: shippedOrder, from: 'SHIPPED', allowed },
});

let latest: Reserved | undefined;
describeCommandRules(() => server, {
  name: 'reserveInventory',
  inputType: 'ReserveInventoryInput',
  subject: 'order',
  by: 'order_manager',
  mayNot: ['warehouse_staff', 'customer_service', 'customer'],
  permissions: ['reservations.manage'],
  arrange: async () => (latest = await unreservedOrder()),
  extra: {
    get lines() {
      return [{ orderItemId: latest?.orderItemId ?? unknownId, quantity: 5 }];
    },
  },
  otherExtra: { expiresAt: '2126-01-01T00:00:00Z' },
  wrongState: { arrange: shippedOrder, from: 'SHIPPED', allowed },
});
