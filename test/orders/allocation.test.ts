import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mutate, placeOrder, stockedVariant } from '../setup/fixtures.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { expectUnchanged } from '../setup/snapshot.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await stockedVariant(server, { LONDON: 1, LEEDS: 1, YORK: 1 });
  await server.database.transaction((transaction) =>
    transaction.execute(sql`
      update stock_locations set priority = case code when 'YORK' then 1 when 'LONDON' then 2 else 3 end`),
  );
});
afterAll(async () => {
  await expectInvariants(server.databaseUrl);
  await server.stop();
});

type Line = [quantity: number, locationCode?: string];
const toLines = (sku: string, lines: Line[]) =>
  lines.map(([quantity, locationCode]) => ({ sku, quantity, ...(locationCode && { locationCode }) }));
const reserve = (sku: string, lines: Line[]) =>
  mutate(
    server.as.order_manager,
    'createOrder',
    { channel: 'ECOMMERCE', currency: 'GBP', lines: toLines(sku, lines) },
    'order { reservations { nodes { quantityReserved location { code } orderItem { position } } } }',
  );

/** One product with this much at each location, and these lines: what each line gets where. */
test.each<[string, Record<string, number>, Line[], string[]]>([
  ['the first in priority', { LONDON: 9, LEEDS: 9, YORK: 9 }, [[5]], ['1 YORK 5']],
  ['the next where the first has none', { LONDON: 9, LEEDS: 9 }, [[5]], ['1 LONDON 5']],
  ['split, by priority', { LONDON: 3, LEEDS: 9, YORK: 2 }, [[7]], ['1 LEEDS 2', '1 LONDON 3', '1 YORK 2']],
  ['all that there is', { LONDON: 3, LEEDS: 1, YORK: 2 }, [[6]], ['1 LEEDS 1', '1 LONDON 3', '1 YORK 2']],
  ['as named, against the priority', { LONDON: 3, YORK: 9 }, [[3, 'LONDON']], ['1 LONDON 3']],
  [
    'a named line keeps its units from an open one, in whatever order they stand',
    { LONDON: 3, YORK: 4 },
    [[3], [4, 'YORK']],
    ['1 LONDON 3', '2 YORK 4'],
  ],
  [
    'two open lines share a location, and the second goes on where the first ended',
    { LONDON: 3, YORK: 4 },
    [[3], [2]],
    ['1 YORK 3', '2 LONDON 1', '2 YORK 1'],
  ],
  [
    'two lines for one location add up',
    { LONDON: 5 },
    [
      [2, 'LONDON'],
      [3, 'LONDON'],
    ],
    ['1 LONDON 2', '2 LONDON 3'],
  ],
])('%s', async (_name, stock, lines, expected) => {
  const { sku } = await stockedVariant(server, stock);
  const { order, userErrors } = await reserve(sku, lines);
  expect(userErrors).toEqual([]);
  const found = order.reservations.nodes.map(
    ({ quantityReserved, location, orderItem }: any) =>
      `${orderItem.position} ${location.code} ${quantityReserved}`,
  );
  expect(found.toSorted()).toEqual(expected);
});

test.each<[string, Record<string, number>, Line[], object[]]>([
  ['one too many', { LONDON: 3, YORK: 2 }, [[6]], [{ locationCode: null, requested: 6, available: 5 }]],
  ['nothing at all', {}, [[1]], [{ locationCode: null, requested: 1, available: 0 }]],
  [
    'enough, but not where it was named',
    { LONDON: 3, YORK: 9 },
    [[4, 'LONDON']],
    [{ locationCode: 'LONDON', requested: 4, available: 3 }],
  ],
  [
    'two lines that only together ask for too much',
    { LONDON: 3 },
    [[2], [2]],
    [{ locationCode: null, requested: 4, available: 3 }],
  ],
  [
    'two named lines that only together ask for too much',
    { LONDON: 3 },
    [
      [2, 'LONDON'],
      [2, 'LONDON'],
    ],
    [{ locationCode: 'LONDON', requested: 4, available: 3 }],
  ],
  [
    'an open line that a named one leaves too little',
    { LONDON: 3 },
    [[2], [2, 'LONDON']],
    [{ locationCode: null, requested: 2, available: 1 }],
  ],
])('INSUFFICIENT_STOCK, and nothing changes: %s', async (_name, stock, lines, shortages) => {
  const { sku } = await stockedVariant(server, stock);
  const answer = await expectUnchanged(server, () => reserve(sku, lines));
  expect(answer.order).toBeNull();
  expect(answer.userErrors).toMatchObject([
    {
      __typename: 'InsufficientStockError',
      code: 'INSUFFICIENT_STOCK',
      path: ['lines'],
      shortages: shortages.map((shortage) => ({ sku, ...shortage })),
    },
  ]);
});

test('one short line among many fails the whole order, and only it is named', async () => {
  const plenty = await stockedVariant(server, { LONDON: 100 });
  const scarce = await stockedVariant(server, { LONDON: 1 });
  const input = {
    channel: 'ECOMMERCE',
    currency: 'GBP',
    lines: [
      { sku: plenty.sku, quantity: 5 },
      { sku: scarce.sku, quantity: 2 },
    ],
  };
  const answer = await expectUnchanged(server, () =>
    mutate(server.as.order_manager, 'createOrder', input, 'order { id }'),
  );
  expect(answer.userErrors).toMatchObject([
    { shortages: [{ sku: scarce.sku, locationCode: null, requested: 2, available: 1 }] },
  ]);
});

test('what a cancelled order gives back can be sold again', async () => {
  const { sku } = await stockedVariant(server, { LONDON: 2 });
  const order = await placeOrder(server, [{ sku, quantity: 2 }]);
  expect((await reserve(sku, [[1]])).userErrors).toMatchObject([{ code: 'INSUFFICIENT_STOCK' }]);
  await mutate(server.as.order_manager, 'cancelOrder', { orderId: order.id }, 'order { id }');
  expect((await reserve(sku, [[2]])).userErrors).toEqual([]);
});
