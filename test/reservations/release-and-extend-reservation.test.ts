import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { historyOf, unknownId } from '../setup/command-rules.ts';
import { mutate, work } from '../setup/fixtures.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { expectUnchanged } from '../setup/snapshot.ts';
import { expectForbidden } from '../stock/refusals.ts';
import { reservedOrder } from './arrange.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await expectInvariants(server.databaseUrl);
  await server.stop();
});

const selection =
  'reservation { id quantityRemaining quantityReleased isActive expiresAt order { id } } order { id version }';
const release = (reservationId: string, more: object = {}) =>
  mutate(server.as.order_manager, 'releaseReservation', { reservationId, ...more }, selection);
const extend = (reservationId: string, expiresAt: string | null, more: object = {}) =>
  mutate(server.as.order_manager, 'extendReservation', { reservationId, expiresAt, ...more }, selection);
const confirm = (orderId: string) =>
  mutate(server.as.order_manager, 'confirmOrder', { orderId }, 'order { id fulfillments { nodes { id } } }');
const tomorrow = '2126-01-01T00:00:00.000Z';

test('units are given back, all or some, and the history says so', async () => {
  const { id, reservationId, version } = await reservedOrder(server);
  const some = await release(reservationId, { quantity: 2, expectedVersion: version });
  expect(some).toEqual({
    userErrors: [],
    reservation: {
      id: reservationId,
      quantityRemaining: 3,
      quantityReleased: 2,
      isActive: true,
      expiresAt: null,
      order: { id },
    },
    order: { id, version: version + 1 },
  });
  expect((await release(reservationId)).reservation).toMatchObject({ quantityRemaining: 0, isActive: false });
  expect((await historyOf(server, id)).slice(-2)).toMatchObject([
    { action: 'INVENTORY_RELEASED', additionalData: { units: 2, reservationId } },
    { action: 'INVENTORY_RELEASED', oldStatus: 'PENDING', additionalData: { units: 3, reservationId } },
  ]);
  const over = await expectUnchanged(server, () => release(reservationId));
  expect(over.userErrors).toMatchObject([
    {
      code: 'INVALID_TRANSITION',
      path: ['reservationId'],
      from: 'RELEASED',
      attempted: 'releaseReservation',
    },
  ]);
});

test('what an open fulfillment will take stays until it is cancelled', async () => {
  const { id, reservationId } = await reservedOrder(server);
  const [{ id: fulfillmentId }] = (await confirm(id)).order.fulfillments.nodes;
  expect((await expectUnchanged(server, () => release(reservationId))).userErrors).toMatchObject([
    { code: 'VALIDATION', path: ['reservationId'] },
  ]);
  await mutate(
    server.as.order_manager,
    'cancelFulfillment',
    { fulfillmentId, keepReservations: true },
    'fulfillment { id }',
  );
  expect((await release(reservationId)).userErrors).toEqual([]);
});

test('a reservation is extended, or made to last, and the history says so', async () => {
  const { id, reservationId } = await reservedOrder(server);
  const answer = await extend(reservationId, tomorrow);
  expect(answer.userErrors).toEqual([]);
  expect(Date.parse(answer.reservation.expiresAt)).toBe(Date.parse(tomorrow));
  expect((await extend(reservationId, null)).reservation.expiresAt).toBeNull();
  expect((await historyOf(server, id)).slice(-2)).toMatchObject([
    { action: 'EDITED', additionalData: { reservationId, expiresAt: tomorrow, expiredBeforeAt: null } },
    { action: 'EDITED', additionalData: { reservationId, expiresAt: null } },
  ]);
});

test('wrong input is refused with its path', async () => {
  const { reservationId, version } = await reservedOrder(server);
  for (const [act, code, path] of [
    [() => release(unknownId), 'NOT_FOUND', ['reservationId']],
    [() => release('7'), 'VALIDATION', ['reservationId']],
    [() => release(reservationId, { quantity: 6 }), 'VALIDATION', ['quantity']],
    [() => release(reservationId, { quantity: 0 }), 'VALIDATION', ['quantity']],
    [() => release(reservationId, { expectedVersion: version + 1 }), 'VERSION_CONFLICT', ['expectedVersion']],
    [() => extend(unknownId, null), 'NOT_FOUND', ['reservationId']],
    [() => extend(reservationId, '2020-01-01T00:00:00Z'), 'VALIDATION', ['expiresAt']],
    [
      () => extend(reservationId, null, { expectedVersion: version + 1 }),
      'VERSION_CONFLICT',
      ['expectedVersion'],
    ],
  ] as const) {
    const answer = await expectUnchanged(server, act);
    expect(answer).toMatchObject({ reservation: null, order: null, userErrors: [{ code, path }] });
  }
});

test('an order that is shipped has nothing to extend or release', async () => {
  const { id, reservationId } = await reservedOrder(server);
  const [{ id: fulfillmentId }] = (await confirm(id)).order.fulfillments.nodes;
  await work(server, fulfillmentId, 'shipFulfillment');
  for (const act of [() => release(reservationId), () => extend(reservationId, tomorrow)]) {
    expect((await expectUnchanged(server, act)).userErrors).toMatchObject([
      { code: 'INVALID_TRANSITION', path: ['reservationId'], from: 'SHIPPED', allowed: [] },
    ]);
  }
});

test('only the manager may', async () => {
  const { reservationId } = await reservedOrder(server);
  for (const name of ['releaseReservation', 'extendReservation']) {
    const mutation = { name, input: { reservationId }, selection, permission: 'reservations.manage' };
    await expectForbidden(server, mutation, ['warehouse_staff', 'customer_service', 'customer']);
  }
});

test('sent again with its key it has one effect; two at once give back no more than there is', async () => {
  const { reservationId } = await reservedOrder(server);
  const idempotencyKey = randomUUID();
  const send = () => release(reservationId, { quantity: 1, idempotencyKey });
  const [one, two] = await Promise.all([send(), send()]);
  expect(one).toMatchObject({ userErrors: [], reservation: { quantityRemaining: 4 } });
  expect(two).toEqual(one);
  expect(await expectUnchanged(server, send)).toEqual(one);
  const other = await expectUnchanged(server, () => release(reservationId, { quantity: 2, idempotencyKey }));
  expect(other.userErrors).toMatchObject([{ code: 'IDEMPOTENCY_CONFLICT', path: ['idempotencyKey'] }]);
  const both = await Promise.all([1, 2].map(() => release(reservationId, { quantity: 3 })));
  expect(both.flatMap(({ userErrors }) => userErrors)).toMatchObject([{ path: ['quantity'] }]);
});
