import { once } from 'node:events';
import { connect } from 'node:net';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { placeOrder, stockedVariant } from '../setup/fixtures.ts';
import { createTestDatabase } from '../setup/database.ts';
import { asker, startTestServer, type TestServer } from '../setup/server.ts';
import { waitUntil } from '../setup/wait-until.ts';
import { openSubscribed } from '../subscriptions/raw-socket.ts';
import { endProcesses, launch, startProcess } from './server-process.ts';

vi.setConfig({ testTimeout: 180_000 });

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterEach(endProcesses);
afterAll(() => server?.stop());

async function somebodyWaits(): Promise<boolean> {
  const [row] = await server.database.read.execute<{ count: number }>(
    `select count(*)::integer as count from pg_stat_activity
     where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return row!.count > 0;
}

test('SIGTERM: what is in flight is finished and answered, sockets are told, and the exit code is 0', async () => {
  const { sku } = await stockedVariant(server, { LONDON: 10 });
  const order = await placeOrder(server, [{ sku, quantity: 1 }]);
  const running = await startProcess({ DATABASE_URL: server.databaseUrl });
  const socket = await openSubscribed(running.url, server.tokens.warehouse_staff);
  const blocker = postgres(server.databaseUrl, { max: 1, fetch_types: false });
  const ask = asker(running.url, server.tokens.order_manager);
  let answer: Promise<unknown> | undefined;
  await blocker.begin(async (transaction) => {
    await transaction`select id from orders where id = ${order.id} for update`;
    answer = ask(
      `mutation { confirmOrder(input: { orderId: "${order.id}" }) { order { status } userErrors { code } } }`,
    );
    await waitUntil(somebodyWaits, 'the request waits for the lock');
    running.child.kill('SIGTERM');
    expect(await socket.closed).toEqual({ code: 1001, reason: 'The server is going away' });
    // It takes nothing new, and the request is still in flight.
    await waitUntil(async () => {
      const probe = await fetch(`${running.url}/healthz`).catch(() => undefined);
      return probe === undefined || probe.status === 503;
    }, 'nothing new is taken');
    expect(running.child.exitCode).toBeNull();
  });
  await blocker.end();
  expect(await answer).toEqual({
    data: { confirmOrder: { order: { status: 'CONFIRMED' }, userErrors: [] } },
  });
  expect(await running.ended).toBe(0);
});

test('SIGTERM, after a client has gone without its answer: nobody is waited for, and the exit code is 0', async () => {
  const running = await startProcess({ DATABASE_URL: server.databaseUrl });
  const blocker = postgres(server.databaseUrl, { max: 1, fetch_types: false });
  const leaving = new AbortController();
  await blocker.begin(async (transaction) => {
    await transaction`lock table orders in access exclusive mode`;
    const asked = fetch(`${running.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${server.tokens.order_manager}`,
      },
      body: JSON.stringify({ query: '{ orders(first: 1) { nodes { id } } }' }),
      signal: leaving.signal,
    });
    await waitUntil(somebodyWaits, 'the request waits for the lock');
    leaving.abort();
    await expect(asked).rejects.toThrow('abort');
  });
  await blocker.end();
  expect(await running.end('SIGTERM')).toBe(0);
});

test('SIGINT, with nothing to do but a connection that never asks: the exit code is 0', async () => {
  const running = await startProcess({ DATABASE_URL: server.databaseUrl });
  const silent = connect(Number(new URL(running.url).port), '127.0.0.1');
  await once(silent, 'connect');
  silent.on('error', () => {});
  expect((await fetch(`${running.url}/readyz`)).status).toBe(200);
  expect(await running.end('SIGINT')).toBe(0);
});

test('five processes that start at once on one empty database all come up, and stop', async () => {
  const empty = await createTestDatabase({ empty: true });
  try {
    const all = await Promise.all(
      Array.from({ length: 5 }, () => startProcess({ DATABASE_URL: empty.url, DATABASE_POOL_SIZE: '2' })),
    );
    const ready = await Promise.all(all.map(({ url }) => fetch(`${url}/readyz`)));
    expect(ready.map((answer) => answer.status)).toEqual([200, 200, 200, 200, 200]);
    const codes = await Promise.all(all.map((each) => each.end('SIGTERM')));
    expect(codes).toEqual([0, 0, 0, 0, 0]);
  } finally {
    await endProcesses();
    await empty.drop();
  }
});

test('what is wrong with the environment is said in words, with exit code 1', async () => {
  const wrong = launch({ NODE_ENV: 'production', JWT_KEYS: '', SAMPLE_DATA: '' });
  expect(await wrong.ended).toBe(1);
  expect(wrong.output()).toMatch(/DATABASE_URL: .*\n.*JWT_SECRET.*openssl/);
  expect(wrong.output()).not.toMatch(/ at .*\.ts/);
});

test('a port that is taken is said in words, with exit code 1', async () => {
  const port = new URL(server.url).port;
  const second = launch({ DATABASE_URL: server.databaseUrl, PORT: port });
  expect(await second.ended).toBe(1);
  expect(second.output()).toContain(port);
  expect(second.output()).not.toMatch(/ at .*\.ts/);
});
