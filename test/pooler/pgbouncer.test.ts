import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { DatabaseNotUsableError, migrate } from '../../src/db/migrate.ts';
import { startMailServer } from '../mail/mail-server.ts';
import { endProcesses, launch, startProcess } from '../operations/server-process.ts';
import { withClient } from '../replicas/standby.ts';
import { createTestDatabase, type TestDatabase } from '../setup/database.ts';
import { confirmedOrder, mutate, stockedVariant, work } from '../setup/fixtures.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { asker, startTestServerOn, type TestServer } from '../setup/server.ts';
import { waitUntil } from '../setup/wait-until.ts';
import { follow } from '../subscriptions/live-client.ts';
import { isPgBouncerInstalled, startPgBouncer, type PgBouncer } from './pgbouncer.ts';
import type { RunningServer } from '../../src/server.ts';

// Limits, not expectations: the machine may be busy with other files.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

/** Of three servers with eight connections each, and four for all of them behind the pooler. */
const serverConnections = 4;

describe.skipIf(!isPgBouncerInstalled)('through PgBouncer in transaction mode', () => {
  let database: TestDatabase;
  let pooler: PgBouncer;
  let home: TestServer;
  let others: RunningServer[];
  let sku: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    pooler = await startPgBouncer(database.url, { default_pool_size: String(serverConnections) });
    await migrate(database.url, pooler.url);
    await pooler.kill();
    await pooler.start();
    home = await startTestServerOn(database, { poolerUrl: pooler.url });
    others = await Promise.all([home.startAnother(), home.startAnother()]);
    sku = (await stockedVariant(home, { LONDON: 1_000 })).sku;
  });
  afterAll(async () => {
    await endProcesses();
    await Promise.all((others ?? []).map((server) => server.stop()));
    if (home) await expectInvariants(home.databaseUrl);
    await home?.stop();
    await pooler?.stop();
  });

  const managers = () =>
    [home.url, ...others.map(({ url }) => url)].map((url) => asker(url, home.tokens.order_manager));

  /** As a shop does when the server is too busy: again, with the same key, until there is an answer. */
  async function buyPatiently(of: string, buyer: number): Promise<any> {
    const asks = managers();
    for (let attempt = 1; ; attempt += 1) {
      const ask = asks[(buyer + attempt) % asks.length]!;
      try {
        return await mutate(ask, 'createOrder', orderOf(of, `${of} ${buyer}`), 'order { id }');
      } catch (error) {
        if (!String(error).includes('SERVICE_UNAVAILABLE') || attempt === 20) throw error;
      }
    }
  }

  test('an order goes from the cart to the door, and who subscribes is told each step', async () => {
    const { url } = others[0]!;
    const cursor = await managers()[1]!('{ eventCursor }');
    const { eventCursor: after } = cursor.data;
    const follower = follow({ url, token: home.tokens.warehouse_staff, after });
    const { fulfillments } = await confirmedOrder(home, [{ sku, quantity: 2 }]);
    await work(home, fulfillments[0]!.id, 'deliverFulfillment');
    await follower.received(6);
    const told = ['PENDING', 'PICKING', 'PACKING', 'READY_TO_SHIP', 'SHIPPED', 'FULFILLED'];
    expect(follower.events.map(({ newStatus }) => newStatus)).toEqual(told);
    expect(follower.fieldErrors).toEqual([]);
    follower.unsubscribe();
  });

  test('more connections than the pooler has: nothing is oversold, and PostgreSQL sees a few', async () => {
    const scarce = (await stockedVariant(home, { LONDON: 20 })).sku;
    const answers = await Promise.all(Array.from({ length: 90 }, (_, buyer) => buyPatiently(scarce, buyer)));
    expect(answers.filter(({ order }) => order !== null)).toHaveLength(20);
    const refused = answers.filter(({ order }) => order === null).flatMap(({ userErrors }) => userErrors);
    expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(['INSUFFICIENT_STOCK']));
    expect(await pooler.serverConnections()).toBeLessThanOrEqual(serverConnections);
  });

  test('the pooler is killed and started again under load: every order is there once', async () => {
    const asks = managers();
    let failures = 0;
    const buy = async (buyer: number): Promise<string> => {
      for (;;) {
        const ask = asks[buyer % asks.length]!;
        const answer = await mutate(ask, 'createOrder', orderOf(sku, `again ${buyer}`), 'order { id }').catch(
          () => undefined,
        );
        if (answer?.order) return answer.order.id as string;
        failures += 1;
        await sleep(50);
      }
    };
    let bought = 0;
    const buying = Promise.all(
      Array.from({ length: 12 }, async (_, person) => {
        const ids: string[] = [];
        for (let turn = 0; turn < 12; turn += 1) {
          ids.push(await buy(person * 100 + turn));
          bought += 1;
        }
        return ids;
      }),
    );
    await waitUntil(() => bought > 20, 'orders come in');
    await pooler.kill();
    await waitUntil(() => failures > 0, 'orders fail');
    await pooler.start();
    const ids = (await buying).flat();
    expect(new Set(ids).size).toBe(12 * 12);
    const [row] = await withClient(
      home.databaseUrl,
      (client) => client`select count(*)::int as orders from idempotency_keys where key like 'again %'`,
    );
    expect(row!['orders']).toBe(12 * 12);
  });

  test('a whole process: migrates and works on jobs past the pooler, and serves through it', async () => {
    const mailServer = await startMailServer();
    try {
      const process = await startProcess({
        DATABASE_URL: pooler.url,
        DATABASE_DIRECT_URL: home.databaseUrl,
        MAIL_URL: mailServer.url,
        MAIL_FROM: 'orders@shop.example',
      });
      expect((await fetch(`${process.url}/readyz`)).status).toBe(200);
      await confirmedOrder(home, [{ sku, quantity: 1 }]);
      await waitUntil(() => mailServer.received.length > 0, 'the mail of a job has come', 60_000);
      expect(await process.end('SIGTERM')).toBe(0);
    } finally {
      await mailServer.stop();
    }
  });
});

describe.skipIf(!isPgBouncerInstalled)('a pooler where PostgreSQL should be', () => {
  const ours =
    'default_transaction_read_only,statement_timeout,lock_timeout,idle_in_transaction_session_timeout';

  test.each([
    ['refuses our settings', {}],
    ['ignores them', { ignore_startup_parameters: ours }],
  ])('is named as such when it %s', async (_what, settings: Record<string, string>) => {
    const database = await createTestDatabase({ empty: true });
    const pooler = await startPgBouncer(database.url, settings);
    try {
      await expect(migrate(pooler.url)).rejects.toThrow(DatabaseNotUsableError);
      await expect(migrate(pooler.url)).rejects.toThrow('set DATABASE_DIRECT_URL');
    } finally {
      await pooler.stop();
      await database.drop();
    }
  });

  test('ends the process with a sentence', async () => {
    const database = await createTestDatabase({ empty: true });
    const pooler = await startPgBouncer(database.url);
    try {
      const started = launch({ DATABASE_URL: pooler.url });
      expect(await started.ended).toBe(1);
      expect(started.output()).toContain('set DATABASE_DIRECT_URL');
      expect(started.output()).not.toContain('    at ');
    } finally {
      await pooler.stop();
      await database.drop();
    }
  });
});

function orderOf(sku: string, idempotencyKey: string) {
  return { channel: 'ECOMMERCE', currency: 'GBP', lines: [{ sku, quantity: 1 }], idempotencyKey };
}
