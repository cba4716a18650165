import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { confirmedOrder, mutate, type ConfirmedOrder } from '../setup/fixtures.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { waitUntil } from '../setup/wait-until.ts';
import { appendChanges } from './bulk-changes.ts';
import { follow, type Followed } from './live-client.ts';
import { startLiveServer, type LiveServer } from './live-server.ts';
import { openSubscribed, type RawSocket } from './raw-socket.ts';
import { storedChanges, toldChanges } from './stored-changes.ts';

// Limits, not expectations: the machine may be busy with other files.
vi.setConfig({ testTimeout: 120_000 });

let server: TestServer;
let live: LiveServer;
let large: ConfirmedOrder;
const followers: Followed[] = [];
const sockets: RawSocket[] = [];
beforeAll(async () => {
  server = await startTestServer();
  const skus = await manyVariants(50);
  large = await confirmedOrder(
    server,
    skus.map((sku) => ({ sku, quantity: 1, locationCode: 'LONDON' })),
  );
  live = await startLiveServer(server.databaseUrl);
});
afterEach(async () => {
  for (const follower of followers.splice(0)) follower.unsubscribe();
  for (const socket of sockets.splice(0)) socket.end();
  await registered(0);
});
afterAll(async () => {
  await live?.stop();
  await server?.stop();
});

async function manyVariants(count: number): Promise<string[]> {
  const skus = Array.from({ length: count }, (_, index) => `LARGE-${index}`);
  const variants = skus.map((sku) => ({
    sku,
    barcode: `BARCODE-${sku}`,
    name: `${sku} ${'with a long name '.repeat(8)}`.trim(),
    price: { amountMinor: 100, currency: 'GBP' },
  }));
  const { order_manager: manager } = server.as;
  const created = await mutate(manager, 'createProduct', { name: 'Large', variants }, 'product { id }');
  const stock = { locationCode: 'LONDON', lines: skus.map((sku) => ({ sku, quantity: 100 })) };
  const received = await mutate(manager, 'receiveStock', stock, 'stockLevels { onHand }');
  expect([...created.userErrors, ...received.userErrors]).toEqual([]);
  return skus;
}

/** Some ten kilobytes an event, so that a socket that is not read is full soon. */
const item = `id sku name quantity unitPrice { amountMinor currency } total { amountMinor currency }
  variant { id sku barcode name }`;
const largeEvents = `subscription ($after: String) { fulfillmentStatusChanged(after: $after) {
  cursor oldStatus newStatus fulfillment { id items { id orderItem { ${item} } } }
  order { id items(first: 50) { nodes { ${item} } } } } }`;

const briefEvents = `subscription { fulfillmentStatusChanged { cursor oldStatus newStatus } }`;
const longMs = 60_000;

const append = (count: number) => appendChanges(server.database, large.id, large.fulfillments[0]!.id, count);
const registered = (count: number) =>
  waitUntil(() => live.eventLog.statistics().subscribers === count, `${count} subscribers`);

function start(after: string | null): Followed {
  const follower = follow({ url: live.url, token: server.tokens.warehouse_staff, after });
  followers.push(follower);
  return follower;
}

async function openSocket(query: string): Promise<RawSocket> {
  const socket = await openSubscribed(live.url, server.tokens.warehouse_staff, query);
  sockets.push(socket);
  return socket;
}

/** But for the making of the fulfillment, which may still have been unread when the first one subscribed. */
function told(socket: RawSocket): { cursor: string; oldStatus: string | null; newStatus: string }[] {
  return socket.messages
    .filter((message) => message.type === 'next')
    .map((message) => message.payload.data.fulfillmentStatusChanged)
    .filter((event) => event.oldStatus !== null);
}

test('a socket that stops reading is cut off with 4503, delays nobody, and resumes without loss', async () => {
  const before = live.eventLog.statistics().cutOff;
  const stalled = await openSocket(largeEvents);
  await registered(1);
  const brief = await openSocket(briefEvents);
  await registered(2);
  const nested = start(null);
  await registered(3);
  await append(100);
  await waitUntil(() => told(stalled).length > 1, 'it reads');
  stalled.stopReading();
  // More than the buffers between us and its queue hold, and more at once than a healthy one has room for.
  await append(1_400);
  const stored = (await storedChanges(server.databaseUrl, live.eventLog.cursors)).slice(-1_500);
  await waitUntil(() => told(brief).length === 1_500, 'others have everything while it is not read', longMs);
  expect(told(brief).map((event) => event.cursor)).toEqual(stored.map(({ cursor }) => cursor));

  await waitUntil(() => live.eventLog.statistics().cutOff > before, 'it is cut off', longMs);
  stalled.readAgain();
  expect(await stalled.closed).toEqual({
    code: 4503,
    reason: 'Too slow: connect again and resume from your last cursor',
  });
  const seen = told(stalled);
  expect(seen.length).toBeLessThan(stored.length);
  expect(live.eventLog.statistics()).toMatchObject({ subscribers: 2, cutOff: before + 1 });
  const resumed = start(seen.at(-1)!.cursor);
  await resumed.received(stored.length - seen.length);
  const changesSeen = seen.map((event) => ({ ...event, fulfillment: large.fulfillments[0]! }));
  expect([...toldChanges(changesSeen), ...toldChanges(resumed.events)]).toEqual(stored);
  await nested.received(stored.length);
  expect(toldChanges(nested.events).slice(-stored.length)).toEqual(stored);
  expect(nested.connections()).toBe(1);
});

test('a socket that asks and asks without reading the answers is cut off too', async () => {
  const socket = await openSocket(briefEvents);
  await registered(1);
  socket.stopReading();
  const query =
    '{ __schema { types { name description fields { name description args { name description } } } } }';
  // The server closes it while it is not read, which ends its subscription at once.
  for (let asked = 0; asked < 2_000 && live.eventLog.statistics().subscribers > 0; asked += 10) {
    for (let index = 0; index < 10; index += 1) {
      socket.send({ type: 'subscribe', id: `query-${asked + index}`, payload: { query } });
    }
    await server.as.warehouse_staff('{ viewer { id } }');
  }
  await registered(0);
  socket.readAgain();
  expect(await socket.closed).toMatchObject({ code: 4503 });
  const answers = socket.messages.filter((message) => message.id?.startsWith('query-'));
  expect(answers.length).toBeGreaterThan(10);
  expect(answers.filter((answer) => answer.type === 'error' || answer.payload?.errors)).toEqual([]);
});
