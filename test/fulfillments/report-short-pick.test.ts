import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { orders } from '../../src/db/tables/orders.ts';
import { describeCommandRules, historyOf, shortHistory, unknownId } from '../setup/command-rules.ts';
import { confirmedOrder, mutate, work } from '../setup/fixtures.ts';
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

const selection = `fulfillment { id status version items { quantityPicked quantityShort shortReason } }
  newFulfillments { id status location { code } items { quantity } }`;
const report = (fulfillment: FulfillmentInHand, more: object = {}) =>
  mutate(
    server.as.warehouse_staff,
    'reportShortPick',
    {
      fulfillmentId: fulfillment.id,
      fulfillmentItemId: fulfillment.items[0]!.id,
      reason: 'not on the shelf',
      ...more,
    },
    selection,
  );
const step = (name: string, fulfillmentId: string, extra: object = {}, type = 'FulfillmentInput') =>
  mutate(
    server.as.warehouse_staff,
    name,
    { fulfillmentId, ...extra },
    'fulfillment { status order { status } }',
    type,
  );

test('what is short is reserved at the other locations as far as they have it, and the rest is released', async () => {
  const fulfillment = await fulfillmentInHand(server, {
    upTo: 'startPicking',
    quantity: 8,
    stock: { LONDON: 8, LEEDS: 2, YORK: 1 },
  });
  const before = (await historyOf(server, fulfillment.orderId)).length;
  const answer = await report(fulfillment, { quantity: 5 });
  expect(answer.userErrors).toEqual([]);
  expect(answer.fulfillment).toMatchObject({
    status: 'PICKING',
    version: fulfillment.version + 1,
    items: [{ quantityPicked: 0, quantityShort: 5, shortReason: 'not on the shelf' }],
  });
  expect(answer.newFulfillments).toMatchObject([
    { status: 'PENDING', location: { code: 'LEEDS' }, items: [{ quantity: 2 }] },
    { status: 'PENDING', location: { code: 'YORK' }, items: [{ quantity: 1 }] },
  ]);
  expect(await levelsOf(server, fulfillment.sku)).toEqual({
    LONDON: { onHand: 8, reserved: 3 },
    LEEDS: { onHand: 2, reserved: 2 },
    YORK: { onHand: 1, reserved: 1 },
  });
  const history = (await historyOf(server, fulfillment.orderId)).slice(before);
  expect(shortHistory(history)).toEqual([
    'EDITED PICKING>PICKING',
    'INVENTORY_RELEASED null>null',
    'INVENTORY_RESERVED null>null',
    'STATUS_CHANGED null>PENDING',
    'INVENTORY_RESERVED null>null',
    'STATUS_CHANGED null>PENDING',
  ]);
  expect(history[0]).toMatchObject({
    description: `5 of ${fulfillment.sku} were short in ${fulfillment.number}.`,
    additionalData: { quantity: 5, reason: 'not on the shelf', reservedElsewhere: 3 },
    performedBy: { id: server.userIds.warehouse_staff },
  });
});

test('the order is then delivered in part, and picking was not held up', async () => {
  const fulfillment = await fulfillmentInHand(server, { upTo: 'startPicking' });
  const refused = await expectUnchanged(server, () => step('completePicking', fulfillment.id));
  expect(refused.userErrors).toMatchObject([{ code: 'VALIDATION', path: ['fulfillmentId'] }]);
  await mutate(
    server.as.warehouse_staff,
    'scanItem',
    { fulfillmentId: fulfillment.id, barcode: fulfillment.sku, quantity: 2 },
    'result',
  );
  // Left out, the quantity is what is not picked yet.
  expect((await report(fulfillment)).fulfillment.items).toMatchObject([
    { quantityPicked: 2, quantityShort: 1 },
  ]);
  expect((await step('completePicking', fulfillment.id)).fulfillment.status).toBe('PACKING');
  await step('completePacking', fulfillment.id, {}, 'CompletePackingInput');
  const box = { carrier: 'PICKUP' };
  expect((await step('shipFulfillment', fulfillment.id, box, 'ShipFulfillmentInput')).userErrors).toEqual([]);
  expect((await step('deliverFulfillment', fulfillment.id)).fulfillment).toEqual({
    status: 'PARTIALLY_FULFILLED',
    order: { status: 'DELIVERED' },
  });
  expect(await levelsOf(server, fulfillment.sku)).toEqual({ LONDON: { onHand: 8, reserved: 0 } });
  const answer = await server.as.order_manager(
    'query ($id: ID!) { order(id: $id) { fulfillmentState fulfillments { nodes { deliveredAt } } } }',
    { id: fulfillment.orderId },
  );
  expect(answer.data.order).toMatchObject({
    fulfillmentState: 'PARTIALLY_FULFILLED',
    fulfillments: { nodes: [{ deliveredAt: expect.any(String) }] },
  });
  expect(shortHistory(await historyOf(server, fulfillment.orderId)).slice(-2)).toEqual([
    'DELIVERED SHIPPED>PARTIALLY_FULFILLED',
    'DELIVERED SHIPPED>DELIVERED',
  ]);
});

test('the new fulfillment goes its own way, and the order is whole in the end', async () => {
  const fulfillment = await fulfillmentInHand(server, {
    upTo: 'startPicking',
    stock: { LONDON: 10, LEEDS: 10 },
  });
  await mutate(
    server.as.warehouse_staff,
    'scanItem',
    { fulfillmentId: fulfillment.id, barcode: fulfillment.sku, quantity: 1 },
    'result',
  );
  const [created] = (await report(fulfillment)).newFulfillments;
  for (const name of ['completePicking', 'startPacking']) await step(name, fulfillment.id);
  await step('completePacking', fulfillment.id, {}, 'CompletePackingInput');
  const shipped = await step(
    'shipFulfillment',
    fulfillment.id,
    { carrier: 'PICKUP' },
    'ShipFulfillmentInput',
  );
  expect(shipped.fulfillment.order.status).toBe('PROCESSING');
  await work(server, created.id, 'shipFulfillment');
  const answer = await server.as.order_manager(
    'query ($id: ID!) { order(id: $id) { status fulfillmentState } }',
    {
      id: fulfillment.orderId,
    },
  );
  expect(answer.data.order).toEqual({ status: 'SHIPPED', fulfillmentState: 'FULFILLED' });
  expect(await levelsOf(server, fulfillment.sku)).toEqual({
    LONDON: { onHand: 9, reserved: 0 },
    LEEDS: { onHand: 8, reserved: 0 },
  });
});

test('a fulfillment of which nothing was picked is not completed but cancelled', async () => {
  const fulfillment = await fulfillmentInHand(server, { upTo: 'startPicking' });
  await report(fulfillment);
  const answer = await expectUnchanged(server, () => step('completePicking', fulfillment.id));
  expect(answer.userErrors).toMatchObject([
    { message: 'Nothing was picked: cancel the fulfillment instead.', path: ['fulfillmentId'] },
  ]);
});

test.each([
  ['more than is left', { quantity: 4 }, 'VALIDATION', ['quantity']],
  ['nothing', { quantity: 0 }, 'VALIDATION', ['quantity']],
  ['an empty reason', { reason: '  ' }, 'VALIDATION', ['reason']],
  ['a line of something else', { fulfillmentItemId: unknownId }, 'NOT_FOUND', ['fulfillmentItemId']],
  ['what is no id', { fulfillmentItemId: '7' }, 'VALIDATION', ['fulfillmentItemId']],
])('%s is refused with its path', async (_what, more, code, path) => {
  const fulfillment = await fulfillmentInHand(server, { upTo: 'startPicking' });
  const answer = await expectUnchanged(server, () => report(fulfillment, more));
  expect(answer).toMatchObject({ fulfillment: null, newFulfillments: null, userErrors: [{ code, path }] });
});

test('it is refused when nothing is left to pick, and while the order is on hold', async () => {
  const picked = await fulfillmentInHand(server, { upTo: 'scan' });
  expect((await expectUnchanged(server, () => report(picked))).userErrors).toMatchObject([
    { code: 'VALIDATION', path: ['fulfillmentItemId'] },
  ]);
  const held = await fulfillmentInHand(server, { upTo: 'startPicking' });
  await server.database.transaction((transaction) =>
    transaction
      .update(orders)
      .set({ heldAt: sql`now()`, holdReason: 'test' })
      .where(eq(orders.id, held.orderId)),
  );
  expect((await expectUnchanged(server, () => report(held))).userErrors).toMatchObject([
    { code: 'INVALID_TRANSITION', message: 'reportShortPick is not possible: the order is on hold.' },
  ]);
});

test('short picks of several orders at once, each with its stock where the other was short, all succeed', async () => {
  const { sku } = await fulfillmentInHand(server, { stock: { LONDON: 60, LEEDS: 60 } });
  const placed = [];
  for (let count = 0; count < 6; count += 1) {
    const locationCode = count % 2 ? 'LONDON' : 'LEEDS';
    const fulfillment = await orderAt(sku, locationCode);
    await work(server, fulfillment.id, 'startPicking');
    placed.push(fulfillment);
  }
  const answers = await Promise.all(placed.map((each) => report(each)));
  expect(answers.flatMap(({ userErrors }) => userErrors)).toEqual([]);
  expect(answers.map(({ newFulfillments }) => newFulfillments[0].location.code)).toEqual(
    placed.map((_, count) => (count % 2 ? 'LEEDS' : 'LONDON')),
  );
});

async function orderAt(sku: string, locationCode: string): Promise<FulfillmentInHand> {
  const order = await confirmedOrder(server, [{ sku, quantity: 4, locationCode }]);
  const { id } = order.fulfillments[0]!;
  const { data } = await server.as.order_manager(
    'query ($id: ID!) { fulfillment(id: $id) { number version items { id quantity orderItem { id } } } }',
    { id },
  );
  return { id, orderId: order.id, sku, ...data.fulfillment };
}

// The rules need an input that does not depend on what was arranged; the line is found by the fulfillment.
let latest: FulfillmentInHand;
describeCommandRules(() => server, {
  name: 'reportShortPick',
  inputType: 'ReportShortPickInput',
  subject: 'fulfillment',
  by: 'warehouse_staff',
  mayNot: ['customer_service', 'customer'],
  permissions: ['fulfillments.work'],
  arrange: async () => (latest = await fulfillmentInHand(server, { upTo: 'startPicking' })),
  extra: {
    get fulfillmentItemId() {
      return latest?.items[0]!.id ?? unknownId;
    },
    reason: 'damaged',
  },
  otherExtra: { reason: 'lost' },
  wrongState: {
    arrange: async () => (latest = await fulfillmentInHand(server)),
    from: 'PENDING',
    allowed: ['startPicking', 'cancelFulfillment', 'assignFulfillment', 'updateFulfillment'],
  },
});
