import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mutate, placeOrder, stockedVariant, type PlacedOrder } from '../setup/fixtures.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { countEverything } from './count-everything.ts';

let server: TestServer;
let sku: string;
beforeAll(async () => {
  server = await startTestServer();
  sku = (await stockedVariant(server, { LONDON: 100 })).sku;
});
afterAll(() => server.stop());

const count = () => countEverything(server.database);
const manager = (query: string) => server.as.order_manager(query);
const refusedRange = async (from: string, to: string) =>
  (await manager(`{ statistics(range: { from: "${from}", to: "${to}" }) { from } }`)).errors?.[0];

test.each([
  ['2026-02-02', '2026-02-01'],
  ['2000-01-01', '2026-01-01'],
])('a range from %s to %s is refused', async (from, to) => {
  const error = await refusedRange(from, to);
  expect(error?.extensions['code']).toBe('BAD_USER_INPUT');
  expect(error?.message).toContain('3660 days');
});

test.each(['2026-13-01', '2026-02-30', 'yesterday', ''])('%s is no day', async (from) => {
  expect((await refusedRange(from, '2026-03-01'))?.extensions['code']).toMatch(
    /BAD_USER_INPUT|GRAPHQL_VALIDATION_FAILED/,
  );
});

test.each([0, 367, -1])('KPIs over %i days are refused', async (days) => {
  const { errors } = await manager(`{ dashboard(days: ${days}) { openCount } }`);
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
});

test('without a range, the last 30 days up to today in UTC', async () => {
  const { data } = await manager('{ statistics { from to daily { day } } dashboard { from to } }');
  const today = new Date().toISOString().slice(0, 10);
  const first = new Date(Date.parse(today) - 29 * 86_400_000).toISOString().slice(0, 10);
  expect(data.dashboard).toEqual({ from: first, to: today });
  expect(data.statistics).toMatchObject({ from: first, to: today });
  expect(data.statistics.daily).toHaveLength(30);
});

test('a day may be a leap day, and the day after it another month', async () => {
  const { data } = await manager(
    '{ statistics(range: { from: "2024-02-28", to: "2024-03-01" }) { daily { day ordersCreated } } }',
  );
  expect(data.statistics.daily.map(({ day }: any) => day)).toEqual([
    '2024-02-28',
    '2024-02-29',
    '2024-03-01',
  ]);
});

test('asOf is before what is not counted yet, and now when everything is', async () => {
  await count();
  const now = async () => {
    const [row] = await server.database.read.execute<{ now: string }>(
      sql`select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as now`,
    );
    return row!.now;
  };
  const asOf = async () => (await manager('{ dashboard { asOf openCount } }')).data.dashboard;
  const earlier = await now();
  const settled = await asOf();
  expect(settled.asOf > earlier).toBe(true);
  await placeOrder(server, [{ sku, quantity: 1 }]);
  const later = await now();
  const waiting = await asOf();
  expect(waiting.openCount).toBe(settled.openCount);
  expect(waiting.asOf < later).toBe(true);
  await count();
  const counted = await asOf();
  expect(counted.openCount).toBe(settled.openCount + 1);
  expect(counted.asOf > later).toBe(true);
});

test('a KPI is set beside the days before, and grows by a part of it', async () => {
  const placed: PlacedOrder[] = [];
  for (let each = 0; each < 4; each += 1) placed.push(await placeOrder(server, [{ sku, quantity: 1 }]));
  await count();
  const ask = async () => {
    const { data } = await manager('{ dashboard { kpis { name unit value previous change } } }');
    return data.dashboard.kpis.find(({ name }: any) => name === 'ORDERS_CREATED');
  };
  const before = await ask();
  expect(before).toMatchObject({ unit: 'COUNT', previous: 0, change: null });
  await server.database.transaction(async (transaction) => {
    await transaction.execute(sql`alter table orders drop constraint orders_id_tells_time`);
    await transaction.execute(
      sql`update orders set created_at = created_at - interval '31 days' where id = ${placed[0]!.id}::uuid`,
    );
  });
  await mutate(
    server.as.order_manager,
    'holdOrder',
    { orderId: placed[0]!.id, reason: 'Check' },
    'order { id }',
  );
  await count();
  const value = before.value - 1;
  expect(await ask()).toMatchObject({ value, previous: 1, change: value - 1 });
  const { data } = await manager('{ dashboard { heldCount backlog { status age count } } }');
  expect(data.dashboard.heldCount).toBe(1);
  expect(data.dashboard.backlog).toContainEqual({ status: 'PENDING', age: 'TWO_WEEKS_OR_MORE', count: 1 });
});

test('of a location that there is not, there is nothing', async () => {
  await count();
  const { data } = await manager(
    '{ dashboard(filter: { locationCode: "NOWHERE" }) { openCount lateCount orderCounts { count } kpis { value } } }',
  );
  expect(data.dashboard).toMatchObject({ openCount: 0, lateCount: 0, orderCounts: [] });
});

test('a refused transfer is no stock-out; an order refused at a named location is one there and everywhere', async () => {
  const ask = async (filter: string) =>
    (await manager(`{ statistics${filter} { stockOutIncidents } }`)).data.statistics.stockOutIncidents;
  const before = await ask('');
  const move = { fromLocationCode: 'LONDON', toLocationCode: 'LEEDS', lines: [{ sku, quantity: 10_000 }] };
  await mutate(
    server.as.order_manager,
    'receiveStock',
    { locationCode: 'LEEDS', lines: [{ sku, quantity: 1 }] },
    'stockLevels { onHand }',
  );
  const moved = await mutate(server.as.order_manager, 'transferStock', move, 'toLevels { onHand }');
  expect(moved.userErrors).toMatchObject([{ code: 'INSUFFICIENT_STOCK' }]);
  expect(await ask('')).toBe(before);
  const lines = [{ sku, quantity: 10_000, locationCode: 'LEEDS' }];
  const input = { channel: 'ECOMMERCE', currency: 'GBP', customerId: server.customerId, lines };
  const placed = await mutate(server.as.order_manager, 'createOrder', input, 'order { id }');
  expect(placed.userErrors).toMatchObject([{ code: 'INSUFFICIENT_STOCK' }]);
  expect(await ask('')).toBe(before + 1);
  expect(await ask('(filter: { locationCode: "LEEDS" })')).toBe(1);
  expect(await ask('(filter: { locationCode: "LONDON" })')).toBe(0);
  expect(await ask('(filter: { channel: ECOMMERCE })')).toBeNull();
});
