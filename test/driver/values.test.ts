import { eq, sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  customType,
  integer,
  jsonb,
  numeric,
  pgTable,
  text,
  timestamp,
} from 'drizzle-orm/pg-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, type Database } from '../../src/db/driver/database.ts';
import { createTestDatabase, type TestDatabase } from '../setup/database.ts';
import { connectAside } from './ledger.ts';

const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });

const things = pgTable('things', {
  id: integer().primaryKey(),
  at: timestamp({ withTimezone: true, mode: 'string' }),
  document: jsonb(),
  amount: numeric(),
  count: bigint({ mode: 'bigint' }),
  flag: boolean(),
  bytes: bytea(),
  tags: text().array(),
});

let testDatabase: TestDatabase;

beforeAll(async () => {
  testDatabase = await createTestDatabase({ empty: true });
  const aside = connectAside(testDatabase.url);
  await aside`create table things (id int primary key, at timestamptz, document jsonb, amount numeric,
    count bigint, flag boolean, bytes bytea, tags text[])`;
  await aside.end();
});

afterAll(() => testDatabase.drop());

describe.each([{ prepare: true }, { prepare: false }])('values with prepare: $prepare', ({ prepare }) => {
  let database: Database;

  beforeAll(async () => {
    // Behind a pooler the session's settings belong to the role; here the address stands in for it.
    const url = new URL(testDatabase.url);
    if (!prepare) url.searchParams.set('default_transaction_read_only', 'on');
    database = openDatabase({ url: url.toString(), poolSize: 2, prepare });
    await database.transaction((transaction) => transaction.delete(things));
  });

  afterAll(() => database.close());

  async function roundTrip(row: typeof things.$inferInsert): Promise<typeof things.$inferSelect | undefined> {
    return database.transaction(async (transaction) => {
      await transaction.delete(things).where(eq(things.id, row.id));
      const [written] = await transaction.insert(things).values(row).returning();
      const [read] = await transaction.select().from(things).where(eq(things.id, row.id));
      expect(read).toEqual(written);
      return read;
    });
  }

  it('keeps the microseconds of times, as PostgreSQL writes them', async () => {
    const row = await roundTrip({ id: 1, at: '2026-03-01 12:00:00.123456+02' });
    expect(row?.at).toBe('2026-03-01 10:00:00.123456+00');
    const [raw] = await database.read.execute(sql`
      select at, at::date as day, at::timestamp as local, at::time as time, array[at] as list,
        interval '1 day 2 hours' as span from things where id = 1`);
    expect({ ...raw }).toEqual({
      at: '2026-03-01 10:00:00.123456+00',
      day: '2026-03-01',
      local: '2026-03-01 10:00:00.123456',
      time: '10:00:00.123456',
      list: '{"2026-03-01 10:00:00.123456+00"}',
      span: '1 day 02:00:00',
    });
  });

  it.each([
    [{ a: [1, { b: null }] }],
    [[1, 'two', null]],
    ['text'],
    ['1'],
    ['null'],
    ['{"a":1}'],
    [7],
    [true],
  ])('keeps the JSON value %j', async (document) => {
    expect((await roundTrip({ id: 2, document }))?.document).toEqual(document);
  });

  it('keeps SQL null and JSON null apart', async () => {
    expect((await roundTrip({ id: 3, document: null }))?.document).toBe(null);
    await database.transaction((transaction) =>
      transaction.execute(sql`insert into things (id, document) values (4, 'null')`),
    );
    const [row] = await database.read.execute(sql`
      select (select document is null from things where id = 3) as sql_null,
        (select document is null from things where id = 4) as json_null`);
    expect({ ...row }).toEqual({ sql_null: true, json_null: false });
    expect((await database.read.select().from(things).where(eq(things.id, 4)))[0]?.document).toBe(null);
  });

  it('keeps large numbers, booleans, bytes and arrays', async () => {
    const row = {
      id: 5,
      amount: '12345678901234567890.123456789',
      count: 9_007_199_254_740_993n,
      flag: false,
      bytes: Buffer.from([0, 1, 255]),
      tags: ['plain', 'with "quotes", commas and \\', 'C:\\n\n', '', '{}', 'NULL', 'Zürich'],
    };
    expect(await roundTrip(row)).toEqual({ ...row, at: null, document: null });
  });

  it('takes a list of any length as one parameter', async () => {
    const query = database.read
      .select({ word: sql<string>`word` })
      .from(sql`unnest(${sql.placeholder('words')}::text[]) as word`)
      .prepare('words');
    expect(await query.execute({ words: ['a', 'b"c'] })).toEqual([{ word: 'a' }, { word: 'b"c' }]);
    expect(await query.execute({ words: [] })).toEqual([]);
  });

  it('refuses an undefined value without losing the connection', async () => {
    const lost = database.statistics().lost;
    const query = database.read.select({ id: things.id }).from(things);
    await expect(query.where(sql`id = ${sql.param(undefined)}`)).rejects.toMatchObject({
      cause: new TypeError('A statement was given an undefined value.'),
    });
    expect(database.statistics().lost).toBe(lost);
  });

  it('says how many rows were changed', async () => {
    const changed = await database.transaction((transaction) =>
      transaction.update(things).set({ flag: true }).where(eq(things.id, 5)),
    );
    expect(changed.count).toBe(1);
  });
});
