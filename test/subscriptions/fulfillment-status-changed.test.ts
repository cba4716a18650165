import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { customers } from '../../src/db/tables/customers.ts';
import { confirmedOrder, mutate, stockedVariant, work, type ConfirmedOrder } from '../setup/fixtures.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { waitUntil } from '../setup/wait-until.ts';
import { follow, type Followed, type StatusEvent } from './live-client.ts';
import { startLiveServer, type LiveServer } from './live-server.ts';

// Limits, not expectations: the machine may be busy with other files.
vi.setConfig({ testTimeout: 120_000 });

/** The changes are made through one server, and followed at another one on the same database. */
let server: TestServer;
let live: LiveServer;
let sku: string;
const followers: Followed[] = [];

beforeAll(async () => {
  server = await startTestServer();
  live = await startLiveServer(server.databaseUrl);
  sku = (await stockedVariant(server, { LONDON: 500, LEEDS: 500 })).sku;
});
afterEach(async () => {
  for (const follower of followers.splice(0)) follower.unsubscribe();
  await waitUntil(() => live.eventLog.statistics().subscribers === 0, 'nobody is subscribed');
});
afterAll(async () => {
  await live?.stop();
  await server?.stop();
});

type Viewer = 'order_manager' | 'warehouse_staff' | 'customer_service' | 'customer';

async function followAs(viewer: Viewer, filter: object | null = null): Promise<Followed> {
  const before = live.eventLog.statistics().subscribers;
  const follower = follow({ url: live.url, token: server.tokens[viewer], filter, retryAttempts: 0 });
  followers.push(follower);
  await waitUntil(() => live.eventLog.statistics().subscribers > before, 'the subscriber is registered');
  return follower;
}

const order = (locationCode = 'LONDON', extra: object = {}): Promise<ConfirmedOrder> =>
  confirmedOrder(server, [{ sku, quantity: 1, locationCode }], extra);
const changes = (events: readonly StatusEvent[]): string[] =>
  events.map(({ oldStatus, newStatus }) => `${oldStatus}>${newStatus}`);

/** The change that everybody here is told, so that whatever should have come before it has come. */
async function lastChange(all: Followed): Promise<string> {
  const { id } = await order();
  await waitUntil(() => all.events.some((event) => event.order?.id === id), 'the last change has come');
  return id;
}

describe('what is told', () => {
  test('every fulfillment that is made and each of its steps, with what it was and what it is', async () => {
    const follower = await followAs('warehouse_staff');
    const placed = await order();
    const [fulfillment] = placed.fulfillments;
    await work(server, fulfillment!.id, 'deliverFulfillment');
    await follower.received(6);
    expect(changes(follower.events)).toEqual([
      'null>PENDING',
      'PENDING>PICKING',
      'PICKING>PACKING',
      'PACKING>READY_TO_SHIP',
      'READY_TO_SHIP>SHIPPED',
      'SHIPPED>FULFILLED',
    ]);
    for (const event of follower.events) {
      expect(event.fulfillment).toMatchObject({ id: fulfillment!.id, number: fulfillment!.number });
      expect(event.order).toMatchObject({ id: placed.id, number: placed.number });
      expect(event.occurredAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/);
    }
    expect(new Set(follower.events.map((event) => event.cursor)).size).toBe(6);
    expect(follower.fieldErrors).toEqual([]);
  });

  test('not that packing begins: the status stays', async () => {
    const follower = await followAs('warehouse_staff');
    const placed = await order();
    await work(server, placed.fulfillments[0]!.id, 'startPacking');
    const last = await lastChange(follower);
    const ofThis = follower.events.filter((event) => event.order!.id !== last);
    expect(changes(ofThis)).toEqual(['null>PENDING', 'PENDING>PICKING', 'PICKING>PACKING']);
  });

  test('that a fulfillment is cancelled, with its order', async () => {
    const follower = await followAs('warehouse_staff');
    const placed = await order();
    await mutate(server.as.order_manager, 'cancelOrder', { orderId: placed.id }, 'order { id }');
    await follower.received(2);
    expect(changes(follower.events)).toEqual(['null>PENDING', 'PENDING>CANCELLED']);
    expect(follower.events[1]).toMatchObject({ fulfillment: { status: 'CANCELLED' } });
  });

  test('nested objects are at least as fresh as the event, however fast the changes come', async () => {
    const follower = await followAs('order_manager');
    const lifeline = ['PENDING', 'PICKING', 'PACKING', 'READY_TO_SHIP', 'SHIPPED', 'FULFILLED'];
    const placed = await Promise.all(Array.from({ length: 6 }, () => order()));
    await Promise.all(
      placed.map(({ fulfillments }) => work(server, fulfillments[0]!.id, 'deliverFulfillment')),
    );
    await follower.received(36);
    for (const { newStatus, fulfillment, order: nested } of follower.events) {
      expect(lifeline.indexOf(fulfillment!.status)).toBeGreaterThanOrEqual(lifeline.indexOf(newStatus));
      if (newStatus === 'SHIPPED') expect(['SHIPPED', 'DELIVERED']).toContain(nested!.status);
    }
    const versions = new Map<string, number>();
    for (const { fulfillment } of follower.events) {
      expect(fulfillment!.version).toBeGreaterThanOrEqual(versions.get(fulfillment!.id) ?? 0);
      versions.set(fulfillment!.id, fulfillment!.version);
    }
  });

  test('a change that is refused is told to nobody', async () => {
    const follower = await followAs('warehouse_staff');
    const placed = await order();
    const refused = await mutate(
      server.as.warehouse_staff,
      'shipFulfillment',
      { fulfillmentId: placed.fulfillments[0]!.id, carrier: 'DPD', trackingNumber: 'T-1' },
      'fulfillment { id }',
    );
    expect(refused.userErrors).toMatchObject([{ code: 'INVALID_TRANSITION' }]);
    await lastChange(follower);
    expect(changes(follower.events)).toEqual(['null>PENDING', 'null>PENDING']);
  });
});

describe('filters', () => {
  test('by location, by order and by status, alone and together', async () => {
    const all = await followAs('warehouse_staff');
    const london = await order('LONDON');
    const leeds = await order('LEEDS');
    await all.received(2);
    const inLeeds = await followAs('warehouse_staff', { locationCode: 'LEEDS' });
    const ofOne = await followAs('warehouse_staff', { orderId: london.id.toUpperCase() });
    const packing = await followAs('warehouse_staff', { statuses: ['PACKING', 'CANCELLED'] });
    const both = await followAs('warehouse_staff', { locationCode: 'LEEDS', statuses: ['PICKING'] });
    const none = await followAs('warehouse_staff', { locationCode: 'LEEDS', orderId: london.id });
    const elsewhere = await followAs('warehouse_staff', { locationCode: 'NOWHERE' });
    await work(server, london.fulfillments[0]!.id, 'completePicking');
    await work(server, leeds.fulfillments[0]!.id, 'completePicking');
    await Promise.all([inLeeds.received(2), ofOne.received(2), packing.received(2), both.received(1)]);
    await lastChange(all);
    const told = (follower: Followed): string[] =>
      follower.events.map((event) => `${event.order!.number} ${event.newStatus}`);
    expect(told(inLeeds)).toEqual([`${leeds.number} PICKING`, `${leeds.number} PACKING`]);
    expect(told(ofOne)).toEqual([`${london.number} PICKING`, `${london.number} PACKING`]);
    expect(told(packing)).toEqual([`${london.number} PACKING`, `${leeds.number} PACKING`]);
    expect(told(both)).toEqual([`${leeds.number} PICKING`]);
    expect(told(none)).toEqual([]);
    expect(told(elsewhere)).toEqual([]);
  });

  test('by channel, and by who has it to do', async () => {
    const all = await followAs('warehouse_staff');
    const shop = await order('LONDON', { channel: 'ECOMMERCE' });
    const trade = await order('LONDON', { channel: 'WHOLESALE' });
    await all.received(2);
    const ofShop = await followAs('warehouse_staff', { channels: ['ECOMMERCE'] });
    const mine = await followAs('order_manager', {
      assignedToId: server.userIds.warehouse_staff.toUpperCase(),
    });
    const others = await followAs('order_manager', { assignedToId: server.userIds.order_manager });
    await mutate(
      server.as.order_manager,
      'assignFulfillment',
      { fulfillmentId: trade.fulfillments[0]!.id, userId: server.userIds.warehouse_staff },
      'fulfillment { id }',
    );
    await mutate(
      server.as.order_manager,
      'assignFulfillment',
      { fulfillmentId: shop.fulfillments[0]!.id, userId: server.userIds.order_manager },
      'fulfillment { id }',
    );
    await work(server, trade.fulfillments[0]!.id, 'completePicking');
    await mutate(server.as.order_manager, 'cancelOrder', { orderId: shop.id }, 'order { id }');
    await Promise.all([ofShop.received(1), mine.received(2), others.received(1)]);
    await lastChange(all);
    const told = (follower: Followed): string[] =>
      follower.events
        .filter((event) => [shop.number, trade.number].includes(event.order!.number))
        .map((event) => `${event.order!.number} ${event.newStatus}`);
    expect(told(ofShop)).toEqual([`${shop.number} CANCELLED`]);
    expect(told(mine)).toEqual([`${trade.number} PICKING`, `${trade.number} PACKING`]);
    expect(told(others)).toEqual([`${shop.number} CANCELLED`]);
  });

  test.each([
    [{ orderId: 'not-an-id' }, 'orderId'],
    [{ assignedToId: 'somebody' }, 'assignedToId'],
    [{ locationCode: '' }, 'locationCode'],
    [{ locationCode: 'X'.repeat(51) }, 'locationCode'],
  ])('a malformed one is refused before anything starts: %j', async (filter, field) => {
    const follower = follow({ url: live.url, token: server.tokens.warehouse_staff, filter });
    expect(await follower.ended).toMatchObject([
      { message: expect.stringContaining(field), extensions: { code: 'BAD_USER_INPUT' } },
    ]);
    expect(live.eventLog.statistics().subscribers).toBe(0);
  });

  test.each([[{ locationCode: 'LONDON' }], [{ assignedToId: '00000000-0000-4000-8000-000000000000' }]])(
    'a customer does not follow by what it is not shown: %j',
    async (filter) => {
      const follower = follow({ url: live.url, token: server.tokens.customer, filter });
      expect(await follower.ended).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
      expect(live.eventLog.statistics().subscribers).toBe(0);
    },
  );

  test('an unknown status is refused by GraphQL', async () => {
    const follower = follow({
      url: live.url,
      token: server.tokens.warehouse_staff,
      filter: { statuses: ['ASLEEP'] },
    });
    expect(await follower.ended).toMatchObject([{ message: expect.stringContaining('ASLEEP') }]);
  });
});

describe('who is told', () => {
  test('staff of everything, a customer only of their own orders', async () => {
    const [stranger] = await server.database.transaction((transaction) =>
      transaction
        .insert(customers)
        .values({ name: 'Bob Other', email: 'bob@other.example', kind: 'online' })
        .returning({ id: customers.id }),
    );
    const customer = await followAs('customer');
    const staff = await Promise.all(
      (['order_manager', 'warehouse_staff', 'customer_service'] as const).map((role) => followAs(role)),
    );
    await order('LONDON', { customerId: stranger!.id });
    const walkIn = await order('LONDON', { customerId: null });
    const own = await order('LONDON');
    await Promise.all([...staff.map((each) => each.received(3)), customer.received(1)]);
    expect(customer.events.map((event) => event.order!.number)).toEqual([own.number]);
    for (const each of staff) {
      expect(each.events).toHaveLength(3);
      expect(each.events[1]!.order!.number).toBe(walkIn.number);
    }
  });
});

describe('unsubscribing', () => {
  test('removes the subscriber at once, and so does the end of its socket', async () => {
    const first = await followAs('warehouse_staff');
    const second = await followAs('warehouse_staff', { locationCode: 'LEEDS' });
    expect(live.eventLog.statistics().subscribers).toBe(2);
    first.unsubscribe();
    await waitUntil(() => live.eventLog.statistics().subscribers === 1, 'one is left');
    second.disconnect();
    await waitUntil(() => live.eventLog.statistics().subscribers === 0, 'none is left');
    await order();
    expect([...first.events, ...second.events]).toEqual([]);
  });
});
