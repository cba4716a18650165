import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startEmbeddedPostgres, type EmbeddedServer } from '../../src/db/embedded/start.ts';
import { migrate } from '../../src/db/migrate.ts';
import { makeFastFolder } from '../setup/fast-folder.ts';
import { confirmedOrder, stockedVariant, work } from '../setup/fixtures.ts';
import { asker, startTestServerOn, type TestServer } from '../setup/server.ts';
import { waitUntil } from '../setup/wait-until.ts';
import { follow } from '../subscriptions/live-client.ts';
import { startLiveServer, type LiveServer } from '../subscriptions/live-server.ts';
import { storedChanges, toldChanges } from '../subscriptions/stored-changes.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

/** A PostgreSQL of its own, so that it can be taken away. */
let folder: string;
let postgresServer: EmbeddedServer;
let server: TestServer;
let live: LiveServer;

const startPostgres = () => startEmbeddedPostgres({ dataDirectory: path.join(folder, 'data') });

beforeAll(async () => {
  folder = await makeFastFolder();
  postgresServer = await startPostgres();
  await migrate(postgresServer.url);
  server = await startTestServerOn({ url: postgresServer.url, drop: async () => {} });
  live = await startLiveServer(postgresServer.url);
});
afterAll(async () => {
  await live?.stop();
  await server?.stop();
  await postgresServer?.stop();
  await rm(folder, { recursive: true, force: true });
});

const probe = async (name: string): Promise<{ status: number; body: unknown }> => {
  const answer = await fetch(`${live.url}/${name}`);
  return { status: answer.status, body: await answer.json() };
};

test('without PostgreSQL it says so and stays alive; when it is back, everything goes on by itself', async () => {
  const { sku } = await stockedVariant(server, { LONDON: 10 });
  const ask = asker(live.url, server.tokens.order_manager);
  const follower = follow({ url: live.url, token: server.tokens.warehouse_staff });
  await waitUntil(() => live.eventLog.statistics().subscribers === 1, 'the subscriber is registered');
  const { fulfillments } = await confirmedOrder(server, [{ sku, quantity: 1 }]);
  await follower.received(1);
  expect(await probe('readyz')).toEqual({ status: 200, body: { status: 'ready' } });

  for (let round = 1; round <= 2; round += 1) {
    await postgresServer.stop();
    const away = await probe('readyz');
    expect(away).toEqual({
      status: 503,
      body: { status: 'unavailable', reason: 'the database does not answer' },
    });
    expect(await probe('healthz')).toEqual({ status: 200, body: { status: 'ok' } });
    for (const operation of [
      '{ orders(first: 1) { nodes { id } } }',
      `mutation { startPicking(input: { fulfillmentId: "${fulfillments[0]!.id}" }) { userErrors { code } } }`,
    ]) {
      const { errors } = await ask(operation);
      expect(errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE', retryable: true } }]);
      expect(JSON.stringify(errors)).not.toMatch(/select|ECONNREFUSED|127\.0\.0\.1|stack/i);
    }
    await waitUntil(() => live.eventLog.statistics().failedReads > 0, 'the log cannot be read');
    expect(live.eventLog.statistics().subscribers).toBe(1);

    postgresServer = await startPostgres();
    await waitUntil(async () => (await probe('readyz')).status === 200, 'it is ready again');
    await waitUntil(async () => (await ask('{ viewer { id } }')).errors === undefined, 'it answers again');
    const order = await confirmedOrder(server, [{ sku, quantity: 1 }]);
    await work(server, order.fulfillments[0]!.id, 'startPicking');
    await follower.received(1 + 2 * round);
  }
  // The same subscription, on the same socket.
  expect(follower.connections()).toBe(1);
  expect(toldChanges(follower.events)).toEqual(
    await storedChanges(postgresServer.url, live.eventLog.cursors),
  );
  follower.unsubscribe();
});
