import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeCommandRules, historyOf } from '../setup/command-rules.ts';
import { confirmedOrder, mutate, stockedVariant, work } from '../setup/fixtures.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { expectUnchanged } from '../setup/snapshot.ts';
import { fulfillmentAfter, hold, mayNotWork, readFulfillment } from './arrange.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await expectInvariants(server.databaseUrl);
  await server.stop();
});

const completePicking = (fulfillmentId: string) =>
  mutate(
    server.as.warehouse_staff,
    'completePicking',
    { fulfillmentId },
    'fulfillment { status }',
    'FulfillmentInput',
  );

test('everything is picked: the time is stamped, packing comes next, the order stays PROCESSING', async () => {
  const { id, number, orderId } = await fulfillmentAfter(server, 'scan');
  expect(await completePicking(id)).toEqual({ fulfillment: { status: 'PACKING' }, userErrors: [] });
  const found = await readFulfillment(server, id);
  expect(found).toMatchObject({
    status: 'PACKING',
    version: 4,
    allowedActions: expect.arrayContaining(['startPacking', 'completePacking']),
    pickingCompletedAt: expect.any(String),
    packingStartedAt: null,
    order: { status: 'PROCESSING', version: 3 },
  });
  expect((await historyOf(server, orderId)).at(-1)).toMatchObject({
    action: 'STATUS_CHANGED',
    oldStatus: 'PICKING',
    newStatus: 'PACKING',
    description: `Picking of ${number} was completed.`,
    createdAt: found.pickingCompletedAt,
  });
});

test('refused while lines are not picked, each of them named with what is left', async () => {
  const [mug, lamp, chair] = await Promise.all([1, 2, 3].map(() => stockedVariant(server, { LONDON: 10 })));
  const order = await confirmedOrder(server, [
    { sku: mug!.sku, quantity: 3 },
    { sku: lamp!.sku, quantity: 1 },
    { sku: chair!.sku, quantity: 2 },
  ]);
  const { id } = order.fulfillments[0]!;
  await work(server, id, 'startPicking');
  for (const [barcode, quantity] of [
    [mug!.barcode, 2],
    [lamp!.barcode, 1],
  ] as const) {
    await mutate(server.as.warehouse_staff, 'scanItem', { fulfillmentId: id, barcode, quantity }, 'result');
  }
  const answer = await expectUnchanged(server, () => completePicking(id));
  expect(answer).toMatchObject({
    fulfillment: null,
    userErrors: [
      {
        code: 'VALIDATION',
        path: ['fulfillmentId'],
        message: `1 of 3 of ${mug!.sku} are not picked: scan them, or report them short.`,
      },
      {
        code: 'VALIDATION',
        path: ['fulfillmentId'],
        message: `2 of 2 of ${chair!.sku} are not picked: scan them, or report them short.`,
      },
    ],
  });
});

test('refused while the order is on hold', async () => {
  const { id, orderId } = await fulfillmentAfter(server, 'scan');
  await hold(server, orderId);
  const answer = await expectUnchanged(server, () => completePicking(id));
  expect(answer.userErrors).toMatchObject([{ code: 'INVALID_TRANSITION', from: 'PICKING' }]);
});

describeCommandRules(() => server, {
  name: 'completePicking',
  inputType: 'FulfillmentInput',
  subject: 'fulfillment',
  by: 'warehouse_staff',
  mayNot: mayNotWork,
  permissions: ['fulfillments.work'],
  arrange: () => fulfillmentAfter(server, 'scan'),
  otherExtra: { expectedVersion: 3 },
  wrongState: {
    arrange: () => fulfillmentAfter(server, 'confirmOrder'),
    from: 'PENDING',
    allowed: ['startPicking'],
  },
});
