import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { historyOf, shortHistory } from '../setup/command-rules.ts';
import { mutate, work } from '../setup/fixtures.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { asker, startTestServer, type TestServer } from '../setup/server.ts';
import { expectUnchanged, rowsGained } from '../setup/snapshot.ts';
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

const selection = 'units mayBeMore orders { id status version cancelledAt } cancelledOrders { id status }';
const release = (more: object = {}, ask = server.as.order_manager) =>
  mutate(ask, 'releaseExpiredReservations', more, selection);
const nothing = { units: 0, mayBeMore: false, orders: [], cancelledOrders: [], userErrors: [] };

/** Puts the end of an order's active reservations so many seconds from now, by the database's clock. */
const endsIn = (orderId: string, seconds: number) =>
  server.database.transaction((transaction) =>
    transaction.execute(sql`
      update inventory_reservations set expires_at = now() + make_interval(secs => ${seconds})
      where order_id = ${orderId}::uuid and is_active`),
  );
const confirm = (orderId: string) =>
  mutate(
    server.as.order_manager,
    'confirmOrder',
    { orderId },
    'order { id status fulfillments { nodes { id } } }',
  );
const reservationsOf = async (orderId: string): Promise<any[]> => {
  const rows = await server.database.read.execute(sql`
    select quantity_remaining as remaining, quantity_released as released, release_reason as reason,
      expires_at is not null as lapses
    from inventory_reservations where order_id = ${orderId}::uuid order by id`);
  return [...rows];
};
const movementsOf = async (orderId: string): Promise<any[]> => {
  const rows = await server.database.read.execute(sql`
    select reason, reserved_change as change from stock_movements
    where order_id = ${orderId}::uuid order by id`);
  return [...rows];
};

describe('an order that nobody has confirmed', () => {
  test('is cancelled when its reservation has expired, and its stock is free', async () => {
    const { id, version } = await reservedOrder(server);
    await endsIn(id, -1);
    const answer = await release();
    expect(answer).toEqual({
      units: 5,
      mayBeMore: false,
      orders: [{ id, status: 'CANCELLED', version: version + 1, cancelledAt: expect.any(String) }],
      cancelledOrders: [{ id, status: 'CANCELLED' }],
      userErrors: [],
    });
    expect(await reservationsOf(id)).toEqual([
      { remaining: 0, released: 5, reason: 'expired', lapses: true },
    ]);
    expect(await movementsOf(id)).toEqual([
      { reason: 'reserved', change: 5 },
      { reason: 'expired', change: -5 },
    ]);
    const history = await historyOf(server, id);
    expect(shortHistory(history).slice(-2)).toEqual([
      'CANCELLED PENDING>CANCELLED',
      'INVENTORY_RELEASED null>null',
    ]);
    expect(history.at(-2)).toMatchObject({
      additionalData: { reason: 'reservation_expired' },
      performedBy: { id: server.userIds.order_manager },
    });
    expect(history.at(-1).additionalData).toEqual({ units: 5, expiredUnits: 5 });
    expect(await expectUnchanged(server, () => release())).toEqual(nothing);
  });

  test('loses with it what had not expired', async () => {
    const { id, sku, orderItemId } = await reservedOrder(server);
    const released = await mutate(
      server.as.order_manager,
      'releaseOrderReservations',
      { orderId: id },
      'order { id }',
    );
    expect(released.userErrors).toEqual([]);
    for (const quantity of [2, 3]) {
      const lines = [{ orderItemId, quantity }];
      await mutate(server.as.order_manager, 'reserveInventory', { orderId: id, lines }, 'order { id }');
    }
    await server.database.transaction((transaction) =>
      transaction.execute(sql`
        update inventory_reservations set expires_at = now() - interval '1 second'
        where order_id = ${id}::uuid and quantity_reserved = 2`),
    );
    expect(await release()).toMatchObject({ units: 5, orders: [{ id, status: 'CANCELLED' }] });
    expect((await reservationsOf(id)).map(({ reason }) => reason)).toEqual([
      'released',
      'expired',
      'order_cancelled',
    ]);
    const { data } = await server.as.order_manager(`{ availability(sku: "${sku}") { reserved available } }`);
    expect(data.availability).toEqual([{ reserved: 0, available: 10 }]);
  });

  test('is left alone before that', async () => {
    const { id } = await reservedOrder(server);
    await endsIn(id, 3_600);
    expect(await expectUnchanged(server, () => release())).toEqual(nothing);
  });
});

describe('an order that is confirmed', () => {
  test('keeps its reservations: they no longer lapse', async () => {
    const { id } = await reservedOrder(server);
    await endsIn(id, -1);
    const { order } = await confirm(id);
    expect(order.status).toBe('CONFIRMED');
    expect(await reservationsOf(id)).toEqual([{ remaining: 5, released: 0, reason: null, lapses: false }]);
    expect(await expectUnchanged(server, () => release())).toEqual(nothing);
    await work(server, order.fulfillments.nodes[0].id, 'shipFulfillment');
  });

  test('keeps what an open fulfillment will take, even when somebody has set it an end', async () => {
    const { id } = await reservedOrder(server);
    await confirm(id);
    await endsIn(id, -1);
    expect(await release()).toEqual(nothing);
    expect(await reservationsOf(id)).toEqual([{ remaining: 5, released: 0, reason: null, lapses: false }]);
    expect(await expectUnchanged(server, () => release())).toEqual(nothing);
  });

  test('loses what expired beside its fulfillments, and goes on', async () => {
    const { id } = await reservedOrder(server);
    const { order } = await confirm(id);
    const fulfillmentId = order.fulfillments.nodes[0].id;
    await mutate(
      server.as.order_manager,
      'cancelFulfillment',
      { fulfillmentId, keepReservations: true },
      'fulfillment { id }',
    ).then(({ userErrors }) => expect(userErrors).toEqual([]));
    await endsIn(id, -1);
    expect(await release()).toMatchObject({
      units: 5,
      orders: [{ id, status: 'CONFIRMED' }],
      cancelledOrders: [],
    });
    expect((await movementsOf(id)).at(-1)).toEqual({ reason: 'expired', change: -5 });
    const history = await historyOf(server, id);
    expect(history.at(-1)).toMatchObject({
      action: 'INVENTORY_RELEASED',
      additionalData: { units: 5, reason: 'reservation_expired' },
    });
  });
});

describe('at the same moment as', () => {
  const rounds = Array.from({ length: 6 }, (_value, index) => index);

  test.each(rounds)('confirmOrder: one of the two, wholly (%#)', async () => {
    const { id } = await reservedOrder(server);
    await endsIn(id, -1);
    const [released, confirmed] = await Promise.all([release(), confirm(id)]);
    if (confirmed.order) {
      expect(released).toEqual(nothing);
      expect(await reservationsOf(id)).toEqual([{ remaining: 5, released: 0, reason: null, lapses: false }]);
    } else {
      expect(released.orders).toMatchObject([{ id, status: 'CANCELLED' }]);
      expect(confirmed.userErrors).toMatchObject([{ code: 'INVALID_TRANSITION', from: 'CANCELLED' }]);
    }
  });

  test.each(rounds)('extendReservation: one of the two (%#)', async () => {
    const { id, reservationId } = await reservedOrder(server);
    await endsIn(id, -1);
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const [released, extended] = await Promise.all([
      release(),
      mutate(
        server.as.order_manager,
        'extendReservation',
        { reservationId, expiresAt },
        'reservation { isActive }',
      ),
    ]);
    if (extended.reservation) {
      expect(extended.reservation).toEqual({ isActive: true });
      expect(released).toEqual(nothing);
    } else {
      expect(extended.userErrors).toMatchObject([{ code: 'INVALID_TRANSITION' }]);
      expect(released.orders).toMatchObject([{ id, status: 'CANCELLED' }]);
    }
  });

  test('shipping: what is shipped does not expire', async () => {
    const { id } = await reservedOrder(server);
    const { order } = await confirm(id);
    const fulfillmentId = order.fulfillments.nodes[0].id;
    await work(server, fulfillmentId, 'completePacking');
    await endsIn(id, -1);
    const ship = { fulfillmentId, carrier: 'DPD', trackingNumber: 'T-1' };
    const [released, shipped] = await Promise.all([
      release(),
      mutate(server.as.warehouse_staff, 'shipFulfillment', ship, 'fulfillment { status }'),
    ]);
    expect(shipped).toEqual({ fulfillment: { status: 'SHIPPED' }, userErrors: [] });
    expect(released).toEqual(nothing);
    expect(await movementsOf(id)).toEqual([
      { reason: 'reserved', change: 5 },
      { reason: 'shipped', change: -5 },
    ]);
  });

  test('itself, on two servers: each order once', async () => {
    const another = await server.startAnother();
    try {
      const orders = await Promise.all(Array.from({ length: 8 }, () => reservedOrder(server)));
      for (const { id } of orders) await endsIn(id, -1);
      const elsewhere = asker(another.url, server.tokens.order_manager);
      const answers = await Promise.all([release(), release({}, elsewhere)]);
      expect(answers.flatMap(({ userErrors }) => userErrors)).toEqual([]);
      expect(answers.reduce((sum, { units }) => sum + units, 0)).toBe(40);
      expect(answers.flatMap((answer) => answer.orders.map((order: any) => order.id)).toSorted()).toEqual(
        orders.map(({ id }) => id).toSorted(),
      );
    } finally {
      await another.stop();
    }
  });
});

test('the limit bounds a call, and those that waited longest come first', async () => {
  const [late, early] = [await reservedOrder(server), await reservedOrder(server)];
  await endsIn(late.id, -10);
  await endsIn(early.id, -20);
  expect(await release({ limit: 1 })).toMatchObject({
    units: 5,
    mayBeMore: true,
    orders: [{ id: early.id }],
  });
  expect(await release({ limit: 5 })).toMatchObject({
    units: 5,
    mayBeMore: false,
    orders: [{ id: late.id }],
  });
});

test.each([0, 501])('a limit of %i is refused', async (limit) => {
  const answer = await expectUnchanged(server, () => release({ limit }));
  expect(answer).toMatchObject({
    units: null,
    orders: null,
    userErrors: [{ code: 'VALIDATION', path: ['limit'] }],
  });
});

test('sent again with its key it gives the same answer, and with another input it is refused', async () => {
  const { id } = await reservedOrder(server);
  await endsIn(id, -1);
  const idempotencyKey = randomUUID();
  const first = await release({ idempotencyKey });
  expect(first).toMatchObject({ units: 5, orders: [{ id }] });
  const later = await reservedOrder(server);
  await endsIn(later.id, -1);
  expect(await expectUnchanged(server, () => release({ idempotencyKey }))).toEqual(first);
  expect(await release({ idempotencyKey, limit: 7 })).toMatchObject({
    userErrors: [{ code: 'IDEMPOTENCY_CONFLICT' }],
  });
});

test('for everybody but the manager: FORBIDDEN, and nothing changes', async () => {
  const { id } = await reservedOrder(server);
  await endsIn(id, -1);
  await expectForbidden(
    server,
    {
      name: 'releaseExpiredReservations',
      input: {},
      selection: 'units',
      permission: 'reservations.manage',
    },
    ['warehouse_staff', 'customer_service', 'customer'],
  );
  expect(await release()).toMatchObject({ units: 5 });
});

test('createOrder refuses an end in the past', async () => {
  const { sku } = await reservedOrder(server);
  const input = {
    channel: 'ECOMMERCE',
    currency: 'GBP',
    lines: [{ sku, quantity: 1 }],
    reservationExpiresAt: '2020-01-01T00:00:00Z',
  };
  const answer = await expectUnchanged(server, () =>
    mutate(server.as.order_manager, 'createOrder', input, 'order { id }'),
  );
  expect(answer).toMatchObject({
    order: null,
    userErrors: [{ code: 'VALIDATION', path: ['reservationExpiresAt'] }],
  });
  const gained = await rowsGained(server, () =>
    mutate(
      server.as.order_manager,
      'createOrder',
      { ...input, reservationExpiresAt: '2999-01-01T00:00:00Z' },
      'order { id }',
    ),
  );
  expect(gained).toMatchObject({ orders: 1, inventory_reservations: 1 });
});
