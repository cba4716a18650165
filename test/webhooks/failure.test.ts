import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { openMailer, type Mailer } from '../../src/mail/mailer.ts';
import { pruneWebhookDeliveries } from '../../src/jobs/maintenance.repository.ts';
import { pausesSeconds } from '../../src/webhooks/webhook-schedule.ts';
import { startMailServer, type MailServer } from '../mail/mail-server.ts';
import { mutate, placeOrder, stockedVariant } from '../setup/fixtures.ts';
import { localReceivers, startTestServer, startTestWorker, type TestServer } from '../setup/server.ts';
import { waitUntil } from '../setup/wait-until.ts';
import { addEndpoint, deliveries, eventsOf, findEndpoint, makeDue, update } from './arrange.ts';
import { startReceiver, type Receiver } from './receiver.ts';

vi.setConfig({ testTimeout: 120_000 });

let server: TestServer;
let mailServer: MailServer;
let mailer: Mailer;
let receiver: Receiver;
let sku: string;
beforeAll(async () => {
  mailServer = await startMailServer();
  mailer = openMailer({ url: mailServer.url, from: 'orders@shop.example', log: { info() {} } });
  server = await startTestServer({ worker: { mailer, webhooks: localReceivers } });
  receiver = await startReceiver();
  ({ sku } = await stockedVariant(server, { LONDON: 1_000 }));
  // One who has left, and is told nothing.
  await server.database.transaction((transaction) =>
    transaction.execute(sql`
      insert into users (email, display_name, role, password_hash, active)
      values ('former@test.example', 'Former manager', 'order_manager', 'x', false)`),
  );
});
afterAll(async () => {
  await server.stop();
  await receiver.stop();
  mailer.close();
  await mailServer.stop();
});
afterEach(async () => {
  receiver.answer = () => 204;
  receiver.received.length = 0;
  mailServer.received.length = 0;
  const { data } = await server.as.order_manager('{ webhookEndpoints { id } }');
  for (const { id } of data.webhookEndpoints) {
    await mutate(server.as.order_manager, 'deleteWebhookEndpoint', { endpointId: id }, 'deletedEndpointId');
  }
});

const place = () => placeOrder(server, [{ sku, quantity: 1 }]);
const isDisabled = async (id: string) => (await findEndpoint(server, id)).active === false;
/** Of the mails only those to managers: the customers have theirs. */
const mailsToManagers = () => mailServer.received.filter(({ to }) => to[0] !== 'ada@buyer.example');

test('an event that is refused for more than a day: the endpoint is disabled, and the managers are told', async () => {
  receiver.answer = () => 500;
  const { id: endpointId } = await addEndpoint(server, receiver.url, { actions: ['CREATED'] });
  const order = await place();
  const only = async () => (await deliveries(server, { endpointId }))[0];
  for (const [index, pause] of pausesSeconds.entries()) {
    await waitUntil(async () => (await only())?.attempts === index + 1, `attempt ${index + 1} is on record`);
    const [row] = await server.database.read.execute<{ seconds: number }>(sql`
      select extract(epoch from next_attempt_at - last_attempt_at)::double precision as seconds
      from webhook_deliveries where endpoint_id = ${endpointId}::uuid`);
    expect(row!.seconds).toBeGreaterThanOrEqual(pause * 0.9 - 0.001);
    expect(row!.seconds).toBeLessThanOrEqual(pause * 1.1 + 0.001);
    expect(await isDisabled(endpointId)).toBe(false);
    await makeDue(server, endpointId);
  }
  await waitUntil(() => isDisabled(endpointId), 'it is disabled');
  expect(await findEndpoint(server, endpointId)).toMatchObject({
    disabledAt: expect.any(String),
    disabledReason: 'ATTEMPTS_EXHAUSTED',
    version: 2,
  });
  expect(await only()).toMatchObject({ status: 'FAILED', attempts: 8, nextAttemptAt: null });
  expect(receiver.received).toHaveLength(8);
  expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);

  await waitUntil(() => mailsToManagers().length > 0, 'the manager is told');
  const [mail] = mailsToManagers();
  expect(mail!.to).toEqual(['order_manager@test.example']);
  expect(mail!.headers['subject']![0]).toMatch(/^Events are no longer sent to 127\.0\.0\.1:\d+$/);
  expect(mail!.text).toContain(endpointId);
  expect(mail!.text).toContain('all attempts to deliver an event have failed');
  expect(mail!.text).not.toContain('/orders');

  // Mended, sent again by hand, and switched on: nothing is lost, and nothing is out of order.
  receiver.answer = () => 204;
  receiver.received.length = 0;
  const later = await place();
  const failedSince = '2026-01-01T00:00:00Z';
  const again = await mutate(
    server.as.order_manager,
    'redeliverWebhook',
    { endpointId, failedSince },
    'redelivered',
  );
  expect(again).toMatchObject({ redelivered: 1, userErrors: [] });
  await update(server, { endpointId, active: true });
  await waitUntil(() => receiver.received.length === 2, 'both are received');
  const got = receiver.received.map(({ event }) => event.data['orderId']);
  expect(got.toSorted()).toEqual([order.id, later.id].toSorted());
  expect(mailsToManagers()).toHaveLength(1);
  expect(mailServer.tried).not.toContain('former@test.example');
});

test('410 Gone disables at once; what else was to be sent waits', async () => {
  const { id: endpointId } = await addEndpoint(server, receiver.url);
  receiver.answer = () => 410;
  const order = await place();
  const events = await eventsOf(server, order.id);
  await waitUntil(() => isDisabled(endpointId), 'it is disabled');
  expect(await findEndpoint(server, endpointId)).toMatchObject({ disabledReason: 'GONE' });
  expect(await deliveries(server, { endpointId })).toMatchObject(
    events.map((eventId, index) => ({
      eventId,
      status: index === 0 ? 'FAILED' : 'PENDING',
      attempts: index === 0 ? 1 : 0,
    })),
  );
  await waitUntil(() => mailsToManagers().length > 0, 'the manager is told');
  expect(mailsToManagers()[0]!.text).toContain('410 Gone');
});

test('one delivery is sent again by hand, with the same id and body', async () => {
  const { id: endpointId } = await addEndpoint(server, receiver.url, { actions: ['CREATED'] });
  await place();
  await waitUntil(
    async () => (await deliveries(server, { endpointId, statuses: ['DELIVERED'] })).length === 1,
    'it is delivered',
  );
  const deliveryId = (await deliveries(server, { endpointId }))[0]!.id;
  await mutate(server.as.order_manager, 'redeliverWebhook', { deliveryId }, 'redelivered');
  await waitUntil(() => receiver.received.length === 2, 'it comes again');
  const [first, second] = receiver.received;
  expect(second!.headers['webhook-id']).toBe(first!.headers['webhook-id']);
  expect(second!.body).toBe(first!.body);
});

test('an address that is private is not asked where that is refused; the log says why', async () => {
  const strict = await startTestServer();
  const worker = startTestWorker({
    databaseUrl: strict.databaseUrl,
    database: strict.database,
    mailer,
    webhooks: { allowPrivateAddresses: false, allowHttp: true },
  });
  try {
    const { id: endpointId } = await addEndpoint(strict, receiver.url);
    const { sku: mug } = await stockedVariant(strict, { LONDON: 1 });
    await placeOrder(strict, [{ sku: mug, quantity: 1 }]);
    await waitUntil(
      async () => (await deliveries(strict, { endpointId })).some(({ attempts }) => attempts > 0),
      'it was tried',
    );
    expect((await deliveries(strict, { endpointId }))[0]).toMatchObject({
      status: 'PENDING',
      lastStatusCode: null,
      lastError: 'The name leads to a private address, and webhooks are not sent to those.',
    });
    expect(receiver.received).toEqual([]);
  } finally {
    await worker.stop();
    await strict.stop();
  }
});

test('deliveries that are done are deleted after 30 days; what waits is not', async () => {
  const { id: endpointId } = await addEndpoint(server, receiver.url);
  await update(server, { endpointId, active: false });
  const { id: orderId } = await place();
  await server.database.transaction((transaction) =>
    transaction.execute(sql`
      insert into webhook_deliveries (endpoint_id, order_id, event_id, transaction_id, position, event_type, payload,
        status, created_at)
      select ${endpointId}::uuid, ${orderId}::uuid, gen_random_uuid(), '1'::xid8, number, status || days, '{}',
        status::webhook_delivery_status, now() - make_interval(days => days)
      from unnest(array['pending', 'delivered', 'failed']) as status, unnest(array[29, 31]) as days,
        generate_series(1, 1) as number`),
  );
  expect(await pruneWebhookDeliveries(server.database)).toBe(2);
  const left = (await deliveries(server, { endpointId })).map(({ eventType }) => eventType).toSorted();
  expect(left).toEqual(['delivered29', 'failed29', 'pending29', 'pending31']);
});
