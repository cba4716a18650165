import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import postgres from 'postgres';
import { expect, test } from 'vitest';
import { openDatabase } from '../../src/db/driver/database.ts';
import { verifyHistories } from '../../src/history/verify-history.repository.ts';
import { createTestDatabase } from '../setup/database.ts';

const folder = path.resolve(import.meta.dirname, '../../drizzle');

test('the migration makes chains of the history that is there already, in the order of the log', async () => {
  const testDatabase = await createTestDatabase({ empty: true });
  const client = postgres(testDatabase.url, { max: 1, onnotice: () => {} });
  const database = openDatabase({ url: testDatabase.url, poolSize: 1 });
  try {
    const files = readdirSync(folder).filter((name) => name.endsWith('.sql'));
    const chain = files.findIndex((name) => name.endsWith('_history_chain.sql'));
    expect(chain).toBeGreaterThan(0);
    const apply = async (names: readonly string[]): Promise<void> => {
      for (const name of names) await client.unsafe(readFileSync(path.join(folder, name), 'utf8'));
    };
    await apply(files.slice(0, chain));
    await client.unsafe(`
      insert into orders (number, channel, currency, subtotal_minor, total_minor, units_ordered)
      select 'ORD-' || place, 'ecommerce', 'GBP', 0, 0, 0 from generate_series(1, 3) as place;
      insert into order_history (order_id, action, description, ip_address, created_at)
      select orders.id, 'edited', 'Entry ' || place, case when place % 2 = 0 then '10.0.0.1' end,
        now() + interval '1 month' - place * interval '1 day'
      from orders cross join generate_series(1, 40) as place`);
    await apply(files.slice(chain));
    const verified = await verifyHistories(database.read, {}, 10, null);
    expect(verified).toMatchObject({ ordersChecked: 3, entriesChecked: 120, breaks: [], hasMore: false });
    const [outOfOrder] = await client`
      select count(*)::integer as count from (
        select chain_place, row_number() over (partition by order_id order by transaction_id, position) as in_log
        from order_history
      ) as entries where chain_place <> in_log`;
    expect(outOfOrder).toEqual({ count: 0 });
    await client`
      insert into order_history (order_id, action, description) select id, 'edited', 'It goes on.' from orders`;
    expect(await verifyHistories(database.read, {}, 10, null)).toMatchObject({
      entriesChecked: 123,
      breaks: [],
    });
    await expect(client`update order_history set description = 'x'`).rejects.toThrow(/append-only/);
  } finally {
    await database.close();
    await client.end();
    await testDatabase.drop();
  }
});
