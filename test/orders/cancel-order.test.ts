import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeCommandRules, historyOf, shortHistory } from '../setup/command-rules.ts';
import {
  confirmedOrder,
  mutate,
  placeOrder,
  stockedVariant,
  work,
  type FulfillmentStep,
  type Stocked,
} from '../setup/fixtures.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { expectUnchanged } from '../setup/snapshot.ts';

let server: TestServer;
let mug: Stocked;
beforeAll(async () => {
  server = await startTestServer();
  mug = await stockedVariant(server, { LONDON: 1_000 });
});
afterAll(async () => {
  await expectInvariants(server.databaseUrl);
  await server.stop();
});

const lines = () => [{ sku: mug.sku, quantity: 2 }];
const selection = `order { id status version cancelReason cancelledAt fulfillmentState allowedActions
  items { nodes { quantity quantityCancelled } } fulfillments { nodes { status version } }
  reservations { nodes { quantityRemaining quantityReleased isActive releasedAt } } }`;
const cancel = (orderId: string, more: object = {}, role: 'order_manager' | 'customer' = 'order_manager') =>
  mutate(
    server.as[role],
    'cancelOrder',
    { orderId, ...more },
    role === 'customer' ? 'order { id status }' : selection,
  );
const levelsOf = async (sku: string) => {
  const query = `query ($sku: String!) { availability(sku: $sku) { location { code } onHand reserved available } }`;
  return (await server.as.order_manager(query, { sku })).data.availability;
};

/** The fulfillment's own entries, then the order's: a cancelled one for each of them. */
test.each<[string, FulfillmentStep | null, string]>([
  ['CONFIRMED', null, 'PENDING'],
  ['PROCESSING', 'startPicking', 'PICKING'],
  ['PROCESSING', 'completePicking', 'PACKING'],
  ['PACKED', 'completePacking', 'READY_TO_SHIP'],
])('a %s order after %s: its fulfillment ends, its stock is free again', async (from, step, at) => {
  const lamp = await stockedVariant(server, { LONDON: 5 });
  const order = await confirmedOrder(server, [{ sku: lamp.sku, quantity: 3 }]);
  if (step) await work(server, order.fulfillments[0]!.id, step);
  const before = await historyOf(server, order.id);
  const answer = await cancel(order.id, { reason: 'The customer has changed her mind.' });
  expect(answer.userErrors).toEqual([]);
  const { cancelledAt } = answer.order;
  expect(answer.order).toMatchObject({
    status: 'CANCELLED',
    cancelReason: 'The customer has changed her mind.',
    allowedActions: expect.arrayContaining(['addNote']),
    items: { nodes: [{ quantity: 3, quantityCancelled: 3 }] },
    fulfillments: { nodes: [{ status: 'CANCELLED' }] },
    reservations: {
      nodes: [{ quantityRemaining: 0, quantityReleased: 3, isActive: false, releasedAt: cancelledAt }],
    },
  });
  const history = (await historyOf(server, order.id)).slice(before.length);
  expect(shortHistory(history)).toEqual([
    `CANCELLED ${from}>CANCELLED`,
    `CANCELLED ${at}>CANCELLED`,
    'INVENTORY_RELEASED null>null',
  ]);
  expect(history.map(({ createdAt }) => createdAt)).toEqual(Array(3).fill(cancelledAt));
  expect(history[2].additionalData).toEqual({ units: 3 });
  expect(await levelsOf(lamp.sku)).toEqual([
    { location: { code: 'LONDON' }, onHand: 5, reserved: 0, available: 5 },
  ]);
});

test.each<FulfillmentStep>(['shipFulfillment', 'deliverFulfillment'])(
  'an order after %s cannot be cancelled',
  async (step) => {
    const order = await confirmedOrder(server, lines());
    await work(server, order.fulfillments[0]!.id, step);
    const answer = await expectUnchanged(server, () => cancel(order.id));
    expect(answer.userErrors).toMatchObject([
      {
        code: 'INVALID_TRANSITION',
        from: step === 'shipFulfillment' ? 'SHIPPED' : 'DELIVERED',
        attempted: 'cancelOrder',
        allowed: expect.arrayContaining(['addNote']),
        path: ['orderId'],
      },
    ]);
  },
);

test('once a part has been shipped the order cannot be cancelled, whatever its status, and does not say so', async () => {
  const lamp = await stockedVariant(server, { LONDON: 1, LEEDS: 1 });
  const order = await confirmedOrder(server, [{ sku: lamp.sku, quantity: 2 }]);
  await work(server, order.fulfillments[0]!.id, 'shipFulfillment');
  const { data } = await server.as.order_manager(`{ order(id: "${order.id}") { allowedActions } }`);
  expect(data.order.allowedActions).not.toContain('cancelOrder');
  const answer = await expectUnchanged(server, () => cancel(order.id));
  expect(answer.order).toBeNull();
  expect(answer.userErrors).toMatchObject([
    {
      code: 'INVALID_TRANSITION',
      message: 'cancelOrder is not possible: a part of the order was shipped already.',
      from: 'PROCESSING',
      attempted: 'cancelOrder',
      allowed: expect.arrayContaining(['addNote']),
    },
  ]);
});

test('a customer may take back an own order while it is PENDING, and not afterwards', async () => {
  const pending = await placeOrder(server, lines());
  expect(await cancel(pending.id, {}, 'customer')).toEqual({
    order: { id: pending.id, status: 'CANCELLED' },
    userErrors: [],
  });
  expect((await historyOf(server, pending.id)).at(-2)).toMatchObject({
    action: 'CANCELLED',
    performedBy: { id: server.userIds.customer },
  });
  const confirmed = await confirmedOrder(server, lines());
  const answer = await expectUnchanged(server, () => cancel(confirmed.id, {}, 'customer'));
  expect(answer.userErrors).toMatchObject([
    {
      code: 'INVALID_TRANSITION',
      from: 'CONFIRMED',
      attempted: 'cancelOrder',
      allowed: expect.arrayContaining(['addNote']),
    },
  ]);
});

test('for a customer, the order of somebody else does not exist', async () => {
  const [guest] = [await placeOrder(server, lines(), { customerId: null })];
  const answer = await expectUnchanged(server, () => cancel(guest.id, {}, 'customer'));
  expect(answer).toMatchObject({ order: null, userErrors: [{ code: 'NOT_FOUND', path: ['orderId'] }] });
});

test('an order on hold can be cancelled', async () => {
  const order = await confirmedOrder(server, lines());
  await server.database.transaction((transaction) =>
    transaction.execute(
      sql`update orders set held_at = now(), hold_reason = 'Fraud check' where id = ${order.id}::uuid`,
    ),
  );
  expect((await cancel(order.id)).order.status).toBe('CANCELLED');
  // There is nothing left to hold.
  const { data } = await server.as.order_manager(`{ order(id: "${order.id}") { heldAt holdReason } }`);
  expect(data.order).toEqual({ heldAt: null, holdReason: null });
});

test.each([
  ['', 'reason'],
  ['x'.repeat(501), 'reason'],
])('a reason of the wrong length is refused (%#)', async (reason, path) => {
  const order = await placeOrder(server, lines());
  const answer = await expectUnchanged(server, () => cancel(order.id, { reason }));
  expect(answer.userErrors).toMatchObject([{ code: 'VALIDATION', path: [path] }]);
});

describeCommandRules(() => server, {
  name: 'cancelOrder',
  inputType: 'CancelOrderInput',
  subject: 'order',
  by: 'order_manager',
  mayNot: ['warehouse_staff', 'customer_service'],
  permissions: ['orders.cancel', 'orders.cancelPending'],
  arrange: () => placeOrder(server, lines()),
  otherExtra: { reason: 'Another one' },
  wrongState: {
    arrange: async () => {
      const order = await placeOrder(server, lines());
      const { version } = (await cancel(order.id)).order;
      return { id: order.id, version };
    },
    from: 'CANCELLED',
    allowed: ['addNote'],
  },
});
