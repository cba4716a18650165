import { sql } from 'drizzle-orm';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openDatabase, sessionGuards, type Database } from '../../src/db/driver/database.ts';
import { postgresFailure } from '../../src/db/pg-errors.ts';
import { isUnavailable } from '../../src/graphql/format-error.ts';
import { createTestDatabase, type TestDatabase } from '../setup/database.ts';
import { waitUntil } from '../setup/wait-until.ts';
import { connectAside } from './ledger.ts';

let testDatabase: TestDatabase;
let aside: postgres.Sql;
let database: Database | undefined;
beforeAll(async () => {
  testDatabase = await createTestDatabase({ empty: true });
  aside = connectAside(testDatabase.url);
  await aside`create table rows (id integer primary key, value text not null)`;
  await aside`insert into rows values (1, 'as it was')`;
});
afterEach(() => database?.close());
afterAll(async () => {
  await aside.end();
  await testDatabase.drop();
});

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );
const value = async (): Promise<string> => (await aside`select value from rows`)[0]!['value'] as string;

test('a statement that takes too long is ended by PostgreSQL, its change is undone, and the client may try again', async () => {
  database = openDatabase({ url: testDatabase.url, poolSize: 1, statementTimeoutMs: 1_000 });
  const failure = await failureOf(
    database.transaction(async (transaction) => {
      await transaction.execute(sql`update rows set value = 'changed'`);
      await transaction.execute(sql`select pg_sleep(60)`);
    }),
  );
  expect(postgresFailure(failure)?.code).toBe('57014');
  expect(isUnavailable(failure)).toBe(true);
  expect(await value()).toBe('as it was');
  // The connection is as good as before.
  await database.read.execute(sql`select 1`);
  expect(database.statistics()).toMatchObject({ opened: 1, lost: 0 });
});

test('who waits too long for a lock gives up, and the client may try again', async () => {
  const waiting = openDatabase({ url: testDatabase.url, poolSize: 1, lockTimeoutMs: 100 });
  database = waiting;
  const failure = await aside.begin(async (transaction) => {
    await transaction`select from rows for update`;
    return failureOf(waiting.transaction((own) => own.execute(sql`update rows set value = 'changed'`)));
  });
  expect(postgresFailure(failure)?.code).toBe('55P03');
  expect(isUnavailable(failure)).toBe(true);
  expect(await value()).toBe('as it was');
});

test('what a process that fell silent has locked is free again after twice the limit for work', async () => {
  const silent = postgres(testDatabase.url, {
    max: 1,
    fetch_types: false,
    onnotice: () => {},
    connection: { ...sessionGuards({ workTimeoutMs: 200 }), default_transaction_read_only: false },
  });
  const [session] = await silent`select pg_backend_pid() as pid`;
  const isThere = async (): Promise<boolean> =>
    (await aside`select from pg_stat_activity where pid = ${session!['pid']}`).length > 0;
  // It begins, takes a lock, and is never heard of again.
  void silent
    .unsafe(`begin; update rows set value = 'silent'`)
    .simple()
    .catch(() => undefined);
  await waitUntil(async () => !(await isThere()), 'PostgreSQL has ended the session');
  await aside`update rows set value = 'as it was' where value = 'as it was'`;
  expect(await value()).toBe('as it was');
  await silent.end({ timeout: 1 });
});
