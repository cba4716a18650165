import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { countProducts } from '../../src/catalog/product-search.repository.ts';
import { countCustomers } from '../../src/customers/customer-search.repository.ts';
import type { Executor } from '../../src/db/driver/database.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

/** An index over an expression serves only who writes the same expression: here nothing else may be used. */
test.each<[string, string[], (executor: Executor) => Promise<number>]>([
  ['customers', ['customers'], (executor) => countCustomers(executor, { text: 'ada' })],
  ['products', ['products', 'product_variants'], (executor) => countProducts(executor, 'lamp')],
])('the index of %s serves the search', async (_what, tables, search) => {
  const scans = await server.database.transaction(async (transaction) => {
    for (const setting of ['seqscan', 'indexscan', 'indexonlyscan', 'hashjoin', 'mergejoin']) {
      await transaction.execute(sql.raw(`set local enable_${setting} = off`));
    }
    await search(transaction);
    const rows = await transaction.execute<{ table: string; read: string; indexed: string }>(sql`
      select relname as "table", seq_scan as read, idx_scan as indexed from pg_stat_xact_user_tables`);
    return rows.filter(({ table }) => tables.includes(table));
  });
  for (const { table, read, indexed } of scans) {
    expect([table, Number(read), Number(indexed) > 0]).toEqual([table, 0, true]);
  }
  expect(scans).toHaveLength(tables.length);
});
