import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeCommandRules, historyOf, shortHistory } from '../setup/command-rules.ts';
import { mutate } from '../setup/fixtures.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { fulfillmentInHand, levelsOf } from './in-hand.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await expectInvariants(server.databaseUrl);
  await server.stop();
});

const cancel = (fulfillmentId: string, more: object = {}) =>
  mutate(
    server.as.warehouse_staff,
    'cancelFulfillment',
    { fulfillmentId, ...more },
    'fulfillment { id status version allowedActions order { status reservations { nodes { quantityRemaining quantityReleased } } } }',
  );

test.each([undefined, 'startPicking', 'completePicking', 'completePacking'] as const)(
  'after %s it is cancelled, its reservations are released, and the history says so',
  async (upTo) => {
    const fulfillment = await fulfillmentInHand(server, upTo ? { upTo } : {});
    const before = (await historyOf(server, fulfillment.orderId)).length;
    const answer = await cancel(fulfillment.id);
    expect(answer.userErrors).toEqual([]);
    expect(answer.fulfillment).toMatchObject({
      status: 'CANCELLED',
      version: fulfillment.version + 1,
      allowedActions: [],
      order: { reservations: { nodes: [{ quantityRemaining: 0, quantityReleased: 3 }] } },
    });
    expect(await levelsOf(server, fulfillment.sku)).toEqual({ LONDON: { onHand: 10, reserved: 0 } });
    const history = (await historyOf(server, fulfillment.orderId)).slice(before);
    expect(shortHistory(history).map((entry) => entry.split(' ')[0])).toEqual([
      'CANCELLED',
      'INVENTORY_RELEASED',
    ]);
    expect(history[0]).toMatchObject({
      newStatus: 'CANCELLED',
      description: `${fulfillment.number} was cancelled.`,
      additionalData: { keepReservations: false },
      performedBy: { id: server.userIds.warehouse_staff },
    });
    expect(history[1]).toMatchObject({ additionalData: { units: 3, fulfillmentId: fulfillment.id } });
  },
);

test('with keepReservations the units stay reserved, and the order waits for a new fulfillment', async () => {
  const fulfillment = await fulfillmentInHand(server, { upTo: 'startPicking' });
  const answer = await cancel(fulfillment.id, { keepReservations: true });
  expect(answer.fulfillment).toMatchObject({
    status: 'CANCELLED',
    order: { status: 'PROCESSING', reservations: { nodes: [{ quantityRemaining: 3 }] } },
  });
  expect(await levelsOf(server, fulfillment.sku)).toEqual({ LONDON: { onHand: 10, reserved: 3 } });
  expect(shortHistory(await historyOf(server, fulfillment.orderId)).at(-1)).toBe(
    'CANCELLED PICKING>CANCELLED',
  );
});

test('what was short is not given back twice', async () => {
  const fulfillment = await fulfillmentInHand(server, { upTo: 'startPicking' });
  await mutate(
    server.as.warehouse_staff,
    'reportShortPick',
    {
      fulfillmentId: fulfillment.id,
      fulfillmentItemId: fulfillment.items[0]!.id,
      quantity: 1,
      reason: 'damaged',
    },
    'fulfillment { id }',
  );
  expect((await cancel(fulfillment.id)).userErrors).toEqual([]);
  expect(await levelsOf(server, fulfillment.sku)).toEqual({ LONDON: { onHand: 10, reserved: 0 } });
  const history = await historyOf(server, fulfillment.orderId);
  expect(history.at(-1)).toMatchObject({ action: 'INVENTORY_RELEASED', additionalData: { units: 2 } });
});

describeCommandRules(() => server, {
  name: 'cancelFulfillment',
  inputType: 'CancelFulfillmentInput',
  subject: 'fulfillment',
  by: 'warehouse_staff',
  mayNot: ['customer_service', 'customer'],
  permissions: ['fulfillments.work'],
  arrange: () => fulfillmentInHand(server),
  otherExtra: { keepReservations: true },
  wrongState: {
    arrange: () => fulfillmentInHand(server, { upTo: 'shipFulfillment' }),
    from: 'SHIPPED',
    allowed: ['deliverFulfillment'],
  },
});
