import { eq, sql } from 'drizzle-orm';
import { integer, pgTable } from 'drizzle-orm/pg-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, type Database } from '../../src/db/driver/database.ts';
import { postgresFailure } from '../../src/db/pg-errors.ts';
import { createTestDatabase, type TestDatabase } from '../setup/database.ts';
import { connectAside } from './ledger.ts';

const counters = pgTable('counters', { id: integer().primaryKey() });

let testDatabase: TestDatabase;
let database: Database;

beforeAll(async () => {
  testDatabase = await createTestDatabase({ empty: true });
  const aside = connectAside(testDatabase.url);
  await aside`create table counters as select number as id from generate_series(1, 4) as number`;
  await aside.end();
  database = openDatabase({ url: testDatabase.url, poolSize: 4 });
});

afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

describe('the read handle', () => {
  it('cannot write', async () => {
    const error = await database.read.delete(counters).catch((caught) => caught);
    expect(postgresFailure(error)?.code).toBe('25006');
    expect(await database.read.$count(counters)).toBe(4);
  });

  it.each([
    ['begin read write'],
    [' COMMIT'],
    ['set default_transaction_read_only = off'],
    ['set session lock_timeout = 1'],
    ['reset all'],
    ['discard all'],
  ])('refuses %j', async (text) => {
    await expect(database.read.execute(sql.raw(text))).rejects.toMatchObject({
      cause: new Error('Transactions and settings of the session belong to the driver.'),
    });
  });

  it('refuses two statements in one', async () => {
    const error = await database.read.execute(sql`select 1; select 2`).catch((caught) => caught);
    expect(postgresFailure(error)?.code).toBe('42601');
  });

  it('opens no transaction', async () => {
    await expect(database.read.transaction(async () => {})).rejects.toThrow('use database.transaction()');
  });

  it('runs a prepared query again and again, side by side', async () => {
    const query = database.read
      .select({ id: counters.id })
      .from(counters)
      .where(eq(counters.id, sql.placeholder('id')))
      .prepare('counter_by_id');
    const ids = Array.from({ length: 40 }, (_, index) => (index % 4) + 1);
    const rows = await Promise.all(ids.map((id) => query.execute({ id })));
    expect(rows).toEqual(ids.map((id) => [{ id }]));
    expect(database.statistics().open).toBeLessThanOrEqual(4);
  });

  it('has its settings', async () => {
    const [row] = await database.read.execute(sql`select current_setting('TimeZone') as zone,
      current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock,
      current_setting('idle_in_transaction_session_timeout') as idle`);
    expect({ ...row }).toEqual({ zone: 'UTC', statement: '15s', lock: '5s', idle: '1min' });
  });
});
