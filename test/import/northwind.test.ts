import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase, type Database } from '../../src/db/driver/database.ts';
import { addsUp, type ImportSummary } from '../../src/import/account.ts';
import { importNorthwind } from '../../src/import/northwind/import-northwind.ts';
import { createTestDatabase, type TestDatabase } from '../setup/database.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { fingerprint, hasSources, northwindFolder, progressThatDies, silent } from './sources.ts';

function read(table: string): Record<string, string>[] {
  return parse(readFileSync(path.join(northwindFolder, `${table}.csv`)), { columns: true, bom: true });
}

/** Decimal text as a whole number of so many places. */
function scaled(text: string, places: number): bigint {
  const [whole, fraction = ''] = text.split('.');
  expect(fraction.length).toBeLessThanOrEqual(places);
  return BigInt(whole! + fraction.padEnd(places, '0'));
}

/** Each line in ten-thousandths of a dollar, rounded half up to the cent; and the freight. */
function centsOfSource(): { lines: bigint; freight: bigint } {
  const lines = read('order_details').map((row) => {
    const cents = BigInt(row['quantity']!) * scaled(row['unit_price']!, 2);
    return (cents * (100n - scaled(row['discount']!, 2)) + 50n) / 100n;
  });
  return {
    lines: lines.reduce((sum, each) => sum + each, 0n),
    freight: read('orders').reduce((sum, row) => sum + scaled(row['freight']!, 2), 0n),
  };
}

describe.skipIf(!hasSources)('Northwind', () => {
  let testDatabase: TestDatabase;
  let client: postgres.Sql;
  let database: Database;
  let summary: ImportSummary;

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    client = postgres(testDatabase.url, { max: 1 });
    database = openDatabase({ url: testDatabase.url, poolSize: 2 });
    summary = await importNorthwind(database, northwindFolder, silent);
  });

  afterAll(async () => {
    await database.close();
    await client.end();
    await testDatabase.drop();
  });

  test('its money is the source to the cent', async () => {
    const source = centsOfSource();
    const [sums] = await client`
      select currency, sum(subtotal_minor)::text as subtotal, sum(shipping_minor)::text as shipping,
        sum(total_minor)::text as total
      from orders group by currency`;
    expect(sums).toEqual({
      currency: 'USD',
      subtotal: String(source.lines),
      shipping: String(source.freight),
      total: String(source.lines + source.freight),
    });
    expect(source).toEqual({ lines: 126_579_329n, freight: 6_494_269n });
    expect(addsUp(summary)).toBe(true);
    expect(summary.sourceLines).toBe(2_155 + 830);
  });

  test('the known facts come out of the orders', async () => {
    const [facts] = await client`
      select count(*)::integer as orders, count(shipped_at)::integer as shipped,
        (count(*) filter (where shipped_at <= promised_ship_at))::integer as in_time,
        round(avg(extract(epoch from shipped_at - created_at) / 86400), 2)::text as mean,
        percentile_disc(0.5) within group (order by shipped_at - created_at)::text as median,
        percentile_disc(0.9) within group (order by shipped_at - created_at)::text as p90,
        (select count(*) from order_items)::integer as lines
      from orders where channel = 'wholesale'`;
    expect(facts).toEqual({
      orders: 830,
      lines: 2155,
      shipped: 809,
      in_time: 772,
      mean: '8.49',
      median: '7 days',
      p90: '18 days',
    });
  });

  test('each order has a fulfillment of its day; what is not shipped is reserved', async () => {
    const fulfillments = await client`
      select order_fulfillments.status, orders.status as order_status, count(*)::integer as count,
        count(order_fulfillments.shipped_at)::integer as shipped, count(carrier)::integer as carried,
        bool_and(order_fulfillments.number ~ ('^FUL-' || to_char(orders.created_at at time zone 'UTC', 'YYYYMMDD')
          || '-\\d{4,}$')) as numbered
      from order_fulfillments join orders on orders.id = order_id group by 1, 2 order by 1`;
    expect(fulfillments).toEqual([
      { status: 'pending', order_status: 'confirmed', count: 21, shipped: 0, carried: 21, numbered: true },
      { status: 'shipped', order_status: 'shipped', count: 809, shipped: 809, carried: 809, numbered: true },
    ]);
    const [reserved] = await client`
      select sum(quantity_remaining)::integer as units, count(distinct order_id)::integer as orders,
        (select sum(quantity)::integer from order_items join orders on orders.id = order_id
          where status = 'confirmed') as wanted
      from inventory_reservations where is_active`;
    expect(reserved!['orders']).toBe(21);
    expect(reserved!['units']).toBe(reserved!['wanted']);
  });

  test('what can still be sold is what the source has in stock', async () => {
    const stock = await client<{ sku: string; available: number }[]>`
      select sku, on_hand - reserved as available
      from stock_levels join product_variants on product_variants.id = variant_id`;
    const expected = read('products').map((row) => ({
      sku: `NW-${row['product_id']!.padStart(2, '0')}`,
      available: Number(row['units_in_stock']),
    }));
    expect(new Set(stock.map((row) => `${row.sku} ${row.available}`))).toEqual(
      new Set(expected.map((row) => `${row.sku} ${row.available}`)),
    );
  });

  test('the employees are there, and cannot sign in', async () => {
    const employees = await client`
      select users.active, count(*)::integer as count, sum(taken)::integer as orders
      from users join (select assigned_to_id, count(*) as taken from orders group by 1) as orders
        on assigned_to_id = users.id
      group by users.active`;
    expect(employees).toEqual([{ active: false, count: 9, orders: 830 }]);
  });

  test('every invariant holds', () => expectInvariants(testDatabase.url));

  test('a second run changes nothing, and says so', async () => {
    const before = await fingerprint(client);
    const again = await importNorthwind(database, northwindFolder, silent);
    expect(await fingerprint(client)).toEqual(before);
    expect(again.figures).toContainEqual(['orders imported', 0]);
    expect(again.outcomes.map((each) => each.outcome)).toEqual(['already there from an earlier run']);
    expect(addsUp(again)).toBe(true);
  });

  test('a run that dies in the middle and is repeated ends in the same state', async () => {
    const other = await createTestDatabase();
    const otherDatabase = openDatabase({ url: other.url, poolSize: 2 });
    const otherClient = postgres(other.url, { max: 1 });
    try {
      await expect(importNorthwind(otherDatabase, northwindFolder, progressThatDies(2))).rejects.toThrow(
        'killed',
      );
      await expectInvariants(other.url);
      await importNorthwind(otherDatabase, northwindFolder, silent);
      expect(await fingerprint(otherClient)).toEqual(await fingerprint(client));
      await expectInvariants(other.url);
    } finally {
      await otherClient.end();
      await otherDatabase.close();
      await other.drop();
    }
  });

  test('a line of an order that does not exist is refused with file and line', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'orders-northwind-'));
    for (const name of ['orders', 'customers', 'products', 'employees', 'shippers']) {
      cpSync(path.join(northwindFolder, `${name}.csv`), path.join(folder, `${name}.csv`));
    }
    const details = path.join(folder, 'order_details.csv');
    writeFileSync(
      details,
      'order_id,product_id,unit_price,quantity,discount\n10248,11,14,12,0\n1,11,14,12,0\n',
    );
    await expect(importNorthwind(database, folder, silent)).rejects.toThrow(
      `${details}, line 3: order_id names no order`,
    );
  });
});
