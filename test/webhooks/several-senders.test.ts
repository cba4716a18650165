import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { recordHistory } from '../../src/history/record-history.ts';
import { endProcesses, startProcess } from '../operations/server-process.ts';
import { mutate, placeOrder, stockedVariant } from '../setup/fixtures.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { waitUntil } from '../setup/wait-until.ts';
import { addEndpoint, deliveries, eventsOf, startSender } from './arrange.ts';
import { startReceiver, type Receiver } from './receiver.ts';

vi.setConfig({ testTimeout: 180_000 });

let server: TestServer;
let receiver: Receiver;
let sku: string;
beforeAll(async () => {
  server = await startTestServer();
  receiver = await startReceiver();
  ({ sku } = await stockedVariant(server, { LONDON: 1_000 }));
});
afterAll(async () => {
  await endProcesses();
  await server.stop();
  await receiver.stop();
});

const open: { stop(): Promise<void> }[] = [];
const sender = () => {
  const started = startSender(server);
  open.push(started);
  return started;
};
afterEach(async () => {
  for (const each of open.splice(0)) await each.stop();
  receiver.answer = () => 204;
  const { data } = await server.as.order_manager('{ webhookEndpoints { id } }');
  for (const { id } of data.webhookEndpoints) {
    await mutate(server.as.order_manager, 'deleteWebhookEndpoint', { endpointId: id }, 'deletedEndpointId');
  }
  receiver.received.length = 0;
});

const place = () => placeOrder(server, [{ sku, quantity: 1 }]);
const note = (orderId: string) =>
  mutate(server.as.order_manager, 'addNote', { orderId, note: 'x', isInternal: true }, 'note { id }');
const idsOf = (orderId: string) =>
  receiver.received
    .filter(({ event }) => event.data['orderId'] === orderId)
    .map(({ headers }) => headers['webhook-id']);
const isAllDelivered = async (endpointId: string, count: number): Promise<boolean> => {
  const [row] = await server.database.read.execute<{ count: number }>(sql`
    select count(*)::integer as count from webhook_deliveries
    where endpoint_id = ${endpointId}::uuid and status = 'delivered'`);
  return row!.count === count;
};

test('three senders: every event once, and those of an order in order', async () => {
  const { id: endpointId } = await addEndpoint(server, receiver.url);
  const senders = [sender(), sender(), sender()];
  const orders = await Promise.all(Array.from({ length: 10 }, place));
  for (let round = 0; round < 5; round += 1) await Promise.all(orders.map(({ id }) => note(id)));
  const events = await Promise.all(orders.map(({ id }) => eventsOf(server, id)));
  const count = events.flat().length;
  await waitUntil(() => isAllDelivered(endpointId, count), 'all are delivered', 60_000);
  expect(receiver.received).toHaveLength(count);
  for (const [index, { id }] of orders.entries()) expect(idsOf(id)).toEqual(events[index]);
  expect(receiver.mostOpen).toBeLessThanOrEqual(8);
  const statistics = await Promise.all(senders.map((each) => each.statistics()));
  expect(statistics.reduce((sum, { delivered }) => sum + delivered, 0)).toBe(count);
  expect(statistics[0]).toMatchObject({
    retried: 0,
    failed: 0,
    disabled: 0,
    pending: 0,
    oldestPendingSeconds: 0,
  });
});

test('an event of a transaction that began earlier and commits later is not lost', async () => {
  const slow = await place();
  const quick = await place();
  const { id: endpointId } = await addEndpoint(server, receiver.url, { actions: ['EDITED', 'NOTE_ADDED'] });
  sender();
  const performer = { userId: null, ipAddress: null, userAgent: null };
  const entry = { orderId: slow.id, action: 'edited' as const, description: 'x' };
  await server.database.transaction(async (transaction) => {
    await recordHistory(transaction, performer, [{ ...entry, occurredAt: '2026-11-23T01:00:00Z' }]);
    await note(quick.id);
    // Committed, and yet not told: the one that is still open comes before it.
    const [row] = await server.database.read.execute<{ held: boolean }>(sql`
      select max(transaction_id::text::bigint) >= pg_snapshot_xmin(pg_current_snapshot())::text::bigint as held
      from order_history where order_id = ${quick.id}::uuid`);
    expect(row!.held).toBe(true);
  });
  await waitUntil(() => isAllDelivered(endpointId, 2), 'both are delivered');
  expect(idsOf(slow.id)).toEqual((await eventsOf(server, slow.id)).slice(-1));
  expect(idsOf(quick.id)).toEqual((await eventsOf(server, quick.id)).slice(-1));
});

test('a worker that is killed while a receiver has the request leaves it to the others, with the same id', async () => {
  const { id: endpointId } = await addEndpoint(server, receiver.url, { actions: ['CREATED'] });
  receiver.answer = () => new Promise(() => {});
  const running = await startProcess({
    DATABASE_URL: server.databaseUrl,
    WEBHOOK_ALLOW_PRIVATE_ADDRESSES: 'true',
  });
  await place();
  await waitUntil(() => receiver.received.length > 0, 'the receiver has it', 60_000);
  await running.end('SIGKILL');
  expect(await deliveries(server, { endpointId })).toMatchObject([{ status: 'PENDING', attempts: 0 }]);
  receiver.answer = () => 204;
  sender();
  await server.database.transaction((transaction) =>
    transaction.execute(sql`update webhook_deliveries set locked_until = now() - interval '1 second'`),
  );
  await waitUntil(() => isAllDelivered(endpointId, 1), 'it is delivered');
  const [first, second, ...more] = receiver.received;
  expect(second!.headers['webhook-id']).toBe(first!.headers['webhook-id']);
  expect(second!.body).toBe(first!.body);
  expect(more).toEqual([]);
});

test('a sender whose lease has ended does not overwrite what the next one has recorded', async () => {
  const { id: endpointId } = await addEndpoint(server, receiver.url, { actions: ['CREATED'] });
  let refuse: (status: number) => void = () => {};
  receiver.answer = () =>
    receiver.received.length === 1 ? new Promise((resolve) => (refuse = resolve)) : 204;
  const paused = sender();
  await place();
  await waitUntil(() => receiver.received.length === 1, 'the first has sent it');
  await server.database.transaction((transaction) =>
    transaction.execute(sql`update webhook_deliveries set locked_until = now() - interval '1 second'`),
  );
  await waitUntil(() => isAllDelivered(endpointId, 1), 'it is delivered by another request');
  refuse(500);
  await paused.stop();
  expect(await deliveries(server, { endpointId })).toMatchObject([
    { status: 'DELIVERED', attempts: 1, lastStatusCode: 204, lastError: null },
  ]);
});

test('a stop gives back what a receiver does not answer', async () => {
  const { id: endpointId } = await addEndpoint(server, receiver.url, { actions: ['CREATED'] });
  receiver.answer = () => new Promise(() => {});
  const first = sender();
  await place();
  await waitUntil(() => receiver.received.length === 1, 'the receiver has it');
  await first.stop();
  receiver.answer = () => 204;
  sender();
  await waitUntil(() => isAllDelivered(endpointId, 1), 'it is delivered without waiting for a lease');
  expect(receiver.received).toHaveLength(2);
});
