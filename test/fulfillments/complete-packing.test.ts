import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeCommandRules, historyOf, shortHistory } from '../setup/command-rules.ts';
import { confirmedOrder, mutate, stockedVariant, work } from '../setup/fixtures.ts';
import { sixPlaces } from '../setup/instants.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { expectUnchanged } from '../setup/snapshot.ts';
import { fulfillmentAfter, mayNotWork, readFulfillment } from './arrange.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const completePacking = (fulfillmentId: string, box: object = {}) =>
  mutate(server.as.warehouse_staff, 'completePacking', { fulfillmentId, ...box }, 'fulfillment { status }');

test('keeps what is known of the box, stamps the time, and the order is PACKED', async () => {
  const { id, number, orderId } = await fulfillmentAfter(server, 'startPacking');
  const box = {
    boxSize: 'M',
    weightGrams: 1_250,
    packingMaterials: [
      { name: 'bubble wrap', quantity: 0.5 },
      { name: '“tape”', quantity: 2 },
    ],
  };
  expect(await completePacking(id, box)).toEqual({
    fulfillment: { status: 'READY_TO_SHIP' },
    userErrors: [],
  });
  const found = await readFulfillment(server, id);
  expect(found).toMatchObject({
    ...box,
    status: 'READY_TO_SHIP',
    allowedActions: expect.arrayContaining(['shipFulfillment']),
    packingCompletedAt: expect.any(String),
    order: { status: 'PACKED', version: 4, packedAt: found.packingCompletedAt },
  });
  expect(sixPlaces(found.packingStartedAt) < sixPlaces(found.packingCompletedAt)).toBe(true);
  const history = (await historyOf(server, orderId)).slice(-2);
  expect(shortHistory(history)).toEqual(['PACKED PACKING>READY_TO_SHIP', 'PACKED PROCESSING>PACKED']);
  expect(history[0]).toMatchObject({
    description: `${number} was packed.`,
    createdAt: found.packingCompletedAt,
  });
});

test('packing that nobody started started just now', async () => {
  const { id } = await fulfillmentAfter(server, 'completePicking');
  await completePacking(id);
  const found = await readFulfillment(server, id);
  expect(found.packingStartedAt).toBe(found.packingCompletedAt);
  expect(found).toMatchObject({ boxSize: null, weightGrams: null, packingMaterials: null });
});

test('the order is PACKED with the last of its fulfillments', async () => {
  const { sku } = await stockedVariant(server, { LONDON: 1, LEEDS: 1 });
  const order = await confirmedOrder(server, [{ sku, quantity: 2 }]);
  const [first, second] = order.fulfillments;
  await work(server, first!.id, 'startPacking');
  await work(server, second!.id, 'startPacking');
  await completePacking(first!.id);
  expect((await readFulfillment(server, first!.id)).order.status).toBe('PROCESSING');
  await completePacking(second!.id);
  expect((await readFulfillment(server, first!.id)).order.status).toBe('PACKED');
});

test.each([
  ['boxSize', { boxSize: '' }, ['boxSize']],
  ['weightGrams 0', { weightGrams: 0 }, ['weightGrams']],
  ['weightGrams of ten tons', { weightGrams: 10_000_001 }, ['weightGrams']],
  [
    'a material without a name',
    { packingMaterials: [{ name: '', quantity: 1 }] },
    ['packingMaterials', '0', 'name'],
  ],
  [
    'less than nothing of a material',
    { packingMaterials: [{ name: 'tape', quantity: -1 }] },
    ['packingMaterials', '0', 'quantity'],
  ],
  [
    'too many materials',
    { packingMaterials: Array.from({ length: 51 }, () => ({ name: 'tape', quantity: 1 })) },
    ['packingMaterials'],
  ],
])('%s is refused', async (_name, box, path) => {
  const { id } = await fulfillmentAfter(server, 'startPacking');
  const answer = await expectUnchanged(server, () => completePacking(id, box));
  expect(answer).toMatchObject({ fulfillment: null, userErrors: [{ code: 'VALIDATION', path }] });
});

describeCommandRules(() => server, {
  name: 'completePacking',
  inputType: 'CompletePackingInput',
  subject: 'fulfillment',
  by: 'order_manager',
  mayNot: mayNotWork,
  permissions: ['fulfillments.work'],
  arrange: () => fulfillmentAfter(server, 'startPacking'),
  extra: { boxSize: 'M' },
  otherExtra: { boxSize: 'L' },
  wrongState: {
    arrange: () => fulfillmentAfter(server, 'scan'),
    from: 'PICKING',
    allowed: ['scanItem', 'completePicking'],
  },
});
