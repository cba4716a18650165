import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { customers } from '../../src/db/tables/customers.ts';
import { publicActions } from '../../src/auth/visibility.ts';
import { confirmedOrder, mutate, placeOrder, stockedVariant, work } from '../setup/fixtures.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { waitUntil } from '../setup/wait-until.ts';
import { followOrders, type Followed, type FollowOptions, type OrderEvent } from './live-client.ts';
import { startLiveServer, type LiveServer } from './live-server.ts';

// Limits, not expectations: the machine may be busy with other files.
vi.setConfig({ testTimeout: 120_000 });

/** The changes are made through one server, and followed at another one on the same database. */
let server: TestServer;
let live: LiveServer;
let sku: string;
const followers: Followed<OrderEvent>[] = [];

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
type Options = Partial<FollowOptions> & { orderId?: string };

async function followAs(viewer: Viewer, options: Options = {}): Promise<Followed<OrderEvent>> {
  const before = live.eventLog.statistics().subscribers;
  const given = { url: live.url, token: server.tokens[viewer], retryAttempts: 0, ...options };
  const follower = followOrders(given);
  followers.push(follower);
  await waitUntil(() => live.eventLog.statistics().subscribers > before, 'the subscriber is registered');
  return follower;
}

const line = (locationCode = 'LONDON') => [{ sku, quantity: 1, locationCode }];
const idsOf = (follower: Followed<OrderEvent>): string[] => follower.events.map(({ entry }) => entry.id);

/** The ids of an order's history in the order of the log, as the database holds it. */
async function historyOf(orderId: string, condition = sql`true`): Promise<string[]> {
  const rows = await server.database.read.execute<{ id: string }>(sql`
    select id from order_history where order_id = ${orderId} and ${condition}
    order by transaction_id, position`);
  return rows.map(({ id }) => id);
}

/** An order that everybody here is told of, after which whatever should have come before it has come. */
async function expectNothingMore(all: Followed<OrderEvent>): Promise<void> {
  const last = await confirmedOrder(server, line());
  await waitUntil(() => all.events.some(({ order }) => order.id === last.id), 'the last order has come');
}

describe('what is told', () => {
  test('every entry of the history, once and in its order, with who did it', async () => {
    const follower = await followAs('order_manager');
    const placed = await confirmedOrder(server, line());
    await work(server, placed.fulfillments[0]!.id, 'deliverFulfillment');
    await mutate(
      server.as.order_manager,
      'addNote',
      { orderId: placed.id, note: 'Left with a neighbour', isInternal: true },
      'note { id }',
    );
    const expected = await historyOf(placed.id);
    expect(expected.length).toBeGreaterThan(10);
    await follower.received(expected.length);
    expect(idsOf(follower)).toEqual(expected);
    expect(follower.fieldErrors).toEqual([]);
    const stored = await server.as.order_manager(
      `query ($id: ID!) { order(id: $id) { history(first: 100) { nodes {
        id action oldStatus newStatus description additionalData performedBy { id } ipAddress createdAt } } } }`,
      { id: placed.id },
    );
    const byId = new Map(stored.data.order.history.nodes.map((node: { id: string }) => [node.id, node]));
    for (const { entry, occurredAt, order, fulfillment } of follower.events) {
      expect({ ...entry, createdAt: occurredAt }).toEqual(byId.get(entry.id));
      expect(order).toMatchObject({ id: placed.id, number: placed.number });
      if (entry.action === 'CREATED') expect(fulfillment).toBeNull();
    }
    const last = follower.events.at(-1)!;
    expect(last.entry).toMatchObject({
      action: 'NOTE_ADDED',
      performedBy: { id: server.userIds.order_manager },
    });
    expect(follower.events.some(({ fulfillment }) => fulfillment?.id === placed.fulfillments[0]!.id)).toBe(
      true,
    );
  });

  test('after a reconnection, what was missed, then what comes', async () => {
    const follower = await followAs('order_manager', { retryAttempts: 100 });
    const first = await placeOrder(server, line());
    await follower.received(2);
    follower.disconnect();
    const missed = await confirmedOrder(server, line());
    await waitUntil(() => follower.connections() > 1, 'it is connected again');
    const after = await placeOrder(server, line());
    const expected = [
      ...(await historyOf(first.id)),
      ...(await historyOf(missed.id)),
      ...(await historyOf(after.id)),
    ];
    await follower.received(expected.length);
    expect(idsOf(follower)).toEqual(expected);
  });
});

describe('filters', () => {
  test('by order, action, channel, status, location and assignee', async () => {
    const all = await followAs('order_manager');
    const london = await confirmedOrder(server, line('LONDON'), { channel: 'WHOLESALE' });
    const leeds = await confirmedOrder(server, line('LEEDS'), { channel: 'ECOMMERCE' });
    await mutate(
      server.as.order_manager,
      'assignOrder',
      { orderId: leeds.id, userId: server.userIds.customer_service },
      'order { id }',
    );
    const start = (await historyOf(london.id)).length + (await historyOf(leeds.id)).length;
    await all.received(start);
    const ofOne = await followAs('order_manager', { orderId: london.id.toUpperCase() });
    const follow = (filter: object): Promise<Followed<OrderEvent>> => followAs('order_manager', { filter });
    const wholesale = await follow({ channels: ['WHOLESALE'] });
    const shipped = await follow({ statuses: ['SHIPPED'] });
    const inLeeds = await follow({ locationCode: 'LEEDS' });
    const assigned = await follow({ assignedToId: server.userIds.customer_service.toUpperCase() });
    const packed = await follow({ actions: ['PACKED'], channels: ['ECOMMERCE'] });
    await work(server, london.fulfillments[0]!.id, 'shipFulfillment');
    await work(server, leeds.fulfillments[0]!.id, 'shipFulfillment');
    await expectNothingMore(all);

    const since = all.events.slice(start).filter(({ order }) => [london.id, leeds.id].includes(order.id));
    const idsWhere = (is: (event: OrderEvent) => boolean): string[] =>
      since.filter(is).map(({ entry }) => entry.id);
    const ofLondon = idsWhere(({ order }) => order.id === london.id);
    const ofLeeds = idsWhere(({ order }) => order.id === leeds.id);
    expect(ofLondon.length).toBeGreaterThan(5);
    expect(idsOf(ofOne)).toEqual(ofLondon);
    expect(idsOf(wholesale)).toEqual(ofLondon);
    expect(idsOf(assigned)).toEqual(ofLeeds);
    expect(idsOf(shipped)).toEqual(
      idsWhere(({ entry, fulfillment }) => fulfillment === null && entry.newStatus === 'SHIPPED'),
    );
    expect(shipped.events).toHaveLength(2);
    expect(idsOf(inLeeds)).toEqual(
      idsWhere(({ order, fulfillment }) => order.id === leeds.id && fulfillment !== null),
    );
    expect(inLeeds.events.length).toBeGreaterThan(3);
    expect(idsOf(packed)).toEqual(
      idsWhere(({ order, entry }) => order.id === leeds.id && entry.action === 'PACKED'),
    );
    expect(packed.events.length).toBeGreaterThan(0);
  });

  test.each([
    [{ orderId: 'not-an-id' }, 'orderId'],
    [{ filter: { locationCode: '' } }, 'locationCode'],
    [{ filter: { assignedToId: 'somebody' } }, 'assignedToId'],
    [{ after: 'x'.repeat(201) }, 'after'],
    [{ after: 'nonsense' }, 'after'],
  ])('a malformed one is refused before anything starts: %j', async (options, field) => {
    const follower = followOrders({ url: live.url, token: server.tokens.order_manager, ...options });
    expect(await follower.ended).toMatchObject([
      { message: expect.stringContaining(field), extensions: { code: 'BAD_USER_INPUT' } },
    ]);
    expect(live.eventLog.statistics().subscribers).toBe(0);
  });

  test.each([[{ locationCode: 'LONDON' }], [{ assignedToId: '00000000-0000-4000-8000-000000000000' }]])(
    'a customer does not follow what it is not shown: %j',
    async (filter) => {
      const follower = followOrders({ url: live.url, token: server.tokens.customer, filter });
      expect(await follower.ended).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    },
  );
});

describe('who is told', () => {
  test('managers and service all, with the origin for managers; a customer the milestones of own orders; no money for the warehouse', async () => {
    const [stranger] = await server.database.transaction((transaction) =>
      transaction
        .insert(customers)
        .values({ name: 'Bob Other', email: 'bob@other.example', kind: 'online' })
        .returning({ id: customers.id }),
    );
    const [manager, warehouse, service, customer] = await Promise.all(
      (['order_manager', 'warehouse_staff', 'customer_service', 'customer'] as const).map((role) =>
        followAs(role),
      ),
    );
    const foreign = await confirmedOrder(server, line(), { customerId: stranger!.id });
    const own = await confirmedOrder(server, line());
    await work(server, own.fulfillments[0]!.id, 'shipFulfillment');
    await mutate(
      server.as.order_manager,
      'addNote',
      { orderId: own.id, note: 'For us alone', isInternal: true },
      'note { id }',
    );
    const everything = [...(await historyOf(foreign.id)), ...(await historyOf(own.id))];
    await Promise.all([manager!.received(everything.length), service!.received(everything.length)]);
    expect(idsOf(manager!)).toEqual(everything);
    expect(idsOf(service!)).toEqual(everything);

    const milestones = sql`fulfillment_id is null and action::text in ${[...publicActions]}`;
    const told = await historyOf(own.id, milestones);
    await customer!.received(told.length);
    expect(idsOf(customer!)).toEqual(told);
    expect(told.length).toBeLessThan((await historyOf(own.id)).length);
    for (const { entry } of customer!.events) {
      expect(entry).toMatchObject({ performedBy: null, additionalData: null, ipAddress: null });
    }
    // What happened before there was anything for the warehouse to do may be kept from it.
    const sinceConfirmed = idsOf(manager!).slice(-3);
    await waitUntil(() => idsOf(warehouse!).includes(sinceConfirmed.at(-1)!), 'the warehouse has the last');
    expect(idsOf(warehouse!).slice(-3)).toEqual(sinceConfirmed);
    expect(warehouse!.events.every(({ order, entry }) => !order.total && !entry.ipAddress)).toBe(true);
    expect(manager!.events.every(({ order, entry }) => order.total && entry.ipAddress)).toBe(true);
  });

  test('of a stranger’s order, nothing, as of one that does not exist', async () => {
    const placed = await confirmedOrder(server, line(), { customerId: null });
    const ofStranger = await followAs('customer', { orderId: placed.id });
    const all = await followAs('order_manager');
    await work(server, placed.fulfillments[0]!.id, 'startPicking');
    await expectNothingMore(all);
    expect(ofStranger.events).toEqual([]);
  });
});

describe('first the state, then what changes', () => {
  const snapshot = `{ eventCursor orders(first: 100) { nodes { id version status } } }`;

  test('from `eventCursor` nothing is missed that the query did not show, however fast it changes', async () => {
    let writing = true;
    const writers = Promise.all(
      Array.from({ length: 4 }, async () => {
        while (writing) await confirmedOrder(server, line());
      }),
    );
    const rounds = [];
    for (let round = 0; round < 5; round += 1) {
      const { data } = await server.as.order_manager(snapshot);
      rounds.push({ data, follower: await followAs('order_manager', { after: data.eventCursor }) });
    }
    writing = false;
    await writers;
    const all = await server.database.read.execute<{ id: string; orderId: string }>(sql`
      select id, order_id as "orderId" from order_history order by transaction_id desc, position desc limit 1`);
    for (const { data, follower } of rounds) {
      await waitUntil(() => idsOf(follower).includes(all[0]!.id), 'the last event has come');
      const known = new Set([
        ...data.orders.nodes.map(({ id }: { id: string }) => id),
        ...follower.events.filter(({ entry }) => entry.action === 'CREATED').map(({ order }) => order.id),
      ]);
      const newest = await server.as.order_manager('{ orders(first: 100) { nodes { id version } } }');
      for (const { id } of newest.data.orders.nodes.slice(0, 50)) expect(known).toContain(id);
      expect(new Set(idsOf(follower)).size).toBe(follower.events.length);
    }
  });

  test('an empty log has a beginning to resume from', async () => {
    const empty = await startTestServer();
    try {
      const { data } = await empty.as.order_manager('{ eventCursor }');
      const { sku: other } = await stockedVariant(empty, { LONDON: 10 });
      const placed = await placeOrder(empty, [{ sku: other, quantity: 1 }]);
      const options = { url: empty.url, token: empty.tokens.order_manager, after: data.eventCursor };
      const follower = followOrders({ ...options, retryAttempts: 0 });
      await follower.received(2);
      expect(follower.events.map(({ order }) => order.id)).toEqual([placed.id, placed.id]);
      follower.unsubscribe();
      // The beginning of one log is not that of another.
      const foreign = followOrders({
        url: live.url,
        token: server.tokens.order_manager,
        after: data.eventCursor,
      });
      expect(await foreign.ended).toMatchObject([{ extensions: { code: 'RESYNC_REQUIRED' } }]);
    } finally {
      await empty.stop();
    }
  });

  test('is not for nobody', async () => {
    const { errors } = await server.anonymous('{ eventCursor }');
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });
});
