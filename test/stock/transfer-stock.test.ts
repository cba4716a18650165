import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mutate, placeOrder, stockedVariant } from '../setup/fixtures.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { expectUnchanged } from '../setup/snapshot.ts';
import { expectForbidden } from './refusals.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await expectInvariants(server.databaseUrl);
  await server.stop();
});

const selection =
  'fromLevels { onHand reserved variant { sku } } toLevels { onHand reserved variant { sku } }';
const transfer = (lines: { sku: string; quantity: number }[], more: object = {}) =>
  mutate(
    server.as.warehouse_staff,
    'transferStock',
    { fromLocationCode: 'LONDON', toLocationCode: 'LEEDS', lines, ...more },
    selection,
  );

test('goods go from one location to the other, and the ledger has both ends', async () => {
  const mug = await stockedVariant(server, { LONDON: 10, LEEDS: 1 });
  const lamp = await stockedVariant(server, { LONDON: 5 });
  const answer = await transfer(
    [
      { sku: mug.sku, quantity: 2 },
      { sku: lamp.sku, quantity: 5 },
      { sku: mug.sku, quantity: 1 },
    ],
    { reason: 'for the fair' },
  );
  expect(answer.userErrors).toEqual([]);
  const bySku = (levels: any[]) => Object.fromEntries(levels.map((each) => [each.variant.sku, each.onHand]));
  expect(bySku(answer.fromLevels)).toEqual({ [mug.sku]: 7, [lamp.sku]: 0 });
  expect(bySku(answer.toLevels)).toEqual({ [mug.sku]: 4, [lamp.sku]: 5 });
  const { data } = await server.as.warehouse_staff(
    `query ($sku: String!) { stockMovements(filter: {sku: $sku, reasons: [TRANSFERRED]}) {
      nodes { onHandChange reservedChange note location { code } performedBy { id } } } }`,
    { sku: mug.sku },
  );
  const by = { reservedChange: 0, note: 'for the fair', performedBy: { id: server.userIds.warehouse_staff } };
  expect(data.stockMovements.nodes).toHaveLength(2);
  expect(data.stockMovements.nodes).toEqual(
    expect.arrayContaining([
      { onHandChange: -3, location: { code: 'LONDON' }, ...by },
      { onHandChange: 3, location: { code: 'LEEDS' }, ...by },
    ]),
  );
});

test('what is reserved stays: every line or nothing, with what is short', async () => {
  const mug = await stockedVariant(server, { LONDON: 10, LEEDS: 1 });
  const lamp = await stockedVariant(server, { LONDON: 5 });
  await placeOrder(server, [{ sku: mug.sku, quantity: 8, locationCode: 'LONDON' }]);
  const lines = [
    { sku: lamp.sku, quantity: 1 },
    { sku: mug.sku, quantity: 2 },
    { sku: mug.sku, quantity: 1 },
  ];
  const answer = await expectUnchanged(server, () => transfer(lines, { idempotencyKey: randomUUID() }));
  expect(answer).toMatchObject({
    fromLevels: null,
    toLevels: null,
    userErrors: [
      {
        code: 'INSUFFICIENT_STOCK',
        path: ['lines'],
        shortages: [{ sku: mug.sku, locationCode: 'LONDON', requested: 3, available: 2 }],
      },
    ],
  });
});

test('wrong input is refused with its path', async () => {
  const { sku } = await stockedVariant(server, { LONDON: 1, LEEDS: 1 });
  const line = { sku, quantity: 1 };
  for (const [lines, more, code, path] of [
    [[line], { toLocationCode: 'LONDON' }, 'VALIDATION', ['toLocationCode']],
    [[line], { toLocationCode: 'NOWHERE' }, 'NOT_FOUND', ['toLocationCode']],
    [[line], { fromLocationCode: 'NOWHERE' }, 'NOT_FOUND', ['fromLocationCode']],
    [[line], { reason: ' ' }, 'VALIDATION', ['reason']],
    [[], {}, 'VALIDATION', ['lines']],
    [[line, { ...line, quantity: 0 }], {}, 'VALIDATION', ['lines', '1', 'quantity']],
    [[line, { ...line, sku: 'NONE' }], {}, 'NOT_FOUND', ['lines', '1', 'sku']],
  ] as const) {
    const answer = await expectUnchanged(server, () => transfer([...lines], more));
    expect(answer).toMatchObject({ fromLevels: null, userErrors: [{ code, path }] });
  }
});

test('customer service, customers and nobody may not', async () => {
  const { sku } = await stockedVariant(server, { LONDON: 1, LEEDS: 1 });
  const input = { fromLocationCode: 'LONDON', toLocationCode: 'LEEDS', lines: [{ sku, quantity: 1 }] };
  const mutation = { name: 'transferStock', input, selection, permission: 'stock.count' };
  await expectForbidden(server, mutation, ['customer_service', 'customer']);
});

test('sent again with its key it has one effect; with another input it is refused', async () => {
  const { sku } = await stockedVariant(server, { LONDON: 10, LEEDS: 1 });
  const idempotencyKey = randomUUID();
  const send = () => transfer([{ sku, quantity: 2 }], { idempotencyKey });
  const [one, two] = await Promise.all([send(), send()]);
  expect(one).toMatchObject({ userErrors: [], fromLevels: [{ onHand: 8 }], toLevels: [{ onHand: 3 }] });
  expect(two).toEqual(one);
  expect(await expectUnchanged(server, send)).toEqual(one);
  const other = await expectUnchanged(server, () => transfer([{ sku, quantity: 3 }], { idempotencyKey }));
  expect(other.userErrors).toMatchObject([{ code: 'IDEMPOTENCY_CONFLICT', path: ['idempotencyKey'] }]);
});

test('both ways at once, with more than there is: what is there is moved, and nothing is made or lost', async () => {
  const { sku } = await stockedVariant(server, { LONDON: 6, LEEDS: 6 });
  const back = { fromLocationCode: 'LEEDS', toLocationCode: 'LONDON' };
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, index) => transfer([{ sku, quantity: 4 }], index % 2 ? back : {})),
  );
  const refused = answers.flatMap(({ userErrors }) => userErrors);
  expect(refused.every(({ code }: any) => code === 'INSUFFICIENT_STOCK')).toBe(true);
  const { data } = await server.as.warehouse_staff(
    'query ($sku: String!) { stockLevels(filter: {sku: $sku}) { nodes { onHand } } }',
    { sku },
  );
  expect(data.stockLevels.nodes.reduce((sum: number, { onHand }: any) => sum + onHand, 0)).toBe(12);
});
