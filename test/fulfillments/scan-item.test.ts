import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeCommandRules, historyOf } from '../setup/command-rules.ts';
import { confirmedOrder, mutate, stockedVariant, work } from '../setup/fixtures.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { expectUnchanged, rowsGained } from '../setup/snapshot.ts';
import { fulfillmentAfter, hold, mayNotWork, readFulfillment, type Arrangement } from './arrange.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const scan = (fulfillmentId: string, barcode: string, quantity?: number) =>
  mutate(
    server.as.warehouse_staff,
    'scanItem',
    { fulfillmentId, barcode, ...(quantity !== undefined && { quantity }) },
    'result fulfillment { version misScanCount items { quantityPicked quantityMisScanned } }',
  );
const answer = (result: string, counts: object, version: number, misScanCount = 0) => ({
  result,
  fulfillment: {
    version,
    misScanCount,
    items: [{ quantityPicked: 0, quantityMisScanned: 0, ...counts }],
  },
  userErrors: [],
});

test('each verdict counts what it should, and is in the history', async () => {
  const { id, number, sku, barcode, orderId } = await fulfillmentAfter(server, 'startPicking');
  const other = await stockedVariant(server, { LONDON: 1 });
  expect(await scan(id, barcode)).toEqual(answer('MATCH', { quantityPicked: 1 }, 3));
  expect(await scan(id, other.barcode)).toEqual(answer('WRONG_ITEM', { quantityPicked: 1 }, 4, 1));
  expect(await scan(id, 'NO-SUCH-CODE')).toEqual(answer('UNKNOWN', { quantityPicked: 1 }, 5, 2));
  expect(await scan(id, sku, 2)).toEqual(
    answer('OVER_PICK', { quantityPicked: 1, quantityMisScanned: 1 }, 6, 2),
  );
  expect(await scan(id, sku)).toEqual(answer('MATCH', { quantityPicked: 2, quantityMisScanned: 1 }, 7, 2));
  expect(await scan(id, sku)).toEqual(
    answer('OVER_PICK', { quantityPicked: 2, quantityMisScanned: 2 }, 8, 2),
  );
  const history = (await historyOf(server, orderId)).slice(-6);
  expect(history.map(({ additionalData }) => `${additionalData.verdict} ${additionalData.quantity}`)).toEqual(
    ['match 1', 'wrong_item 1', 'unknown 1', 'over_pick 2', 'match 1', 'over_pick 1'],
  );
  for (const entry of history) {
    expect(entry).toMatchObject({
      action: 'EDITED',
      oldStatus: 'PICKING',
      newStatus: 'PICKING',
      performedBy: { id: server.userIds.warehouse_staff },
    });
  }
  expect(history[1].description).toBe(`A scan of 1 for ${number}: wrong item.`);
  expect(history[2].additionalData.variantId).toBeNull();
});

test('a variant on several lines fills them one after the other', async () => {
  const { sku } = await stockedVariant(server, { LONDON: 10 });
  const order = await confirmedOrder(server, [
    { sku, quantity: 2 },
    { sku, quantity: 3 },
  ]);
  const { id } = order.fulfillments[0]!;
  await work(server, id, 'startPicking');
  const picked = async () =>
    (await readFulfillment(server, id)).items
      .toSorted((left: any, right: any) => left.quantity - right.quantity)
      .map(({ quantityPicked }: any) => quantityPicked);
  expect((await scan(id, sku, 1)).result).toBe('MATCH');
  expect(await picked()).toEqual([1, 0]);
  expect((await scan(id, sku, 3)).result).toBe('MATCH');
  expect(await picked()).toEqual([2, 2]);
  expect((await scan(id, sku, 2)).result).toBe('OVER_PICK');
  expect((await scan(id, sku, 1)).result).toBe('MATCH');
  expect(await picked()).toEqual([2, 3]);
});

test('what the order wants from another location is a wrong item here', async () => {
  const [mug, lamp] = [
    await stockedVariant(server, { LONDON: 1 }),
    await stockedVariant(server, { LEEDS: 1 }),
  ];
  const order = await confirmedOrder(server, [
    { sku: mug.sku, quantity: 1 },
    { sku: lamp.sku, quantity: 1 },
  ]);
  const { id } = order.fulfillments.find(({ location }) => location.code === 'LONDON')!;
  await work(server, id, 'startPicking');
  expect((await scan(id, lamp.sku)).result).toBe('WRONG_ITEM');
});

test('a code that is one variant’s barcode and another’s SKU is the barcode', async () => {
  const { id, barcode } = await fulfillmentAfter(server, 'startPicking');
  const variant = { sku: barcode, name: 'Confusing', price: { amountMinor: 1, currency: 'GBP' } };
  const made = await mutate(
    server.as.order_manager,
    'createProduct',
    { name: 'Confusing', variants: [variant] },
    'product { id }',
  );
  expect(made.userErrors).toEqual([]);
  expect((await scan(id, barcode)).result).toBe('MATCH');
});

test('many scanners at once: exactly what is needed is picked, and nothing is lost', async () => {
  const { id, sku } = await fulfillmentAfter(server, 'startPicking');
  let answers: any[] = [];
  const gained = await rowsGained(server, async () => {
    answers = await Promise.all(Array.from({ length: 8 }, () => scan(id, sku)));
  });
  expect(answers.map(({ result }) => result).toSorted()).toEqual([
    'MATCH',
    'MATCH',
    ...Array.from({ length: 6 }, () => 'OVER_PICK'),
  ]);
  expect(gained).toEqual({ order_history: 8 });
  expect(await readFulfillment(server, id)).toMatchObject({
    version: 10,
    items: [{ quantityPicked: 2, quantityMisScanned: 6 }],
  });
});

test.each([
  ['no code', { barcode: '' }, ['barcode']],
  ['nothing in the hand', { quantity: 0 }, ['quantity']],
  ['more than a million', { quantity: 1_000_001 }, ['quantity']],
])('%s is refused', async (_name, extra, path) => {
  const { id, barcode } = await fulfillmentAfter(server, 'startPicking');
  const refused = await expectUnchanged(server, () =>
    mutate(
      server.as.warehouse_staff,
      'scanItem',
      { fulfillmentId: id, barcode, quantity: 1, ...extra },
      'result',
    ),
  );
  expect(refused).toMatchObject({ result: null, userErrors: [{ code: 'VALIDATION', path }] });
});

test('refused while the order is on hold', async () => {
  const { id, sku, orderId } = await fulfillmentAfter(server, 'startPicking');
  await hold(server, orderId);
  const refused = await expectUnchanged(server, () => scan(id, sku));
  expect(refused).toMatchObject({
    result: null,
    fulfillment: null,
    userErrors: [{ code: 'INVALID_TRANSITION', from: 'PICKING' }],
  });
});

test('a repeated scan with its key is counted once and gives its verdict again', async () => {
  const { id, sku }: Arrangement = await fulfillmentAfter(server, 'startPicking');
  const input = { fulfillmentId: id, barcode: sku, quantity: 2, idempotencyKey: 'scan-1' };
  const once = () => mutate(server.as.warehouse_staff, 'scanItem', input, 'result');
  expect((await once()).result).toBe('MATCH');
  expect((await expectUnchanged(server, once)).result).toBe('MATCH');
});

describeCommandRules(() => server, {
  name: 'scanItem',
  inputType: 'ScanItemInput',
  subject: 'fulfillment',
  by: 'warehouse_staff',
  mayNot: mayNotWork,
  permissions: ['fulfillments.work'],
  arrange: () => fulfillmentAfter(server, 'startPicking'),
  extra: { barcode: 'ANY', quantity: 1 },
  otherExtra: { quantity: 2 },
  wrongState: {
    arrange: () => fulfillmentAfter(server, 'completePicking'),
    from: 'PACKING',
    allowed: ['startPacking', 'completePacking'],
  },
  exclusive: false,
});
