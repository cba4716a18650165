import { randomUUID } from 'node:crypto';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { orders } from '../../src/db/tables/orders.ts';
import { call, historyOf, shortHistory } from '../setup/command-rules.ts';
import { confirmedOrder, mutate, stockedVariant, type ConfirmedOrder } from '../setup/fixtures.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { asker, startTestServer, type Ask, type TestServer } from '../setup/server.ts';
import { expectUnchanged } from '../setup/snapshot.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await expectInvariants(server.databaseUrl);
  await server.stop();
});

const selection = 'fulfillment { id status version assignedTo { id } pickingStartedAt order { id status } }';
const claim = (locationCode: string, more: object = {}, ask: Ask = server.as.warehouse_staff) =>
  mutate(ask, 'claimNextFulfillment', { locationCode, ...more }, selection);

/** A location of its own for each test, so that each has a queue of its own. */
const newLocation = (): string => `L-${randomUUID().slice(0, 8)}`;

async function queued(
  locationCode: string,
  priority = 'NORMAL',
): Promise<ConfirmedOrder & { fulfillmentId: string }> {
  const { sku } = await stockedVariant(server, { [locationCode]: 10 });
  const order = await confirmedOrder(server, [{ sku, quantity: 2, locationCode }], { priority });
  return { ...order, fulfillmentId: order.fulfillments[0]!.id };
}

function hold(orderId: string): Promise<unknown> {
  return server.database.transaction((transaction) =>
    transaction
      .update(orders)
      .set({ heldAt: sql`now()`, holdReason: 'test' })
      .where(eq(orders.id, orderId)),
  );
}

test('the next one is assigned to the picker and picked, its order follows, and the history says so', async () => {
  const location = newLocation();
  const order = await queued(location);
  const { fulfillment, userErrors } = await claim(location);
  expect(userErrors).toEqual([]);
  expect(fulfillment).toEqual({
    id: order.fulfillmentId,
    status: 'PICKING',
    version: 2,
    assignedTo: { id: server.userIds.warehouse_staff },
    pickingStartedAt: expect.any(String),
    order: { id: order.id, status: 'PROCESSING' },
  });
  const history = (await historyOf(server, order.id)).slice(-2);
  expect(shortHistory(history)).toEqual([
    'STATUS_CHANGED PENDING>PICKING',
    'PROCESSING_STARTED CONFIRMED>PROCESSING',
  ]);
  expect(history[0]).toMatchObject({
    description: `${order.fulfillments[0]!.number} was taken from the queue, and its picking started.`,
    additionalData: { assignedToId: server.userIds.warehouse_staff },
    performedBy: { id: server.userIds.warehouse_staff },
  });
});

test('the highest priority comes first, then the oldest; other locations are not looked at', async () => {
  const location = newLocation();
  const [normal, low, urgent, laterNormal] = [
    await queued(location),
    await queued(location, 'LOW'),
    await queued(location, 'URGENT'),
    await queued(location),
  ];
  await queued(newLocation(), 'URGENT');
  const taken = [];
  for (let count = 0; count < 5; count += 1) taken.push((await claim(location)).fulfillment?.id ?? null);
  expect(taken).toEqual([...[urgent, normal, laterNormal, low].map((each) => each.fulfillmentId), null]);
});

test('an empty queue is an answer: null and no error, and nothing changes', async () => {
  const location = newLocation();
  await stockedVariant(server, { [location]: 1 });
  expect(await expectUnchanged(server, () => claim(location))).toEqual({ fulfillment: null, userErrors: [] });
  const idempotencyKey = randomUUID();
  expect((await claim(location, { idempotencyKey })).fulfillment).toBeNull();
  await queued(location);
  // The first answer, although there would be something by now.
  expect((await expectUnchanged(server, () => claim(location, { idempotencyKey }))).fulfillment).toBeNull();
});

test('what is held, cancelled or assigned to somebody else is passed over; what is mine already is not', async () => {
  const location = newLocation();
  const held = await queued(location, 'URGENT');
  await hold(held.id);
  const cancelled = await queued(location, 'URGENT');
  await mutate(server.as.order_manager, 'cancelOrder', { orderId: cancelled.id }, 'order { id }');
  const [others, mine] = [await queued(location), await queued(location, 'LOW')];
  await server.database.transaction(async (transaction) => {
    for (const [id, role] of [
      [others.fulfillmentId, 'order_manager'],
      [mine.fulfillmentId, 'warehouse_staff'],
    ] as const) {
      await transaction.execute(
        sql`update order_fulfillments set assigned_to_id = ${server.userIds[role]}::uuid where id = ${id}::uuid`,
      );
    }
  });
  expect((await claim(location)).fulfillment.id).toBe(mine.fulfillmentId);
  expect((await expectUnchanged(server, () => claim(location))).fulfillment).toBeNull();
});

test('an order that somebody works on at the moment is passed over, and nobody waits for it', async () => {
  const location = newLocation();
  const [locked, free] = [await queued(location, 'URGENT'), await queued(location)];
  await server.database.transaction(async (transaction) => {
    await transaction.execute(sql`select pg_advisory_xact_lock(hashtextextended(${locked.id}, 0))`);
    // A claim that waited would not answer before this transaction ends, and the test would time out.
    expect((await claim(location)).fulfillment.id).toBe(free.fulfillmentId);
    expect((await claim(location)).fulfillment).toBeNull();
  });
  expect((await claim(location)).fulfillment.id).toBe(locked.fulfillmentId);
});

test('many pickers at once on two servers: each fulfillment goes to exactly one of them', async () => {
  const location = newLocation();
  const queue = [];
  for (let count = 0; count < 12; count += 1) queue.push((await queued(location)).fulfillmentId);
  const other = await server.startAnother();
  const askOther = asker(other.url, server.tokens.order_manager);
  const claims = await Promise.all(
    Array.from({ length: 18 }, (_, picker) => claim(location, {}, picker % 2 ? askOther : undefined)),
  );
  await other.stop();
  expect(claims.flatMap(({ userErrors }) => userErrors)).toEqual([]);
  const taken = claims.flatMap(({ fulfillment }) => fulfillment?.id ?? []);
  expect(new Set(taken).size).toBe(taken.length);
  // Whoever found everything locked got nothing; what they left is still there for the next.
  for (let left = queue.length - taken.length; left > 0; left -= 1) {
    taken.push((await claim(location)).fulfillment.id);
  }
  expect(taken.toSorted()).toEqual(queue.toSorted());
  expect((await claim(location)).fulfillment).toBeNull();
});

test('the log has the changes of an order in the order in which they were made, many claims at once included', async () => {
  const rows = await server.database.read.execute<{ count: number }>(sql`
    select count(*)::integer as count from (
      select position, lag(position) over (partition by order_id order by transaction_id, position) as earlier
      from order_history
    ) as entry where position < earlier`);
  expect([...rows]).toEqual([{ count: 0 }]);
});

test('with its key a claim sent again gives the same one, and takes no second', async () => {
  const location = newLocation();
  await queued(location);
  await queued(location);
  const idempotencyKey = randomUUID();
  const first = await claim(location, { idempotencyKey });
  expect(first.userErrors).toEqual([]);
  expect(await expectUnchanged(server, () => claim(location, { idempotencyKey }))).toEqual(first);
  const other = newLocation();
  await queued(other);
  const conflict = await expectUnchanged(server, () => claim(other, { idempotencyKey }));
  expect(conflict.userErrors).toMatchObject([{ code: 'IDEMPOTENCY_CONFLICT', path: ['idempotencyKey'] }]);
});

test('with one key twice at once one is taken, and both get it', async () => {
  const location = newLocation();
  await queued(location);
  await queued(location);
  const idempotencyKey = randomUUID();
  const [one, two] = await Promise.all([
    claim(location, { idempotencyKey }),
    claim(location, { idempotencyKey }),
  ]);
  expect(one.userErrors).toEqual([]);
  expect(two).toEqual(one);
  expect((await claim(location)).fulfillment.id).not.toBe(one.fulfillment.id);
  expect((await claim(location)).fulfillment).toBeNull();
});

test('an unknown location and an empty code are refused with their path, and nothing changes', async () => {
  const unknown = await expectUnchanged(server, () => claim('NOWHERE', { idempotencyKey: randomUUID() }));
  expect(unknown).toMatchObject({
    fulfillment: null,
    userErrors: [{ __typename: 'NotFoundError', code: 'NOT_FOUND', path: ['locationCode'] }],
  });
  const empty = await expectUnchanged(server, () => claim('', { idempotencyKey: '' }));
  expect(empty.userErrors.map(({ code, path }: any) => [code, path])).toEqual([
    ['VALIDATION', ['locationCode']],
    ['VALIDATION', ['idempotencyKey']],
  ]);
});

test.each(['customer_service', 'customer'] as const)('%s may not claim', async (role) => {
  const location = newLocation();
  await queued(location);
  const asked = () =>
    call(
      server.as[role],
      'claimNextFulfillment',
      'ClaimNextFulfillmentInput',
      { locationCode: location },
      selection,
    );
  expect((await expectUnchanged(server, asked)).errors).toMatchObject([
    { extensions: { code: 'FORBIDDEN', permissions: ['fulfillments.work'] } },
  ]);
});

test('nobody may claim', async () => {
  const input = { locationCode: newLocation() };
  const asked = () =>
    call(server.anonymous, 'claimNextFulfillment', 'ClaimNextFulfillmentInput', input, selection);
  expect((await expectUnchanged(server, asked)).errors).toMatchObject([
    { extensions: { code: 'UNAUTHENTICATED' } },
  ]);
});
