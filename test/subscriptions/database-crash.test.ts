import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrate } from '../../src/db/migrate.ts';
import { startEmbeddedPostgres, type EmbeddedServer } from '../../src/db/embedded/start.ts';
import { placeOrder, stockedVariant } from '../setup/fixtures.ts';
import { startTestServerOn, type TestServer } from '../setup/server.ts';
import { waitUntil } from '../setup/wait-until.ts';
import { followOrders } from './live-client.ts';
import { startLiveServer } from './live-server.ts';

let folder: string;
let embedded: EmbeddedServer;
let server: TestServer;
let sku: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'orders-log-crash-'));
  embedded = await startEmbeddedPostgres({ dataDirectory: folder });
  await migrate(embedded.url);
  server = await startTestServerOn({ url: embedded.url, drop: async () => {} });
  ({ sku } = await stockedVariant(server, { LONDON: 100 }));
});
afterAll(async () => {
  await server?.stop();
  await embedded?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function onDatabase<Result>(work: (client: postgres.Sql) => Promise<Result>): Promise<Result> {
  const client = postgres(embedded.url, { max: 1, fetch_types: false, onnotice: () => {} });
  try {
    return await work(client);
  } finally {
    await client.end({ timeout: 5 });
  }
}

/** Transactions that change nothing. What PostgreSQL knows of them is written by and by, and not when they commit. */
async function useTransactionIds(client: postgres.Sql, count: number): Promise<bigint> {
  let last = 0n;
  for (let used = 0; used < count; used += 1) {
    const [row] = await client<{ id: string }[]>`select pg_current_xact_id()::text as id`;
    last = BigInt(row!.id);
  }
  return last;
}

async function crash(): Promise<void> {
  const killed = embedded.pid;
  process.kill(killed, 'SIGKILL');
  await waitUntil(() => embedded.pid !== killed, 'PostgreSQL is started again', 60_000);
  await waitUntil(
    () =>
      server.database.ping().then(
        () => true,
        () => false,
      ),
    'the database answers',
    60_000,
  );
}

const attempts = 5;

test(
  'a log that was opened after transactions that a crash forgets still tells all that comes',
  { timeout: 240_000 },
  async () => {
    await onDatabase((client) => client.unsafe(`alter system set wal_writer_delay = '10s'`));
    await onDatabase((client) => client.unsafe('select pg_reload_conf()'));
    let forgotten = 0;
    for (let attempt = 0; attempt < attempts && forgotten === 0; attempt += 1) {
      const before = await placeOrder(server, [{ sku, quantity: 1 }]);
      const used = await onDatabase((client) => useTransactionIds(client, 200));
      const live = await startLiveServer(server.databaseUrl);
      const follower = followOrders({ url: live.url, token: server.tokens.order_manager });
      try {
        await waitUntil(() => live.eventLog.statistics().subscribers === 1, 'the follower is registered');
        await crash();
        const order = await placeOrder(server, [{ sku, quantity: 1 }]);
        await waitUntil(
          () => follower.events.some((event) => event.order?.id === order.id),
          'the order that came after the crash is told',
        );
        expect(follower.events.filter((event) => event.order?.id === before.id)).toEqual([]);
        const [row] = await onDatabase(
          (client) =>
            client<{ id: string }[]>`select max(transaction_id::text::bigint)::text as id from order_history`,
        );
        // Now and then something has made PostgreSQL write down the ids; then the crash has shown nothing.
        if (BigInt(row!.id) <= used) forgotten += 1;
      } finally {
        follower.unsubscribe();
        await live.stop();
      }
    }
    expect(forgotten, 'a crash that gave transaction ids out again').toBe(1);
  },
);

test('PostgreSQL acknowledges a commit, and shows it to readers, when it is on the disk', async () => {
  const settings = await onDatabase(
    (client) =>
      client`select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit`,
  );
  expect([...settings]).toEqual([{ fsync: 'on', commit: 'on' }]);
});
