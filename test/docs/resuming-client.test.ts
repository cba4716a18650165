import { afterAll, beforeAll, expect, test } from 'vitest';
import { placeOrder, stockedVariant } from '../setup/fixtures.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { waitUntil } from '../setup/wait-until.ts';
import { startLiveServer, type LiveServer } from '../subscriptions/live-server.ts';
import { followOrders } from './resuming-client.ts';

let server: TestServer;
let live: LiveServer;
beforeAll(async () => {
  server = await startTestServer();
  live = await startLiveServer(server.databaseUrl);
});
afterAll(async () => {
  await live?.stop();
  await server?.stop();
});

test('the client of the guide resumes over a restart, and is told when its cursor is of no use', async () => {
  const { sku } = await stockedVariant(server, { LONDON: 100 });
  const told: any[] = [];
  const token = async () => server.tokens.order_manager;
  const client = followOrders(live.url, token, (event) => told.push(event));
  await waitUntil(() => live.eventLog.statistics().subscribers === 1, 'it follows');
  const numbers: string[] = [];
  const place = async () => numbers.push((await placeOrder(server, [{ sku, quantity: 1 }])).number);
  await place();
  await waitUntil(() => told.length === 2, 'the first order');
  await live.stop();
  await place();
  live = await startLiveServer(server.databaseUrl, live.port);
  await waitUntil(() => told.length === 4, 'what it has missed', 60_000);
  await place();
  await waitUntil(() => told.length === 6, 'what comes');
  expect(told.map(({ order }) => order.number)).toEqual(numbers.flatMap((number) => [number, number]));
  client.end();

  const other = await startTestServer();
  const stranger = followOrders(
    other.url,
    async () => other.tokens.order_manager,
    (event) => told.push(event),
  );
  stranger.resumeFrom(told[0].cursor);
  await waitUntil(() => told.at(-1).ended !== undefined, 'it is told');
  expect(told.at(-1).ended).toMatchObject([{ extensions: { code: 'RESYNC_REQUIRED' } }]);
  await other.stop();
});
