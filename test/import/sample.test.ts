import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { passwordMatches } from '../../src/auth/password.ts';
import { openDatabase, type Database } from '../../src/db/driver/database.ts';
import { fulfillmentStatus, orderStatus } from '../../src/db/tables/enumerations.ts';
import { loadSample } from '../../src/sample/load-sample.ts';
import { createTestDatabase, type TestDatabase } from '../setup/database.ts';
import { expectInvariants } from '../setup/invariants.ts';

let testDatabase: TestDatabase;
let client: postgres.Sql;
let servers: Database[];

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  client = postgres(testDatabase.url, { max: 1 });
  servers = Array.from({ length: 5 }, () => openDatabase({ url: testDatabase.url, poolSize: 2 }));
});

afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()));
  await client.end();
  await testDatabase.drop();
});

test('five servers that start at once load it once', async () => {
  const summaries = await Promise.all(servers.map((server) => loadSample(server)));
  expect(summaries.filter((summary) => summary.loaded)).toEqual([{ loaded: true, orders: 180, users: 4 }]);
  expect(await loadSample(servers[0]!)).toEqual({ loaded: false, orders: 0, users: 0 });
  expect(await client`select count(*)::integer as orders from orders`).toEqual([{ orders: 180 }]);
});

test('every invariant holds', async () => {
  await expectInvariants(testDatabase.url);
});

test('every state of orders and fulfillments, and every channel, is there', async () => {
  const found = async (column: string, table: string) =>
    (await client.unsafe(`select distinct ${column} as value from ${table}`)).map((row) => row['value']);
  expect(new Set(await found('status', 'orders'))).toEqual(new Set(orderStatus.enumValues));
  expect(new Set(await found('status', 'order_fulfillments'))).toEqual(new Set(fulfillmentStatus.enumValues));
  expect((await found('channel', 'orders')).sort()).toEqual(['ecommerce', 'retail_pos', 'wholesale']);
  expect((await found('payment_state', 'orders')).sort()).toEqual(['failed', 'paid', 'refunded', 'unpaid']);
  expect((await found('fulfillment_state', 'orders')).sort()).toEqual([
    'fulfilled',
    'partially_fulfilled',
    'unfulfilled',
  ]);
});

test('every screen has something to show', async () => {
  const [counts] = await client`
    select (select count(*)::integer from orders where hold_reason is not null) as held,
      (select count(*)::integer from orders where assigned_to_id is not null) as assigned,
      (select count(*)::integer from orders where promised_ship_at < now() and shipped_at is null
        and status in ('pending', 'confirmed', 'processing', 'packed')) as late,
      (select count(*)::integer from order_notes where is_internal) as internal_notes,
      (select count(*)::integer from order_notes where not is_internal) as public_notes,
      (select count(*)::integer from inventory_reservations where is_active) as reserved,
      (select count(*)::integer from stock_levels where on_hand - reserved < 3) as low,
      (select count(*)::integer from stock_levels where on_hand - reserved > 10) as plenty,
      (select count(*)::integer from returns) as returned,
      (select count(*)::integer from orders join users using (customer_id) where role = 'customer') as own`;
  for (const [what, count] of Object.entries(counts!)) expect(count, what).toBeGreaterThan(4);
});

test('nothing lies in the future but promises', async () => {
  const [latest] = await client`
    select greatest((select max(created_at) from order_history), (select max(created_at) from orders),
      (select max(created_at) from stock_movements), (select max(created_at) from payments),
      (select max(shipped_at) from orders)) < now() as past`;
  expect(latest).toEqual({ past: true });
});

test('the four users can sign in', async () => {
  const users = await client<{ email: string; role: string; password_hash: string }[]>`
    select email, role, password_hash from users order by email`;
  expect(users.map((user) => [user.email, user.role])).toEqual([
    ['customer@example.com', 'customer'],
    ['manager@example.com', 'order_manager'],
    ['service@example.com', 'customer_service'],
    ['warehouse@example.com', 'warehouse_staff'],
  ]);
  for (const user of users) expect(await passwordMatches(user.password_hash, 'sample-password')).toBe(true);
});
