import { randomBytes } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call } from '../setup/command-rules.ts';
import { mutate, stockedVariant } from '../setup/fixtures.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { expectUnchanged, rowsGained } from '../setup/snapshot.ts';

let server: TestServer;
let sku: string;
beforeAll(async () => {
  server = await startTestServer();
  ({ sku } = await stockedVariant(server, { LONDON: 1 }));
});
afterAll(async () => {
  await expectInvariants(server.databaseUrl);
  await server.stop();
});

const selection = 'stockLevels { onHand reserved available location { code } variant { sku } }';
const receive = (input: object, role: 'order_manager' | 'warehouse_staff' = 'warehouse_staff') =>
  mutate(
    server.as[role],
    'receiveStock',
    { locationCode: 'LONDON', lines: [{ sku, quantity: 1 }], ...input },
    selection,
  );
const level = (onHand: number, at: string, of: string) => ({
  onHand,
  reserved: 0,
  available: onHand,
  location: { code: at },
  variant: { sku: of },
});

test('raises the levels and writes the ledger, one movement a SKU', async () => {
  const [mug, lamp] = [await stockedVariant(server, { LONDON: 3 }), await stockedVariant(server, {})];
  const lines = [
    { sku: mug.sku, quantity: 4 },
    { sku: lamp.sku, quantity: 5 },
    { sku: mug.sku, quantity: 2 },
  ];
  let answer: any;
  const gained = await rowsGained(server, async () => {
    answer = await receive({ lines });
  });
  expect(answer.userErrors).toEqual([]);
  expect(answer.stockLevels).toHaveLength(2);
  expect(answer.stockLevels).toEqual(
    expect.arrayContaining([level(9, 'LONDON', mug.sku), level(5, 'LONDON', lamp.sku)]),
  );
  expect(gained).toEqual({ stock_levels: 1, stock_movements: 2 });
  const [movement] = await server.database.read.execute(sql`
    select on_hand_change, reserved_change, reason, order_id, performed_by_id from stock_movements
    join product_variants on product_variants.id = variant_id where sku = ${mug.sku}
    order by stock_movements.created_at desc limit 1`);
  expect(movement).toEqual({
    on_hand_change: 6,
    reserved_change: 0,
    reason: 'received',
    order_id: null,
    performed_by_id: server.userIds.warehouse_staff,
  });
});

test('opens a location that is not known yet, last in priority', async () => {
  const locationCode = `NEW-${randomBytes(3).toString('hex')}`;
  const answer = await receive({ locationCode }, 'order_manager');
  expect(answer).toEqual({ stockLevels: [level(1, locationCode, sku)], userErrors: [] });
  const { data } = await server.as.order_manager('{ stockLocations { code name priority active } }');
  expect(data.stockLocations).toContainEqual({
    code: locationCode,
    name: locationCode,
    priority: 100,
    active: true,
  });
});

test('ten at once at a location that is not known yet open it once and lose nothing', async () => {
  const locationCode = `NEW-${randomBytes(3).toString('hex')}`;
  const answers = await Promise.all(Array.from({ length: 10 }, () => receive({ locationCode })));
  expect(answers.flatMap(({ userErrors }) => userErrors)).toEqual([]);
  expect((await receive({ locationCode })).stockLevels).toEqual([level(11, locationCode, sku)]);
});

describe('is refused and changes nothing', () => {
  const input = () => ({ locationCode: 'LONDON', lines: [{ sku, quantity: 1 }] });
  test.each(['customer_service', 'customer'] as const)('for %s: FORBIDDEN', async (role) => {
    const answer = await expectUnchanged(server, () =>
      call(server.as[role], 'receiveStock', 'ReceiveStockInput', input(), selection),
    );
    expect(answer.data).toBeNull();
    expect(answer.errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN', permissions: ['stock.count'] } },
    ]);
  });

  test('for nobody: UNAUTHENTICATED', async () => {
    const answer = await expectUnchanged(server, () =>
      call(server.anonymous, 'receiveStock', 'ReceiveStockInput', input(), selection),
    );
    expect(answer.data).toBeNull();
    expect(answer.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  test.each<[string, () => object, [string, string[]][]]>([
    ['no lines', () => ({ lines: [] }), [['VALIDATION', ['lines']]]],
    ['an empty code', () => ({ locationCode: '' }), [['VALIDATION', ['locationCode']]]],
    [
      'a quantity of 0',
      () => ({ lines: [{ sku, quantity: 0 }] }),
      [['VALIDATION', ['lines', '0', 'quantity']]],
    ],
    [
      'unknown SKUs, each named',
      () => ({
        lines: [
          { sku: 'NO-1', quantity: 1 },
          { sku, quantity: 1 },
          { sku: 'NO-2', quantity: 1 },
        ],
      }),
      [
        ['NOT_FOUND', ['lines', '0', 'sku']],
        ['NOT_FOUND', ['lines', '2', 'sku']],
      ],
    ],
  ])('%s', async (_name, extra, expected) => {
    const answer = await expectUnchanged(server, () => receive(extra()));
    expect(answer.stockLevels).toBeNull();
    expect(answer.userErrors.map(({ code, path }: any) => [code, path])).toEqual(expected);
  });

  test('an unknown SKU at an unknown location does not open the location', async () => {
    const refused = { locationCode: 'NOWHERE', lines: [{ sku: 'NO-1', quantity: 1 }] };
    await expectUnchanged(server, () => receive(refused));
  });

  test('of a SKU that keeps no stock', async () => {
    const fee = await stockedVariant(server, {});
    await server.database.transaction((transaction) =>
      transaction.execute(sql`update product_variants set tracks_stock = false where sku = ${fee.sku}`),
    );
    const answer = await expectUnchanged(server, () => receive({ lines: [{ sku: fee.sku, quantity: 1 }] }));
    expect(answer.userErrors).toMatchObject([{ code: 'VALIDATION', path: ['lines', '0', 'sku'] }]);
  });

  test('of more than a level can count', async () => {
    const { sku: full } = await stockedVariant(server, {});
    const lines = Array.from({ length: 500 }, () => ({ sku: full, quantity: 1_000_000 }));
    for (let times = 1; times <= 4; times += 1) expect((await receive({ lines })).userErrors).toEqual([]);
    const answer = await expectUnchanged(server, () => receive({ lines }));
    expect(answer).toMatchObject({
      stockLevels: null,
      userErrors: [{ code: 'VALIDATION', path: ['lines'] }],
    });
  });
});

describe('sent again', () => {
  test('with its key gives the same answer and has one effect; with another input it is refused', async () => {
    const { sku: own } = await stockedVariant(server, {});
    const input = { idempotencyKey: `delivery ${own}`, lines: [{ sku: own, quantity: 7 }] };
    const first = await receive(input);
    expect(first.stockLevels).toEqual([level(7, 'LONDON', own)]);
    expect(await expectUnchanged(server, () => receive(input))).toEqual(first);
    const other = await expectUnchanged(server, () =>
      receive({ ...input, lines: [{ sku: own, quantity: 8 }] }),
    );
    expect(other.userErrors).toMatchObject([{ code: 'IDEMPOTENCY_CONFLICT', path: ['idempotencyKey'] }]);
  });

  test('a key is its user’s own: somebody else may use the same', async () => {
    const { sku: own } = await stockedVariant(server, {});
    const input = { idempotencyKey: `delivery ${own}`, lines: [{ sku: own, quantity: 7 }] };
    await receive(input);
    expect((await receive(input, 'order_manager')).stockLevels).toEqual([level(14, 'LONDON', own)]);
  });

  test('ten times at once with one key has one effect', async () => {
    const { sku: own } = await stockedVariant(server, {});
    const input = { idempotencyKey: `delivery ${own}`, lines: [{ sku: own, quantity: 7 }] };
    const answers = await Promise.all(Array.from({ length: 10 }, () => receive(input)));
    for (const answer of answers) {
      expect(answer).toEqual({ stockLevels: [level(7, 'LONDON', own)], userErrors: [] });
    }
  });
});
