import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { historyOf, shortHistory, unknownId } from '../setup/command-rules.ts';
import { confirmedOrder, mutate, stockedVariant, work } from '../setup/fixtures.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { expectUnchanged } from '../setup/snapshot.ts';
import { expectForbidden } from '../stock/refusals.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await expectInvariants(server.databaseUrl);
  await server.stop();
});

const selection = `reservation { id quantityFulfilled quantityRemaining isActive fulfilledAt }
  order { id status version fulfillmentState shippedAt items { nodes { quantityFulfilled } } }`;
const fulfill = (reservationId: string, more: object = {}): Promise<any> =>
  mutate(server.as.order_manager, 'fulfillReservation', { reservationId, ...more }, selection);

/** A confirmed order of 5, whose fulfillment was cancelled while its reservation was kept. */
async function kept(): Promise<{ id: string; version: number; sku: string; reservationId: string }> {
  const { sku } = await stockedVariant(server, { LONDON: 10 });
  const order = await confirmedOrder(server, [{ sku, quantity: 5 }]);
  await mutate(
    server.as.order_manager,
    'cancelFulfillment',
    { fulfillmentId: order.fulfillments[0]!.id, keepReservations: true },
    'fulfillment { id }',
  );
  return { ...(await current(order.id)), id: order.id, sku };
}

async function current(id: string): Promise<{ version: number; status: string; reservationId: string }> {
  const { data } = await server.as.order_manager(
    `query ($id: ID!) { order(id: $id) { status version reservations { nodes { id } } } }`,
    { id },
  );
  const { status, version, reservations } = data.order;
  return { status, version, reservationId: reservations.nodes[0].id };
}

const level = async (sku: string): Promise<any> => {
  const { data } = await server.as.order_manager(
    `{ availability(sku: "${sku}") { onHand reserved available } }`,
  );
  return data.availability[0];
};

test('in two parts: stock, ledger, line and order count it, and with the last unit the order is shipped', async () => {
  const { id, sku, reservationId, version } = await kept();
  const first = await fulfill(reservationId, { quantity: 2 });
  expect(first).toMatchObject({
    userErrors: [],
    reservation: { quantityFulfilled: 2, quantityRemaining: 3, isActive: true, fulfilledAt: null },
    order: {
      status: 'CONFIRMED',
      version: version + 1,
      fulfillmentState: 'PARTIALLY_FULFILLED',
      shippedAt: null,
      items: { nodes: [{ quantityFulfilled: 2 }] },
    },
  });
  expect(await level(sku)).toEqual({ onHand: 8, reserved: 3, available: 5 });
  const last = await fulfill(reservationId);
  expect(last).toMatchObject({
    userErrors: [],
    reservation: {
      quantityFulfilled: 5,
      quantityRemaining: 0,
      isActive: false,
      fulfilledAt: expect.any(String),
    },
    order: { status: 'SHIPPED', fulfillmentState: 'FULFILLED', shippedAt: expect.any(String) },
  });
  expect(await level(sku)).toEqual({ onHand: 5, reserved: 0, available: 5 });
  const history = await historyOf(server, id);
  expect(shortHistory(history).slice(-3)).toEqual([
    'EDITED CONFIRMED>CONFIRMED',
    'EDITED CONFIRMED>CONFIRMED',
    'SHIPPED CONFIRMED>SHIPPED',
  ]);
  expect(history.at(-2)).toMatchObject({
    description: '3 reserved units were handed over by hand.',
    additionalData: { units: 3, reservationId },
    performedBy: { id: server.userIds.order_manager },
  });
  const { data } = await server.as.order_manager(
    `{ stockMovements(first: 2, filter: {sku: "${sku}"}) { nodes { onHandChange reservedChange reason order { id } performedBy { id } } } }`,
  );
  expect(data.stockMovements.nodes).toEqual(
    [-3, -2].map((units) => ({
      onHandChange: units,
      reservedChange: units,
      reason: 'SHIPPED',
      order: { id },
      performedBy: { id: server.userIds.order_manager },
    })),
  );
});

test('beside a fulfillment that was shipped, the rest by hand ships the order', async () => {
  const { sku } = await stockedVariant(server, { LONDON: 10 });
  const { sku: second } = await stockedVariant(server, { LEEDS: 10 });
  const order = await confirmedOrder(server, [
    { sku, quantity: 1 },
    { sku: second, quantity: 2 },
  ]);
  const [leeds, london] = ['LEEDS', 'LONDON'].map((code) =>
    order.fulfillments.find(({ location }) => location.code === code)!,
  );
  await mutate(
    server.as.order_manager,
    'cancelFulfillment',
    { fulfillmentId: leeds!.id, keepReservations: true },
    'fulfillment { id }',
  );
  await work(server, london!.id, 'shipFulfillment');
  const { data } = await server.as.order_manager(
    `query ($id: ID!) { order(id: $id) { status reservations { nodes { id isActive } } } }`,
    { id: order.id },
  );
  expect(data.order.status).not.toBe('SHIPPED');
  const { id } = data.order.reservations.nodes.find(({ isActive }: any) => isActive);
  expect(await fulfill(id)).toMatchObject({ userErrors: [], order: { status: 'SHIPPED' } });
});

test('units of an open fulfillment are not at hand', async () => {
  const { sku } = await stockedVariant(server, { LONDON: 10 });
  const order = await confirmedOrder(server, [{ sku, quantity: 5 }]);
  const { reservationId } = await current(order.id);
  for (const step of ['startPicking', 'completePacking'] as const) {
    await work(server, order.fulfillments[0]!.id, step).catch(() => undefined);
    const answer = await expectUnchanged(server, () => fulfill(reservationId, { quantity: 1 }));
    expect(answer).toMatchObject({
      reservation: null,
      userErrors: [{ code: 'VALIDATION', path: ['reservationId'] }],
    });
  }
});

test('is the manager’s alone', async () => {
  const { reservationId } = await kept();
  const mutation = {
    name: 'fulfillReservation',
    input: { reservationId },
    selection,
    permission: 'reservations.manage',
  };
  await expectForbidden(server, mutation, ['warehouse_staff', 'customer_service', 'customer']);
});

test.each([
  ['an unknown reservation', { reservationId: unknownId }, 'NOT_FOUND', ['reservationId']],
  ['what is no id', { reservationId: '42' }, 'VALIDATION', ['reservationId']],
  ['no units', { quantity: 0 }, 'VALIDATION', ['quantity']],
  ['more than it holds', { quantity: 6 }, 'VALIDATION', ['quantity']],
  ['another version', { expectedVersion: 99 }, 'VERSION_CONFLICT', ['expectedVersion']],
])('%s is refused with its path', async (_what, more, code, path) => {
  const { reservationId } = await kept();
  const answer = await expectUnchanged(server, () => fulfill(reservationId, more));
  expect(answer).toMatchObject({ reservation: null, userErrors: [{ code, path }] });
});

test('before the order is confirmed, on hold, and when all of it is gone, it is refused', async () => {
  const { sku } = await stockedVariant(server, { LONDON: 10 });
  const input = { channel: 'ECOMMERCE', currency: 'GBP', lines: [{ sku, quantity: 1 }] };
  const { order } = await mutate(server.as.order_manager, 'createOrder', input, 'order { id }');
  const pending = await current(order.id);
  const held = await kept();
  await mutate(server.as.order_manager, 'holdOrder', { orderId: held.id, reason: 'Check' }, 'order { id }');
  const gone = await kept();
  await fulfill(gone.reservationId);
  for (const [reservationId, from] of [
    [pending.reservationId, 'PENDING'],
    [held.reservationId, 'CONFIRMED'],
    [gone.reservationId, 'SHIPPED'],
  ] as const) {
    const answer = await expectUnchanged(server, () => fulfill(reservationId));
    expect(answer.userErrors).toMatchObject([
      { code: 'INVALID_TRANSITION', path: ['reservationId'], from, attempted: 'fulfillReservation' },
    ]);
  }
});

test('sent again with its key it has one effect; with another input it is refused', async () => {
  const { reservationId } = await kept();
  const idempotencyKey = randomUUID();
  const both = await Promise.all([1, 2].map(() => fulfill(reservationId, { quantity: 1, idempotencyKey })));
  expect(both[0]).toMatchObject({ userErrors: [], reservation: { quantityFulfilled: 1 } });
  expect(both[1]).toEqual(both[0]);
  const other = await expectUnchanged(server, () => fulfill(reservationId, { quantity: 2, idempotencyKey }));
  expect(other.userErrors).toMatchObject([{ code: 'IDEMPOTENCY_CONFLICT' }]);
});

test('many at once hand over no more than there is', async () => {
  const { reservationId, sku } = await kept();
  const answers = await Promise.all(Array.from({ length: 8 }, () => fulfill(reservationId, { quantity: 1 })));
  expect(answers.filter(({ userErrors }) => userErrors.length === 0)).toHaveLength(5);
  expect(await level(sku)).toEqual({ onHand: 5, reserved: 0, available: 5 });
});
