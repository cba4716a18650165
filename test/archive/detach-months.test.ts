import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { beginning } from '../../src/history/log-place.ts';
import { sourceIdentifier } from '../../src/import/source-identifier.ts';
import { archiveOrders, detachHistoryMonths } from '../../src/jobs/archive.repository.ts';
import { makeHistoryPartitions } from '../../src/jobs/maintenance.repository.ts';
import { countEverything } from '../figures/count-everything.ts';
import { startLiveServer } from '../subscriptions/live-server.ts';
import { placeOrder, stockedVariant } from '../setup/fixtures.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const change = async (statement: ReturnType<typeof sql>): Promise<any[]> =>
  server.database.transaction(async (transaction) => [...(await transaction.execute<any>(statement))]);
const months = async (schema: string): Promise<string[]> =>
  (
    await change(sql`select relname as name from pg_inherits join pg_class on pg_class.oid = inhrelid
      where inhparent = ${`${schema}.order_history`}::regclass order by 1`)
  ).map(({ name }) => name);

/** A cancelled order of long ago, as an import writes it. */
async function oldOrder(month: string): Promise<string> {
  await change(
    sql`select ensure_history_partitions(${`${month}-01`}::timestamptz, ${`${month}-01`}::timestamptz)`,
  );
  const [order] = await change(sql`
    insert into orders (id, number, channel, status, customer_id, currency, subtotal_minor, total_minor, units_ordered, created_at, cancelled_at)
    values (${sourceIdentifier(`${month}-10`, randomUUID())}::uuid, ${`OLD-${month}-${Math.random()}`}, 'ecommerce', 'cancelled', ${server.customerId}::uuid, 'GBP', 0, 0, 0,
      ${`${month}-10`}::timestamptz, ${`${month}-11`}::timestamptz)
    returning id`);
  await change(sql`
    insert into order_history (order_id, action, new_status, description, ip_address, performed_by_id, created_at)
    values (${order.id}::uuid, 'created', 'pending', 'It was made.', '10.0.0.1', ${server.userIds.customer}::uuid, ${`${month}-10`}::timestamptz),
      (${order.id}::uuid, 'cancelled', 'cancelled', 'It was cancelled.', null, null, ${`${month}-11`}::timestamptz)`);
  return order.id;
}

const read = (id: string) =>
  server.as.order_manager(
    `query ($id: ID!) {
      order(id: $id) { number history { totalCount nodes { id action ipAddress } } timeline { nodes { text } } }
      orderHistory(filter: { orderId: $id }) { totalCount nodes { id action } }
      verifyHistory(orderId: $id) { isIntact entriesChecked } }`,
    { id },
  );
const readAll = async () => {
  const pages = [];
  let after: string | null = null;
  do {
    const { data } = await server.as.order_manager(
      `query ($after: String) { orderHistory(first: 3, after: $after) {
        totalCount nodes { id } pageInfo { hasNextPage endCursor } } }`,
      { after },
    );
    pages.push(...data.orderHistory.nodes, data.orderHistory.totalCount);
    after = data.orderHistory.pageInfo.hasNextPage ? data.orderHistory.pageInfo.endCursor : null;
  } while (after !== null);
  return pages;
};

test('months leave the log when the archive has all their orders, and are read as before', async () => {
  const { sku } = await stockedVariant(server, { LONDON: 10 });
  const old = [await oldOrder('2020-03'), await oldOrder('2020-04'), await oldOrder('2020-04')];
  const live = await placeOrder(server, [{ sku, quantity: 1 }]);
  await countEverything(server.database);
  const before = await Promise.all([...old, live.id].map(read));
  expect(before[0]!.data.order.history.totalCount).toBe(2);
  const everything = await readAll();
  const figures = await change(sql`select * from figures.daily order by daily::text`);

  // Not before the orders are in the archive, and have been for a day.
  expect(await detachHistoryMonths(server.database, 3)).toBe(0);
  expect(await archiveOrders(server.database, 0)).toBe(3);
  expect(await detachHistoryMonths(server.database, 3)).toBe(0);
  await change(sql`update archive.orders set archived_at = now() - interval '2 days'`);
  // Not while the figures have not counted it.
  await change(sql`update figures.progress set transaction_id = '0', position = 0`);
  expect(await detachHistoryMonths(server.database, 3)).toBe(0);
  await countEverything(server.database);
  expect(await detachHistoryMonths(server.database, 3)).toBe(2);
  expect(await detachHistoryMonths(server.database, 3)).toBe(0);

  expect(await months('archive')).toEqual(['order_history_2020_03', 'order_history_2020_04']);
  expect(await months('public')).not.toContain('order_history_2020_04');
  expect(await Promise.all([...old, live.id].map(read))).toEqual(before);
  expect(await readAll()).toEqual(everything);
  await expectInvariants(server.databaseUrl);

  // Counted anew from the first event, the figures are the same.
  await change(
    sql`truncate figures.order_facts, figures.fulfillment_facts, figures.reservation_facts, figures.daily, figures.durations`,
  );
  await change(sql`update figures.progress set transaction_id = '0', position = 0`);
  await countEverything(server.database);
  expect(await change(sql`select * from figures.daily order by daily::text`)).toEqual(figures);
});

test('what has left the log stays append-only, and nothing is added to it', async () => {
  const refused = (statement: ReturnType<typeof sql>) =>
    expect(change(statement)).rejects.toMatchObject({
      cause: expect.objectContaining({ message: expect.stringMatching(/append-only|archived/) }),
    });
  await refused(sql`delete from archive.order_history`);
  await refused(sql`update archive.order_history_2020_03 set description = 'Something else'`);
  await refused(sql`truncate archive.order_history`);
  await refused(sql`insert into archive.order_history select * from archive.order_history limit 1`);
  await refused(sql`select ensure_history_partitions('2020-03-01', '2020-03-01')`);
  // But for where an entry came from, which erasing takes.
  await change(
    sql`update archive.order_history set ip_address = null, user_agent = null, origin_salt = null`,
  );
  await expectInvariants(server.databaseUrl);
});

test('whoever resumes from before the beginning of the log is told to load anew', async () => {
  const live = await startLiveServer(server.databaseUrl);
  try {
    const [first] = await change(sql`
      select id, transaction_id::text as "transactionId", position::text as position from archive.order_history
      order by created_at limit 1`);
    const place = { transactionId: BigInt(first.transactionId), position: BigInt(first.position) };
    const options = { wanted: () => true, onTooSlow: () => {} } as never;
    for (const mark of [beginning, { id: first.id as string, place }]) {
      await expect(
        live.eventLog.subscribe(live.eventLog.cursors.encode(mark), options),
      ).rejects.toMatchObject({
        code: 'RESYNC_REQUIRED',
      });
    }
    const events = await live.eventLog.subscribe(live.eventLog.cursors.encode(live.eventLog.end), options);
    await events.return!();
  } finally {
    await live.stop();
  }
});

test('a month that somebody reads is left for the next night, and nobody waits for long', async () => {
  const id = await oldOrder('2020-05');
  expect(await archiveOrders(server.database, 0)).toBe(1);
  await change(sql`update archive.orders set archived_at = now() - interval '2 days'`);
  await countEverything(server.database);
  const client = postgres(server.databaseUrl, { max: 1 });
  try {
    await client.begin(async (transaction) => {
      await transaction`select from order_history limit 1`;
      await expect(detachHistoryMonths(server.database, 3)).rejects.toMatchObject({
        cause: { code: '55P03' },
      });
    });
  } finally {
    await client.end();
  }
  expect((await read(id)).data.order.history.totalCount).toBe(2);
  expect(await detachHistoryMonths(server.database, 3)).toBe(1);
  expect((await read(id)).data.verifyHistory).toEqual({ isIntact: true, entriesChecked: 2 });
  expect(await makeHistoryPartitions(server.database)).toBe(0);
});
