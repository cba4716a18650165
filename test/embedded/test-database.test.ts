import postgres from 'postgres';
import { describe, expect, it } from 'vitest';
import { createTestDatabase } from '../setup/database.ts';

async function countTables(url: string): Promise<number> {
  const client = postgres(url, { max: 1 });
  try {
    const [row] = await client`select count(*)::int as tables from pg_tables where schemaname = 'public'`;
    return row!.tables as number;
  } finally {
    await client.end();
  }
}

describe('createTestDatabase', () => {
  it('gives eight databases with the tables at the same time, each of its own', async () => {
    const databases = await Promise.all(Array.from({ length: 8 }, () => createTestDatabase()));
    expect(new Set(databases.map(({ url }) => url)).size).toBe(8);
    for (const { url } of databases) expect(await countTables(url)).toBeGreaterThan(10);
    await Promise.all(databases.map((database) => database.drop()));
  });

  it('gives a database without tables when asked for an empty one', async () => {
    const database = await createTestDatabase({ empty: true });
    expect(await countTables(database.url)).toBe(0);
    await database.drop();
  });

  it('drops a database that somebody is still connected to', async () => {
    const database = await createTestDatabase({ empty: true });
    const client = postgres(database.url, { max: 1 });
    await client`select 1`;
    await database.drop();
    await expect(client`select 1`).rejects.toThrow();
    await client.end({ timeout: 1 });
  });
});
