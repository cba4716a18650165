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

/** Brings the database to where the last version of ours without this migration left it. */
async function migrateUntil(migration: string): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'orders-older-version-'));
  try {
    await cp('drizzle', folder, { recursive: true });
    const file = path.join(folder, 'meta/_journal.json');
    const journal = JSON.parse(await readFile(file, 'utf8'));
    const place = journal.entries.findIndex(({ tag }: { tag: string }) => tag === migration);
    expect(place).toBeGreaterThan(0);
    await writeFile(file, JSON.stringify({ ...journal, entries: journal.entries.slice(0, place) }));
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

const monthsOfHistory = async (): Promise<string[]> => {
  const months = await client`select relname from pg_inherits join pg_class on pg_class.oid = inhrelid
    where inhparent = 'public.order_history'::regclass order by 1`;
  return months.map(({ relname }) => String(relname));
};

it('an older database is migrated, keeps what is in it, and is looked at anew for its plans, once', async () => {
  await migrateUntil('0035_open_work');
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

it('of the months that older versions made ahead, the empty ones go, and what is written to is kept', async () => {
  const older = await createTestDatabase({ empty: true });
  const before = client;
  client = postgres(older.url, { max: 1, onnotice: () => {} });
  try {
    await migrateUntil('0036_no_empty_months_ahead');
    expect((await monthsOfHistory()).length).toBeGreaterThan(24);
    const written = `order_history_${new Date().getUTCFullYear() + 1}_08`;
    await client.begin(async (transaction) => {
      // Of no order: that is not what is looked at.
      await transaction`set local session_replication_role = replica`;
      await transaction`insert into order_history (order_id, action, description, chain_place, hash, created_at)
        values (gen_random_uuid(), 'created', 'Ahead of its time', 1, '\\x00', make_date(${new Date().getUTCFullYear() + 1}, 8, 2))`;
    });
    await migrate(older.url);
    const months = await monthsOfHistory();
    expect(months).toContain(written);
    // Last month, this one and three ahead.
    expect(months).toHaveLength(5 + 1);
  } finally {
    await client.end();
    client = before;
    await older.drop();
  }
});
