import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mutate, stockedVariant } from '../setup/fixtures.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

async function untilSomebodyWaitsForALock(): Promise<void> {
  for (;;) {
    const [row] = await server.database.read.execute<{ waiting: number }>(sql`
      select count(*)::integer as waiting from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`);
    if (row!.waiting > 0) return;
    await sleep(10);
  }
}

test('goods that come in while an order waits for their row are its to take, wholly', async () => {
  const plenty = await stockedVariant(server, { LONDON: 10 });
  const scarce = await stockedVariant(server, { LONDON: 1 });
  const lines = [
    { sku: plenty.sku, quantity: 3 },
    { sku: scarce.sku, quantity: 2 },
  ];
  let answer: Promise<any> | undefined;
  await server.database.transaction(async (transaction) => {
    await transaction.execute(sql`
      with changed as (
        update stock_levels set on_hand = on_hand + 1
        where variant_id = (select id from product_variants where sku = ${scarce.sku})
        returning variant_id, location_id
      )
      insert into stock_movements (variant_id, location_id, on_hand_change, reserved_change, reason)
      select variant_id, location_id, 1, 0, 'received' from changed`);
    // The order's statement begins before the goods are there, and gets the row after.
    answer = mutate(
      server.as.order_manager,
      'createOrder',
      { channel: 'ECOMMERCE', currency: 'GBP', lines },
      'order { reservations { nodes { quantityReserved variant { sku } } } }',
    );
    await untilSomebodyWaitsForALock();
  });
  const { order, userErrors } = await answer;
  expect(userErrors).toEqual([]);
  expect(order.reservations.nodes).toHaveLength(2);
  expect(order.reservations.nodes).toEqual(
    expect.arrayContaining([
      { quantityReserved: 3, variant: { sku: plenty.sku } },
      { quantityReserved: 2, variant: { sku: scarce.sku } },
    ]),
  );
  await expectInvariants(server.databaseUrl);
});
