import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { confirmedOrder, stockedVariant, work } from '../setup/fixtures.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { asker, startTestServer, type TestServer } from '../setup/server.ts';
import { waitUntil } from '../setup/wait-until.ts';
import { follow, type Followed } from '../subscriptions/live-client.ts';
import { startLiveServer, type LiveServer } from '../subscriptions/live-server.ts';
import { storedChanges, toldChanges } from '../subscriptions/stored-changes.ts';
import { startBalancer, type Balancer } from './balancer.ts';
import { isRedisInstalled, startRedisServer, type RedisServer } from './redis-server.ts';

// Limits, not expectations: the machine may be busy with other files.
vi.setConfig({ testTimeout: 90_000 });

/** It makes what the tests need, and serves nothing that is tested here. */
let home: TestServer;
let sku: string;
beforeAll(async () => {
  home = await startTestServer();
  sku = (await stockedVariant(home, { LONDON: 5_000 })).sku;
});
afterAll(async () => {
  await expectInvariants(home.databaseUrl);
  await home.stop();
});

describe.each([
  ['PostgreSQL alone', false],
  ['Redis, which is killed in the middle', true],
])('three servers behind a balancer, with %s', (_with, withRedis) => {
  const run = withRedis && !isRedisInstalled ? test.skip : test;
  let redis: RedisServer | undefined;
  let servers: LiveServer[];
  let balancer: Balancer;
  let followers: Followed[];

  beforeEach(async ({ skip }) => {
    if (withRedis && !isRedisInstalled) return skip();
    redis = withRedis ? await startRedisServer() : undefined;
    const options = redis ? { redisUrl: redis.url } : {};
    servers = await Promise.all([1, 2, 3].map(() => startLiveServer(home.databaseUrl, 0, options)));
    balancer = await startBalancer(servers.map(({ port }) => port));
    followers = [];
  });
  afterEach(async () => {
    for (const follower of followers ?? []) follower.unsubscribe();
    await Promise.all((servers ?? []).map((server) => server.stop()));
    await balancer?.close();
    await redis?.kill();
  });

  /** The fixtures of the tests, through the balancer: each request may meet another server. */
  const through = (): TestServer => ({
    ...home,
    url: balancer.url,
    as: {
      ...home.as,
      order_manager: asker(balancer.url, home.tokens.order_manager),
      warehouse_staff: asker(balancer.url, home.tokens.warehouse_staff),
    },
  });

  run('every subscriber has exactly what the database holds, whichever servers it was on', async () => {
    const { cursors } = servers[0]!.eventLog;
    const before = await storedChanges(home.databaseUrl, cursors);
    // Not from now on: who is cut off before the first event has come would begin anew, later.
    const after = cursors.encode(servers[0]!.eventLog.end);
    followers = Array.from({ length: 9 }, () =>
      follow({ url: balancer.url, token: home.tokens.warehouse_staff, after }),
    );
    const total = (): number =>
      servers.reduce((sum, { eventLog }) => sum + eventLog.statistics().subscribers, 0);
    await waitUntil(() => total() === followers.length, 'all are subscribed');
    for (const { eventLog } of servers) expect(eventLog.statistics().subscribers).toBeGreaterThan(0);

    let orders = 0;
    let lost = 0;
    let writing = true;
    const writers = Array.from({ length: 4 }, async () => {
      while (writing) {
        try {
          const { fulfillments } = await confirmedOrder(through(), [{ sku, quantity: 1 }]);
          await work(through(), fulfillments[0]!.id, 'completePacking');
          orders += 1;
        } catch {
          // A connection that was kept open ends with its server, perhaps just as it is used again.
          lost += 1;
        }
      }
    });
    const restless = (async () => {
      for (let turn = 0; writing; turn += 1) {
        await sleep(50);
        const follower = followers[turn % followers.length]!;
        if (follower.isConnected()) follower.disconnect();
      }
    })();
    const grow = async (count: number): Promise<void> => {
      const target = orders + count;
      await waitUntil(() => orders >= target, `${count} more orders`, 60_000);
    };
    await grow(6);
    await redis?.kill();
    await grow(6);
    await redis?.start();
    // One of the servers goes and comes back too.
    balancer.setPort(1, null);
    await servers[1]!.stop();
    await grow(6);
    servers[1] = await startLiveServer(home.databaseUrl, 0, redis ? { redisUrl: redis.url } : {});
    balancer.setPort(1, servers[1].port);
    await grow(6);
    writing = false;
    await Promise.all([...writers, restless]);
    expect(lost).toBeLessThanOrEqual(8);

    const stored = (await storedChanges(home.databaseUrl, cursors)).slice(before.length);
    expect(stored.length).toBeGreaterThanOrEqual(orders * 4);
    for (const follower of followers) {
      await follower.received(stored.length);
      expect(toldChanges(follower.events)).toEqual(stored);
      expect(follower.connections()).toBeGreaterThan(1);
    }
    for (const count of balancer.given) expect(count).toBeGreaterThan(0);
  });

  run(
    'a change through one server is told at another at once, and not only when it looks by itself',
    async () => {
      const [writer, listener] = servers as [LiveServer, LiveServer, LiveServer];
      const follower = follow({ url: listener.url, token: home.tokens.warehouse_staff });
      followers.push(follower);
      await waitUntil(() => listener.eventLog.statistics().subscribers === 1, 'it is subscribed');
      const ask = asker(writer.url, home.tokens.order_manager);
      const at = { ...home, as: { ...home.as, order_manager: ask } };
      const notified: string[] = [];
      const client = postgres(home.databaseUrl, { max: 1, onnotice: () => {} });
      try {
        await client.listen('order_history', (payload) => notified.push(payload));
        const tookMs: number[] = [];
        for (let round = 1; round <= 12; round += 1) {
          await confirmedOrder(at, [{ sku, quantity: 1 }]);
          const committedAt = performance.now();
          await waitUntil(() => follower.events.length >= round, 'it is told');
          tookMs.push(performance.now() - committedAt);
        }
        // By its own looks alone it would take half a second in the middle, and all of them quick about never.
        expect(tookMs.toSorted((left, right) => left - right)[6]).toBeLessThan(400);
        // With Redis at hand the database is not asked to carry it.
        if (withRedis) expect(notified).toEqual([]);
        else expect(notified.length).toBeGreaterThan(0);
        if (!redis) return;
        await redis.kill();
        await confirmedOrder(at, [{ sku, quantity: 1 }]);
        await waitUntil(() => notified.length > 0, 'the database carries it again');
        await waitUntil(() => follower.events.length === 13, 'it is told');
      } finally {
        await client.end({ timeout: 5 });
      }
    },
  );

  run('a key that is used at two servers at once has one effect', async () => {
    const input = {
      idempotencyKey: `twice-${withRedis}`,
      channel: 'ECOMMERCE',
      currency: 'GBP',
      lines: [{ sku, quantity: 1 }],
    };
    const answers = await Promise.all(
      servers.map(({ url }) =>
        asker(url, home.tokens.order_manager)(
          'mutation ($input: CreateOrderInput!) { createOrder(input: $input) { order { id } userErrors { code } } }',
          { input },
        ),
      ),
    );
    const ids = new Set(answers.map(({ data }) => data.createOrder.order.id));
    expect(ids.size).toBe(1);
  });
});
