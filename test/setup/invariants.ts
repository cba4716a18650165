import postgres from 'postgres';
import { expect } from 'vitest';
import { openDatabase } from '../../src/db/driver/database.ts';
import { verifyHistories } from '../../src/history/verify-history.repository.ts';
import { violations } from './violations.ts';

/** Checks what must hold of every database at every moment between two transactions. */
export async function expectInvariants(url: string): Promise<void> {
  const client = postgres(url, { max: 1, onnotice: () => {} });
  try {
    for (const [rule, query] of Object.entries(violations)) {
      expect(await client.unsafe(`${query} limit 5`), rule).toEqual([]);
    }
  } finally {
    await client.end({ timeout: 5 });
  }
  await expectChains(url);
}

/** No history was changed behind the API's back. */
async function expectChains(url: string): Promise<void> {
  const database = openDatabase({ url, poolSize: 1 });
  try {
    const { breaks, hasMore } = await verifyHistories(database.read, {}, 50_000, null);
    expect(breaks, 'the history of each order is a chain').toEqual([]);
    expect(hasMore).toBe(false);
  } finally {
    await database.close();
  }
}
