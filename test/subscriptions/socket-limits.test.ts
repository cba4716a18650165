import { setTimeout as sleep } from 'node:timers/promises';
import { eq, sql } from 'drizzle-orm';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { users } from '../../src/db/tables/users.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { waitUntil } from '../setup/wait-until.ts';
import { openRawSocket, openSubscribed, type RawSocket } from './raw-socket.ts';

const metricsToken = 'metrics-of-the-socket-limits';
let server: TestServer;
const sockets: RawSocket[] = [];
beforeAll(async () => {
  server = await startTestServer({
    socketLimits: { socketsPerUser: 3, operationsPerSocket: 2 },
    metricsToken,
  });
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.end();
});
afterAll(() => server?.stop());

async function subscribed(token: string): Promise<RawSocket> {
  const socket = await openSubscribed(server.url, token);
  sockets.push(socket);
  return socket;
}

const subscribeAs = (socket: RawSocket, id: string): void =>
  socket.send({
    type: 'subscribe',
    id,
    payload: { query: 'subscription { fulfillmentStatusChanged { cursor } }' },
  });
const messagesOf = (socket: RawSocket, id: string) => socket.messages.filter((message) => message.id === id);

/** How many dashboards this server follows. */
async function dashboardsFollowed(): Promise<number> {
  const headers = { authorization: `Bearer ${metricsToken}` };
  const metrics = await (await fetch(`${server.url}/metrics`, { headers })).text();
  return Number(/^orders_subscriptions_active\{field="dashboardChanged"\} (\d+)$/m.exec(metrics)?.[1] ?? 0);
}

describe('sockets of a user', () => {
  test('whose dashboards nothing happens to give their places back when they are left', async () => {
    const query = 'subscription { dashboardChanged { cursor } }';
    const open = () => openSubscribed(server.url, server.tokens.order_manager, query);
    const left = await Promise.all([open(), open(), open()]);
    sockets.push(...left);
    await waitUntil(async () => (await dashboardsFollowed()) === 3, 'all are followed');
    left[0]!.send({ type: 'complete', id: 'changes' });
    await waitUntil(async () => (await dashboardsFollowed()) === 2, 'one was completed');
    for (const socket of left) socket.end();
    await waitUntil(async () => (await dashboardsFollowed()) === 0, 'none is followed');
    const next = await openSubscribed(server.url, server.tokens.order_manager, query);
    sockets.push(next);
    expect(next.messages[0]).toEqual({ type: 'connection_ack' });
  });

  test('one too many is closed with a code and a reason; another user and a freed place are not', async () => {
    const mine = await Promise.all([1, 2, 3].map(() => subscribed(server.tokens.warehouse_staff)));
    const tooMany = await openRawSocket(server.url);
    const authorization = `Bearer ${server.tokens.warehouse_staff}`;
    tooMany.send({ type: 'connection_init', payload: { authorization } });
    expect(await tooMany.closed).toEqual({
      code: 4504,
      reason: 'You have 3 sockets open: close one first',
    });
    expect(tooMany.messages).toEqual([]);
    await subscribed(server.tokens.order_manager);
    mine[0]!.end();
    await waitUntil(async () => {
      const next = await openRawSocket(server.url);
      sockets.push(next);
      next.send({ type: 'connection_init', payload: { authorization } });
      return Promise.race([
        next.closed.then(() => false),
        waitUntil(() => next.messages.length > 0, 'it is let in', 5_000).then(() => true),
      ]);
    }, 'a place is free again');
  });

  test('one that never says who it is is closed, and takes nobody’s place', async () => {
    const silent = await openRawSocket(server.url);
    expect((await silent.closed).code).toBe(4408);
  });
});

describe('operations of a socket', () => {
  test('one too many is refused by name; the others go on, and completing one makes room', async () => {
    const socket = await subscribed(server.tokens.order_manager);
    subscribeAs(socket, 'second');
    subscribeAs(socket, 'third');
    await waitUntil(() => messagesOf(socket, 'third').length > 0, 'an answer');
    expect(messagesOf(socket, 'third')).toEqual([
      {
        id: 'third',
        type: 'error',
        payload: [
          expect.objectContaining({
            message: 'A socket may have 2 operations at once: complete one first, or open another socket.',
            extensions: expect.objectContaining({ code: 'TOO_MANY_OPERATIONS', limit: 2 }),
          }),
        ],
      },
    ]);
    socket.send({ type: 'complete', id: 'second' });
    socket.send({ type: 'subscribe', id: 'fourth', payload: { query: '{ viewer { role } }' } });
    await waitUntil(() => messagesOf(socket, 'fourth').length === 2, 'it is answered');
    expect(messagesOf(socket, 'fourth')[0]).toMatchObject({
      payload: { data: { viewer: { role: 'ORDER_MANAGER' } } },
    });
    expect(messagesOf(socket, 'changes')).toEqual([]);
  });
});

describe('a user who is no longer who the token says', () => {
  const closedAs = { code: 4403, reason: 'Your account has changed: sign in again' };

  test('is deactivated: every socket of theirs ends, and nobody else’s', async () => {
    const [first, second] = [
      await subscribed(server.tokens.customer_service),
      await subscribed(server.tokens.customer_service),
    ];
    const other = await subscribed(server.tokens.order_manager);
    const done = await server.as.order_manager(
      'mutation ($userId: ID!) { deactivateUser(input: { userId: $userId }) { userErrors { code } } }',
      { userId: server.userIds.customer_service },
    );
    expect(done.data).toEqual({ deactivateUser: { userErrors: [] } });
    expect(await first.closed).toEqual(closedAs);
    expect(await second.closed).toEqual(closedAs);
    other.send({ type: 'ping' });
    await waitUntil(() => other.messages.some(({ type }) => type === 'pong'), 'the other one is open');
  });

  test.each([
    ['gets another role', { role: 'customer_service' as const }],
    ['is deactivated in the database', { active: false }],
  ])('%s: the sockets end', async (_name, change) => {
    const socket = await subscribed(server.tokens.warehouse_staff);
    const ofStaff = eq(users.id, server.userIds.warehouse_staff);
    const set = (values: object) =>
      server.database.transaction((transaction) => transaction.update(users).set(values).where(ofStaff));
    await set(change);
    try {
      expect(await socket.closed).toEqual(closedAs);
    } finally {
      await set({ role: 'warehouse_staff', active: true, updatedAt: sql`now()` });
      const isKnown = async () => (await server.as.warehouse_staff('{ viewer { id } }')).data?.viewer;
      await waitUntil(async () => Boolean(await isKnown()), 'they are who the token says again');
    }
  });

  test('is not somebody who comes while it is looked', async () => {
    const first = await subscribed(server.tokens.order_manager);
    const client = postgres(server.databaseUrl, { max: 1, fetch_types: false });
    let second: RawSocket | undefined;
    await client.begin(async (transaction) => {
      await transaction`lock table users in access exclusive mode`;
      await waitUntil(async () => {
        const [row] = await server.database.read.execute<{ waiting: boolean }>(sql`
          select exists (select from pg_stat_activity where datname = current_database()
            and wait_event_type = 'Lock' and query like '%from users%') as waiting`);
        return row!.waiting;
      }, 'it is looked');
      second = await subscribed(server.tokens.warehouse_staff);
    });
    await client.end();
    await sleep(1_500); // the next look is over too
    for (const socket of [first, second!]) {
      socket.send({ type: 'ping' });
      await waitUntil(() => socket.messages.some(({ type }) => type === 'pong'), 'it is open');
    }
  });

  test('becomes another customer’s: the sockets end', async () => {
    const socket = await subscribed(server.tokens.customer);
    const set = (customerId: string | null) =>
      server.database.transaction((transaction) =>
        transaction
          .update(users)
          .set({ customerId, role: customerId ? 'customer' : 'customer_service' })
          .where(eq(users.id, server.userIds.customer)),
      );
    await set(null);
    try {
      expect(await socket.closed).toEqual(closedAs);
    } finally {
      await set(server.customerId);
    }
  });
});
