import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import type postgres from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDatabase, type DatabaseOptions } from '../../src/db/driver/database.ts';
import { DatabaseUnavailableError } from '../../src/db/driver/errors.ts';
import { withoutStatement } from '../../src/db/pg-errors.ts';
import { waitUntil } from '../setup/wait-until.ts';
import { createTestDatabase, type TestDatabase } from '../setup/database.ts';
import { connectAside } from './ledger.ts';

let testDatabase: TestDatabase;
let aside: postgres.Sql;

beforeAll(async () => {
  testDatabase = await createTestDatabase({ empty: true });
  aside = connectAside(testDatabase.url);
});

afterAll(async () => {
  await aside.end();
  await testDatabase.drop();
});

const open = (options: Partial<DatabaseOptions> = {}) =>
  openDatabase({ url: testDatabase.url, poolSize: 2, applicationName: 'pooled', ...options });

const connections = async (): Promise<number> =>
  (
    await aside`select 1 from pg_stat_activity where application_name = 'pooled' and datname = current_database()`
  ).length;

it('opens as many wires as are needed, up to its size', async () => {
  const database = open();
  await database.ping();
  expect(await connections()).toBe(1);
  await Promise.all(Array.from({ length: 20 }, () => database.read.execute(sql`select pg_sleep(0.01)`)));
  expect(await connections()).toBe(2);
  expect(database.statistics()).toMatchObject({
    open: 2,
    idle: 2,
    inUse: 0,
    opened: 2,
    acquired: 21,
    waiting: 0,
  });
  await database.close();
  expect(database.statistics()).toMatchObject({ open: 0, idle: 0, lost: 0, retired: 2 });
});

it('lets nobody wait longer than the limit', async () => {
  const database = open({ poolSize: 1, acquireTimeoutMs: 300 });
  const slow = database.read.execute(sql`select pg_sleep(0.8)`).then((rows) => rows);
  await sleep(50);
  const [refused] = await Promise.all([database.transaction(async () => {}).catch((error) => error), slow]);
  expect(refused).toEqual(new DatabaseUnavailableError('busy'));
  expect(database.statistics()).toMatchObject({ acquireTimedOut: 1, idle: 1, lost: 0 });
  await database.close();
});

it('exchanges a wire that has lived long enough', async () => {
  const database = open({ wireLifetimeMs: 50 });
  await database.ping();
  await sleep(60);
  await database.ping();
  // On a busy machine a wire may be old before it is used for the first time.
  const { opened, retired, open: left, lost } = database.statistics();
  expect(retired).toBeGreaterThanOrEqual(1);
  expect({ opened, left, lost }).toEqual({ opened: retired + 1, left: 1, lost: 0 });
  await database.close();
});

it('exchanges a wire for which the server keeps many prepared statements', async () => {
  const database = open({ poolSize: 1 });
  for (let number = 0; number < 600; number += 1) await database.read.execute(sql.raw(`select ${number}`));
  expect(database.statistics()).toMatchObject({ opened: 2, retired: 1, lost: 0 });
  await database.close();
});

it('waits, when it closes, for the units of work in progress, and takes no new ones', async () => {
  const database = open({ poolSize: 1 });
  let begin = (): void => {};
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const working = database.transaction(async (transaction) => {
    begin();
    await sleep(100);
    return transaction.execute(sql`select 'finished' as state`);
  });
  await begun;
  const waiting = database.read.execute(sql`select 1`).catch(withoutStatement);
  await sleep(5);
  const closing = database.close();
  expect(await waiting).toEqual(new DatabaseUnavailableError('closed'));
  await expect(database.ping()).rejects.toEqual(new DatabaseUnavailableError('closed'));
  expect((await working)[0]).toEqual({ state: 'finished' });
  await closing;
  // PostgreSQL takes a moment to notice that a socket was closed.
  await waitUntil(async () => (await connections()) === 0, 'no connection is left');
});

it('cuts off, when it closes, what exceeds its limit', async () => {
  const database = open({ workTimeoutMs: 300 });
  const endless = database.transaction(() => new Promise(() => {})).catch((error) => error);
  await sleep(50);
  await database.close();
  expect(await endless).toMatchObject({ retryable: true });
});

it('refuses to work where sessions are not read-only by default', async () => {
  const url = new URL(testDatabase.url);
  url.searchParams.set('default_transaction_read_only', 'off');
  const database = open({ url: url.toString() });
  await expect(database.ping()).rejects.toThrow('Sessions must be read-only by default');
  await database.close();
});
