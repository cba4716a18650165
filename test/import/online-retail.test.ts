import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase, type Database } from '../../src/db/driver/database.ts';
import { addsUp, type ImportSummary } from '../../src/import/account.ts';
import { importOnlineRetail } from '../../src/import/online-retail/import-online-retail.ts';
import { createTestDatabase, type TestDatabase } from '../setup/database.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { copyOf, december, fingerprint, hasSources, progressThatDies, silent } from './sources.ts';

/** The file's own sums, in pennies, worked out here without anything of the importer. */
function sumSource(): { lines: number; pennies: bigint; invoices: Set<string> } {
  const rows: Record<string, string>[] = parse(gunzipSync(readFileSync(december)), { columns: true });
  let pennies = 0n;
  for (const row of rows) {
    const [pounds, fraction = ''] = row['UnitPrice']!.split('.');
    expect(fraction.length).toBeLessThanOrEqual(2);
    pennies += BigInt(row['Quantity']!) * BigInt(pounds! + fraction.padEnd(2, '0'));
  }
  return { lines: rows.length, pennies, invoices: new Set(rows.map((row) => row['InvoiceNo']!)) };
}

describe.skipIf(!hasSources)('December 2010 of the online retail data', () => {
  let testDatabase: TestDatabase;
  let client: postgres.Sql;
  let database: Database;
  let summary: ImportSummary;

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    client = postgres(testDatabase.url, { max: 1 });
    database = openDatabase({ url: testDatabase.url, poolSize: 2 });
    summary = await importOnlineRetail(database, december, silent);
  }, 120_000);

  afterAll(async () => {
    await database.close();
    await client.end();
    await testDatabase.drop();
  });

  const outcome = (start: string) =>
    summary.outcomes
      .filter((each) => each.outcome.startsWith(start))
      .reduce((sum, each) => sum + each.amount / 10_000n, 0n);

  test('the summary accounts for every line, to the penny', () => {
    const source = sumSource();
    expect(addsUp(summary)).toBe(true);
    expect(summary.sourceLines).toBe(source.lines);
    expect(summary.sourceAmount).toBe(source.pennies * 10_000n);
    expect(summary.sourceLines).toBe(42_481);
    expect(source.pennies).toBe(74_895_702n);
  });

  test('the database holds what the summary says was imported', async () => {
    const source = sumSource();
    const [sums] = await client`
      select count(*)::integer as orders, count(distinct currency)::integer as currencies,
        sum(total_minor)::text as total, sum(refunded_minor)::text as refunded, min(currency) as currency
      from orders where channel = 'ecommerce'`;
    expect(sums).toMatchObject({ orders: 1557, currencies: 1, currency: 'GBP' });
    const imported = BigInt(sums!['total']) - BigInt(sums!['refunded']);
    expect(imported).toBe(outcome('imported:'));
    expect(imported + outcome('not matched:') + outcome('skipped:')).toBe(source.pennies);
    const [lines] = await client`select count(*)::integer as count from order_items`;
    expect(lines).toEqual({ count: 40_635 });
  });

  test('every order is an invoice of the file, at its time', async () => {
    const { invoices } = sumSource();
    const orders = await client<{ reference: string }[]>`
      select replace(external_reference, 'online-retail:', '') as reference from orders`;
    expect(orders.filter((order) => !invoices.has(order.reference))).toEqual([]);
    const [first] = await client`
      select number, status, customers.external_reference as customer,
        units_ordered, total_minor::integer as total, payment_state
      from orders join customers on customers.id = customer_id
      where orders.external_reference = 'online-retail:536365'`;
    expect(first).toMatchObject({
      number: expect.stringMatching(/^ORD-20101201-\d{4,}$/),
      status: 'completed',
      customer: 'online-retail:17850',
      units_ordered: 40,
      total: 13_912,
      payment_state: 'paid',
    });
    const statuses = await client`
      select status, count(*)::integer as count from orders group by status order by status`;
    expect(statuses).toEqual([
      { status: 'completed', count: 1551 },
      { status: 'returned', count: 3 },
      { status: 'cancelled', count: 3 },
    ]);
  });

  test('carriage is shipping, fees are left out, vouchers and manual lines have no stock', async () => {
    const [shipping] = await client`
      select sum(shipping_minor)::text as carriage from orders`;
    expect(BigInt(shipping!['carriage'])).toBe(outcome('imported: carriage'));
    const untracked = await client`
      select sku from product_variants where not tracks_stock order by sku`;
    expect(untracked.map((row) => row['sku'])).toEqual(['GIFT_0001_40', 'GIFT_0001_50', 'M']);
    expect(summary.leftOut.filter((each) => /AMAZONFEE|BANK CHARGES/.test(each.text))).toHaveLength(10);
  });

  test('every invariant holds', () => expectInvariants(testDatabase.url));

  test('a second run changes nothing, and says so', async () => {
    const before = await fingerprint(client);
    const again = await importOnlineRetail(database, december, silent);
    expect(await fingerprint(client)).toEqual(before);
    expect(addsUp(again)).toBe(true);
    expect(again.figures).toContainEqual(['orders imported', 0]);
    expect(again.figures).toContainEqual(['orders already there', 1557]);
    expect(again.outcomes.filter((each) => each.outcome.startsWith('imported:'))).toEqual([]);
    expect(again.leftOut).toEqual(summary.leftOut);
  });

  test('a run that dies in the middle and is repeated ends in the same state', async () => {
    const other = await createTestDatabase();
    const otherDatabase = openDatabase({ url: other.url, poolSize: 2 });
    const otherClient = postgres(other.url, { max: 1 });
    try {
      await expect(importOnlineRetail(otherDatabase, december, progressThatDies(3))).rejects.toThrow(
        'killed',
      );
      const [half] = await otherClient`select count(*)::integer as orders from orders`;
      expect(half!['orders']).toBeGreaterThan(100);
      expect(half!['orders']).toBeLessThan(1557);
      await expectInvariants(other.url);
      await importOnlineRetail(otherDatabase, december, silent);
      expect(await fingerprint(otherClient)).toEqual(await fingerprint(client));
      await expectInvariants(other.url);
    } finally {
      await otherClient.end();
      await otherDatabase.close();
      await other.drop();
    }
  }, 120_000);
});

describe('files that follow each other', () => {
  const first = [
    '1,10001,LAMP,6,2010-12-01 08:00:00,2.00,17850.0,France',
    '1,10002,VASE,1,2010-12-01 08:00:00,5.00,17850.0,France',
  ];
  const second = [
    'C2,10001,LAMP,-4,2011-01-05 08:00:00,2.00,17850.0,France',
    'C3,10001,LAMP,-3,2011-01-06 08:00:00,2.00,17850.0,France',
    'C3,10002,VASE,-1,2011-01-06 08:00:00,5.00,17850.0,France',
  ];

  test('a credit note finds the order that an earlier file had brought, once', async () => {
    const testDatabase = await createTestDatabase();
    const database = openDatabase({ url: testDatabase.url, poolSize: 2 });
    const client = postgres(testDatabase.url, { max: 1 });
    try {
      await importOnlineRetail(database, copyOf(first), silent);
      const later = copyOf(second);
      const summary = await importOnlineRetail(database, later, silent);
      expect(addsUp(summary)).toBe(true);
      expect(summary.leftOut).toEqual([
        { line: 3, text: 'C3 10001 x -1', reason: 'not matched: more than was sold to this customer' },
      ]);
      const [order] = await client`
        select status, refunded_minor::integer as refunded, payment_state from orders`;
      expect(order).toEqual({ status: 'returned', refunded: 1700, payment_state: 'refunded' });
      const returns = await client`
        select external_reference, sum(quantity)::integer as units, sum(refund_minor)::integer as refund
        from returns join return_items on return_id = returns.id group by 1 order by 1`;
      expect(returns).toEqual([
        { external_reference: 'C2', units: 4, refund: 800 },
        { external_reference: 'C3', units: 3, refund: 900 },
      ]);
      await expectInvariants(testDatabase.url);
      const before = await fingerprint(client);
      const again = await importOnlineRetail(database, later, silent);
      expect(await fingerprint(client)).toEqual(before);
      expect(again.leftOut).toEqual(summary.leftOut);
      expect(again.outcomes.map((each) => [each.outcome, each.lines])).toEqual([
        ['already there from an earlier run', 3],
        ['not matched: more than was sold to this customer', 0],
      ]);
    } finally {
      await client.end();
      await database.close();
      await testDatabase.drop();
    }
  });

  test('a mistake in the last line leaves nothing behind', async () => {
    const testDatabase = await createTestDatabase();
    const database = openDatabase({ url: testDatabase.url, poolSize: 2 });
    const client = postgres(testDatabase.url, { max: 1 });
    try {
      const broken = copyOf([...first, '4,10003,CLOCK,1,2010-12-01 08:00:00,free,17850.0,France']);
      await expect(importOnlineRetail(database, broken, silent)).rejects.toThrow(
        `${broken}, line 4: UnitPrice "free" is not a decimal number`,
      );
      const [counts] = await client`
        select (select count(*) from orders)::integer as orders,
          (select count(*) from customers)::integer as customers`;
      expect(counts).toEqual({ orders: 0, customers: 0 });
    } finally {
      await client.end();
      await database.close();
      await testDatabase.drop();
    }
  });
});
