import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate as applyMigrations } from 'drizzle-orm/postgres-js/migrator';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { migrate } from '../../src/db/migrate.ts';
import { createTestDatabase, type TestDatabase } from '../setup/database.ts';

let testDatabase: TestDatabase;
let client: postgres.Sql;

beforeAll(async () => {
  testDatabase = await createTestDatabase({ empty: true });
  client = postgres(testDatabase.url, { max: 1, onnotice: () => {} });
});

afterAll(async () => {
  await client.end();
  await testDatabase.drop();
});

/** Brings the database to where an older version of ours left it. */
async function migrateAllBut(last: number): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'orders-older-version-'));
  try {
    await cp('drizzle', folder, { recursive: true });
    const file = path.join(folder, 'meta/_journal.json');
    const journal = JSON.parse(await readFile(file, 'utf8'));
    await writeFile(file, JSON.stringify({ ...journal, entries: journal.entries.slice(0, -last) }));
    await applyMigrations(drizzle({ client }), { migrationsFolder: folder });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const lastAnalyze = async (): Promise<string | null> => {
  const [row] = await client`select last_analyze::text as moment from pg_stat_user_tables
    where relid = 'public.stock_locations'::regclass`;
  return row!['moment'];
};

it('an older database is migrated, keeps what is in it, and is looked at anew for its plans, once', async () => {
  await migrateAllBut(2);
  await client`insert into stock_locations (code, name) values ('OLD', 'From before')`;
  expect(await lastAnalyze()).toBeNull();

  await migrate(testDatabase.url);
  expect(await client`select name from stock_locations`).toEqual([{ name: 'From before' }]);
  expect(await client`select to_regclass('sign_in.attempts') is not null as made`).toEqual([{ made: true }]);
  const moment = await lastAnalyze();
  expect(moment).not.toBeNull();

  await migrate(testDatabase.url);
  expect(await lastAnalyze()).toBe(moment);
});
