import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mutate, placeOrder, stockedVariant } from '../setup/fixtures.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { expectUnchanged, rowsGained } from '../setup/snapshot.ts';
import { expectForbidden } from './refusals.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await expectInvariants(server.databaseUrl);
  await server.stop();
});

const selection = 'stockLevels { location { code } onHand reserved available }';
const adjust = (sku: string, more: object) =>
  mutate(
    server.as.warehouse_staff,
    'adjustStock',
    { locationCode: 'LONDON', sku, reason: 'stock taking', ...more },
    selection,
  );
const movements = async (sku: string): Promise<any[]> => {
  const { data } = await server.as.warehouse_staff(
    `query ($sku: String!) { stockMovements(filter: {sku: $sku}) {
      nodes { onHandChange reservedChange reason note order { id } performedBy { id } location { code } } } }`,
    { sku },
  );
  return data.stockMovements.nodes;
};

test('a difference and a count change the level, and the ledger says by how much, why and who', async () => {
  const { sku } = await stockedVariant(server, { LONDON: 10 });
  const less = await adjust(sku, { delta: -3, reason: 'damaged' });
  expect(less.userErrors).toEqual([]);
  expect(less.stockLevels).toEqual([{ location: { code: 'LONDON' }, onHand: 7, reserved: 0, available: 7 }]);
  expect((await adjust(sku, { counted: 12 })).stockLevels).toMatchObject([{ onHand: 12 }]);
  const by = {
    performedBy: { id: server.userIds.warehouse_staff },
    location: { code: 'LONDON' },
    order: null,
  };
  expect((await movements(sku)).slice(0, 2)).toEqual([
    { onHandChange: 5, reservedChange: 0, reason: 'ADJUSTED', note: 'stock taking', ...by },
    { onHandChange: -3, reservedChange: 0, reason: 'ADJUSTED', note: 'damaged', ...by },
  ]);
});

test('a count that finds what was expected is no mistake, and changes nothing', async () => {
  const { sku } = await stockedVariant(server, { LONDON: 10 });
  const answer = await expectUnchanged(server, () => adjust(sku, { counted: 10 }));
  expect(answer).toMatchObject({ userErrors: [], stockLevels: [{ onHand: 10 }] });
});

test('what was never kept at a location can be found there', async () => {
  await stockedVariant(server, { LEEDS: 1 });
  const { sku } = await stockedVariant(server, { LONDON: 1 });
  const answer = await adjust(sku, { locationCode: 'LEEDS', counted: 4 });
  expect(answer.stockLevels).toMatchObject([{ location: { code: 'LEEDS' }, onHand: 4 }]);
});

test('what is reserved cannot be taken away, down to the last unit', async () => {
  const { sku } = await stockedVariant(server, { LONDON: 10 });
  await placeOrder(server, [{ sku, quantity: 6 }]);
  for (const [more, path] of [
    [{ delta: -5 }, ['delta']],
    [{ counted: 5 }, ['counted']],
    [{ counted: 0 }, ['counted']],
  ] as const) {
    const answer = await expectUnchanged(server, () =>
      adjust(sku, { ...more, idempotencyKey: randomUUID() }),
    );
    expect(answer).toMatchObject({
      stockLevels: null,
      userErrors: [{ __typename: 'ValidationError', code: 'VALIDATION', path }],
    });
    expect(answer.userErrors[0].message).toContain(`6 of ${sku} at LONDON are reserved and 10 are on hand`);
  }
  expect((await adjust(sku, { delta: -4 })).stockLevels).toMatchObject([{ onHand: 6, available: 0 }]);
});

test.each([
  ['neither delta nor count', {}, 'VALIDATION', ['delta']],
  ['both', { delta: 1, counted: 1 }, 'VALIDATION', ['delta']],
  ['a delta of 0', { delta: 0 }, 'VALIDATION', ['delta']],
  ['a count below 0', { counted: -1 }, 'VALIDATION', ['counted']],
  ['an empty reason', { delta: 1, reason: ' ' }, 'VALIDATION', ['reason']],
  ['an unknown SKU', { delta: 1, sku: 'NONE' }, 'NOT_FOUND', ['sku']],
  ['an unknown location', { delta: 1, locationCode: 'NOWHERE' }, 'NOT_FOUND', ['locationCode']],
])('%s is refused with its path', async (_what, more, code, path) => {
  const { sku } = await stockedVariant(server, { LONDON: 1 });
  const answer = await expectUnchanged(server, () => adjust(sku, more));
  expect(answer).toMatchObject({ stockLevels: null, userErrors: [{ code, path }] });
});

test('customer service, customers and nobody may not', async () => {
  const { sku } = await stockedVariant(server, { LONDON: 1 });
  const input = { locationCode: 'LONDON', sku, delta: 1, reason: 'found' };
  const mutation = { name: 'adjustStock', input, selection, permission: 'stock.count' };
  await expectForbidden(server, mutation, ['customer_service', 'customer']);
});

test('sent again with its key it has one effect; with another input it is refused', async () => {
  const { sku } = await stockedVariant(server, { LONDON: 10 });
  const idempotencyKey = randomUUID();
  const both = await Promise.all([
    adjust(sku, { delta: 1, idempotencyKey }),
    adjust(sku, { delta: 1, idempotencyKey }),
  ]);
  expect(both[0]).toMatchObject({ userErrors: [], stockLevels: [{ onHand: 11 }] });
  expect(both[1]).toEqual(both[0]);
  expect(await expectUnchanged(server, () => adjust(sku, { delta: 1, idempotencyKey }))).toEqual(both[0]);
  const other = await expectUnchanged(server, () => adjust(sku, { delta: 2, idempotencyKey }));
  expect(other.userErrors).toMatchObject([{ code: 'IDEMPOTENCY_CONFLICT', path: ['idempotencyKey'] }]);
});

test('many at once, with orders in between, lose nothing and oversell nothing', async () => {
  const { sku } = await stockedVariant(server, { LONDON: 10 });
  const gained = await rowsGained(server, async () => {
    const answers = await Promise.all([
      ...Array.from({ length: 8 }, () => adjust(sku, { delta: -1 })),
      ...Array.from({ length: 4 }, () => placeOrder(server, [{ sku, quantity: 1 }]).catch(() => null)),
    ]);
    // 10 units, 12 that want one: exactly two got none.
    expect(answers.filter((each) => each === null || each.userErrors?.length > 0)).toHaveLength(2);
  });
  expect(gained['stock_movements']).toBe(10);
});
