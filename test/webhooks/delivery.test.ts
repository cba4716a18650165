import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { confirmedOrder, mutate, placeOrder, stockedVariant, work, type Stocked } from '../setup/fixtures.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { waitUntil } from '../setup/wait-until.ts';
import { addEndpoint, deliveries, eventsOf, findEndpoint, makeDue, startSender, update } from './arrange.ts';
import { startReceiver, verified, type Answer, type Receiver } from './receiver.ts';

vi.setConfig({ testTimeout: 120_000 });

let server: TestServer;
let mug: Stocked;
beforeAll(async () => {
  server = await startTestServer();
  mug = await stockedVariant(server, { LONDON: 1_000, LEEDS: 1_000 });
});
afterAll(() => server.stop());

const open: { stop(): Promise<void> }[] = [];
const receiverWith = async (answer?: Answer): Promise<Receiver> => {
  const receiver = await startReceiver(answer);
  open.push(receiver);
  return receiver;
};
const sender = (): void => void open.push(startSender(server));
afterEach(async () => {
  for (const each of open.splice(0).toReversed()) await each.stop();
  const { data } = await server.as.order_manager('{ webhookEndpoints { id } }');
  for (const { id } of data.webhookEndpoints) {
    await mutate(server.as.order_manager, 'deleteWebhookEndpoint', { endpointId: id }, 'deletedEndpointId');
  }
});

const place = (extra?: object) => placeOrder(server, [{ sku: mug.sku, quantity: 1 }], extra);
const confirm = (extra?: object) => confirmedOrder(server, [{ sku: mug.sku, quantity: 1 }], extra);
const note = async (orderId: string): Promise<void> => {
  await mutate(server.as.order_manager, 'addNote', { orderId, note: 'x', isInternal: true }, 'note { id }');
};
const idsOf = (receiver: Receiver) => receiver.received.map(({ headers }) => headers['webhook-id']);
const ofOrder = (receiver: Receiver, orderId: string) =>
  receiver.received.filter(({ event }) => event.data['orderId'] === orderId);

test('every event of the log arrives once, in order, signed, with identifiers and statuses alone', async () => {
  const receiver = await receiverWith();
  const { id: endpointId, secret } = await addEndpoint(server, receiver.url);
  sender();
  const order = await confirm();
  const [fulfillment] = order.fulfillments;
  await work(server, fulfillment!.id, 'deliverFulfillment');
  const events = await eventsOf(server, order.id);
  await waitUntil(() => receiver.received.length >= events.length, 'all are received');
  await waitUntil(
    async () => (await deliveries(server, { endpointId, statuses: ['PENDING'] })).length === 0,
    'all are on record',
  );
  expect(idsOf(receiver)).toEqual(events);
  for (const received of receiver.received) {
    expect(verified(secret, received)).toEqual(received.event);
    expect(received.headers['content-type']).toBe('application/json');
  }
  const shipped = receiver.received.find(({ event }) => event.type === 'fulfillment.shipped')!;
  expect(shipped.event).toEqual({
    type: 'fulfillment.shipped',
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    version: 1,
    data: {
      eventId: shipped.headers['webhook-id'],
      action: 'SHIPPED',
      orderId: order.id,
      orderNumber: order.number,
      channel: 'ECOMMERCE',
      orderStatus: expect.any(String),
      fulfillmentId: fulfillment!.id,
      locationCode: fulfillment!.location.code,
      oldStatus: 'READY_TO_SHIP',
      newStatus: 'SHIPPED',
    },
  });
  expect(receiver.received.map(({ event }) => event.type)).toEqual(
    expect.arrayContaining(['order.created', 'order.confirmed', 'order.shipped', 'order.delivered']),
  );
  expect(receiver.received.map(({ body }) => body).join('')).not.toMatch(/Ada |Buyer|Minor|GBP/);
  expect(await deliveries(server, { endpointId })).toMatchObject(
    events.map((eventId) => ({
      eventId,
      status: 'DELIVERED',
      attempts: 1,
      lastStatusCode: 204,
      lastError: null,
    })),
  );
});

test('an endpoint hears of what happens after it was created, and of nothing before', async () => {
  const receiver = await receiverWith();
  const order = await place();
  const before = await eventsOf(server, order.id);
  await addEndpoint(server, receiver.url);
  sender();
  await note(order.id);
  await waitUntil(() => receiver.received.length > 0, 'the note is told');
  expect(idsOf(receiver)).toEqual((await eventsOf(server, order.id)).slice(before.length));
});

test('filters: all that are given must hold', async () => {
  const receiver = await receiverWith();
  const at = (path: string) => receiver.url.replace('/orders', path);
  await addEndpoint(server, at('/confirmed'), { actions: ['CONFIRMED'] });
  await addEndpoint(server, at('/wholesale'), { channels: ['WHOLESALE'] });
  await addEndpoint(server, at('/leeds'), { locationCodes: ['LEEDS'], actions: ['SHIPPED'] });
  await addEndpoint(server, at('/statuses'), { orderStatuses: ['SHIPPED', 'CANCELLED'] });
  sender();
  const london = await confirmedOrder(server, [{ sku: mug.sku, quantity: 1, locationCode: 'LONDON' }]);
  const leeds = await confirmedOrder(server, [{ sku: mug.sku, quantity: 1, locationCode: 'LEEDS' }], {
    channel: 'WHOLESALE',
  });
  for (const { fulfillments } of [london, leeds]) await work(server, fulfillments[0]!.id, 'shipFulfillment');
  await note(london.id);
  const of = (path: string) =>
    receiver.received
      .filter((each) => each.path === path)
      .map(({ event }) => `${event.type} ${event.data['orderId']} ${event.data['newStatus']}`)
      .toSorted();
  const wholesale = (await eventsOf(server, leeds.id)).length;
  await waitUntil(
    () =>
      of('/wholesale').length === wholesale &&
      of('/statuses').length === 2 &&
      of('/confirmed').length === 2 &&
      of('/leeds').length === 1,
    'all are told',
  );
  expect(of('/confirmed')).toEqual(
    [london, leeds].map(({ id }) => `order.confirmed ${id} CONFIRMED`).toSorted(),
  );
  expect(of('/wholesale').every((line) => line.includes(leeds.id))).toBe(true);
  expect(of('/leeds')).toEqual([`fulfillment.shipped ${leeds.id} SHIPPED`]);
  expect(of('/statuses')).toEqual([london, leeds].map(({ id }) => `order.shipped ${id} SHIPPED`).toSorted());
});

test('while one event is tried again the later ones of its order wait, and other orders go on', async () => {
  const first = await place();
  const second = await place();
  let failures = 3;
  const receiver = await receiverWith(({ event }) => {
    if (event.data['orderId'] !== first.id || failures === 0) return 204;
    failures -= 1;
    return 503;
  });
  const { id: endpointId } = await addEndpoint(server, receiver.url);
  sender();
  for (const { id } of [first, first, first, second, second]) await note(id);
  await waitUntil(() => ofOrder(receiver, second.id).length === 2, 'the other order goes on');
  await waitUntil(async () => {
    const [oldest] = await deliveries(server, { endpointId, orderId: first.id });
    return oldest?.attempts === 1;
  }, 'the first attempt is on record');
  const [oldest, ...later] = await deliveries(server, { endpointId, orderId: first.id });
  expect(oldest).toMatchObject({ status: 'PENDING', lastStatusCode: 503, lastError: 'It answered 503.' });
  expect(later).toMatchObject([
    { status: 'PENDING', attempts: 0 },
    { status: 'PENDING', attempts: 0 },
  ]);
  // They are not looked at before it is their turn.
  for (const { nextAttemptAt } of later) {
    expect(Date.parse(nextAttemptAt!)).toBeGreaterThanOrEqual(Date.parse(oldest!.nextAttemptAt!));
  }
  await note(first.id);
  await waitUntil(
    async () => (await deliveries(server, { endpointId, orderId: first.id })).length === 4,
    'a later one has come',
  );
  const [latest] = (await deliveries(server, { endpointId, orderId: first.id })).slice(-1);
  expect(Date.parse(latest!.nextAttemptAt!)).toBeGreaterThanOrEqual(Date.parse(oldest!.nextAttemptAt!));
  await waitUntil(async () => {
    await makeDue(server, endpointId);
    return (await deliveries(server, { endpointId, statuses: ['PENDING'] })).length === 0;
  }, 'it has recovered');
  const [retried, ...rest] = (await eventsOf(server, first.id)).slice(-4);
  const got = ofOrder(receiver, first.id).map(({ headers }) => headers['webhook-id']);
  expect(got).toEqual([retried, retried, retried, retried, ...rest]);
  // The same message at each attempt, byte for byte.
  expect(
    new Set(
      ofOrder(receiver, first.id)
        .slice(0, 4)
        .map(({ body }) => body),
    ).size,
  ).toBe(1);
});

test('a receiver that never answers delays no other, and is asked for little at once', async () => {
  const silent = await receiverWith(() => new Promise(() => {}));
  const lively = await receiverWith();
  await addEndpoint(server, silent.url);
  await addEndpoint(server, lively.url);
  await Promise.all(Array.from({ length: 12 }, () => place()));
  sender();
  await waitUntil(() => silent.open === 8, 'all places of the silent one are taken');
  const late = await place();
  const events = await eventsOf(server, late.id);
  await waitUntil(() => ofOrder(lively, late.id).length === events.length, 'the lively one is told');
  expect(silent.mostOpen).toBe(8);
  // None of the requests to the silent one has come to its end.
  expect(silent.open).toBe(8);
});

test('what happens while an endpoint is switched off is sent when it is switched on', async () => {
  const receiver = await receiverWith();
  const { id: endpointId } = await addEndpoint(server, receiver.url);
  sender();
  const off = await update(server, { endpointId, active: false });
  expect(off.endpoint).toMatchObject({ active: false, disabledReason: 'BY_MANAGER' });
  const order = await place();
  const other = await receiverWith();
  await addEndpoint(server, other.url);
  await note(order.id);
  await waitUntil(() => other.received.length > 0, 'another one is told');
  expect(receiver.received).toEqual([]);
  const on = await update(server, { endpointId, active: true });
  expect(on.endpoint).toMatchObject({ active: true, disabledAt: null, disabledReason: null });
  const events = await eventsOf(server, order.id);
  await waitUntil(() => receiver.received.length === events.length, 'it is told of what it has missed');
  expect(idsOf(receiver)).toEqual(events);
  expect(await findEndpoint(server, endpointId)).toMatchObject({ version: 3 });
});
