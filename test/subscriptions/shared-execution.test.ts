import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { sql } from 'drizzle-orm';
import { parse } from 'graphql';
import type { Client } from 'graphql-ws';
import { createTokenSigner } from '../../src/auth/token.ts';
import type { Role } from '../../src/db/tables/enumerations.ts';
import { users } from '../../src/db/tables/users.ts';
import { operationKey } from '../../src/graphql/live-operation.ts';
import { recordHistory } from '../../src/history/record-history.ts';
import { confirmedOrder, mutate, stockedVariant } from '../setup/fixtures.ts';
import { startTestServer, testSigningKeys, type TestServer } from '../setup/server.ts';
import { waitUntil } from '../setup/wait-until.ts';
import { change as entryOf, nobody } from './bulk-changes.ts';
import { socketClient } from './live-client.ts';
import { startLiveServer, type LiveServer } from './live-server.ts';
import { storedChanges } from './stored-changes.ts';

// Limits, not expectations: the machine may be busy with other files.
vi.setConfig({ testTimeout: 120_000 });

let server: TestServer;
let live: LiveServer;
let sku: string;
let colleague: { id: string; token: string };
const clients: Client[] = [];
/** The ids of the events that were executed, once an execution: each makes the cursor of its event. */
let executed: string[];

beforeAll(async () => {
  server = await startTestServer();
  live = await startLiveServer(server.databaseUrl);
  sku = (await stockedVariant(server, { LONDON: 500 })).sku;
  colleague = await addColleague('warehouse_staff');
});
beforeEach(() => {
  executed = [];
  const { cursors } = live.eventLog;
  const encode = cursors.encode.bind(cursors);
  vi.spyOn(cursors, 'encode').mockImplementation((event) => {
    executed.push(event.id);
    return encode(event);
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  for (const client of clients.splice(0)) void client.dispose();
  await waitUntil(() => live.eventLog.statistics().subscribers === 0, 'nobody is subscribed');
});
afterAll(async () => {
  await live?.stop();
  await server?.stop();
});

async function addColleague(role: Role): Promise<{ id: string; token: string }> {
  const [row] = await server.database.transaction((transaction) =>
    transaction
      .insert(users)
      .values({ email: `second.${role}@test.example`, displayName: 'Second', role, passwordHash: '-' })
      .returning({ id: users.id }),
  );
  const viewer = { id: row!.id, role, customerId: null };
  const { accessToken } = await createTokenSigner(testSigningKeys).sign(viewer, randomUUID());
  return { id: row!.id, token: accessToken };
}

interface Listener {
  readonly answers: any[];
  events(): any[];
}

async function listen(token: string, query: string, variables: object = {}): Promise<Listener> {
  const before = live.eventLog.statistics().subscribers;
  const client = socketClient(live.url, token);
  clients.push(client);
  const answers: any[] = [];
  client.subscribe(
    { query, variables: { ...variables } },
    {
      next: (answer) => void answers.push(answer),
      error: (error) => void answers.push({ error }),
      complete: () => {},
    },
  );
  await waitUntil(() => live.eventLog.statistics().subscribers > before, 'it is subscribed');
  return { answers, events: () => answers.map((answer) => answer.data?.fulfillmentStatusChanged) };
}

/** Changes of the fulfillment, each with a new version. */
async function change(orderId: string, id: string, count: number): Promise<void> {
  for (let changed = 0; changed < count; changed += 1) {
    await server.database.transaction(async (transaction) => {
      await transaction.execute(sql`update order_fulfillments set version = version + 1 where id = ${id}`);
      const entry = changed % 2 === 0 ? entryOf(orderId, id, 'picking') : entryOf(orderId, id, 'pending');
      await recordHistory(transaction, nobody, [entry]);
    });
  }
}

const order = () => confirmedOrder(server, [{ sku, quantity: 1, locationCode: 'LONDON' }]);
const allHave = (listeners: readonly Listener[], count: number) =>
  waitUntil(() => listeners.every(({ answers }) => answers.length >= count), `${count} answers each`);

const brief = `subscription ($filter: FulfillmentStatusFilter, $after: String) {
  fulfillmentStatusChanged(filter: $filter, after: $after) { cursor newStatus fulfillment { id version } }
}`;

describe('executions', () => {
  test('are shared by viewers of a role, and not by roles', async () => {
    const { warehouse_staff: staff, order_manager: manager } = server.tokens;
    const listeners = [
      await listen(staff, brief),
      await listen(staff, brief),
      await listen(colleague.token, brief),
      await listen(manager, brief),
    ];
    await order();
    await allHave(listeners, 1);
    expect(executed).toHaveLength(2);
    expect(new Set(executed).size).toBe(1);
    for (const listener of listeners) expect(listener.answers).toEqual(listeners[0]!.answers);
  });

  test('are not shared by other variables or by another text', async () => {
    const { warehouse_staff: staff } = server.tokens;
    const listeners = [
      await listen(staff, brief),
      await listen(staff, brief, { filter: { statuses: ['PENDING'] } }),
      await listen(staff, brief.replace('newStatus', 'oldStatus newStatus')),
    ];
    await order();
    await allHave(listeners, 1);
    expect(executed).toHaveLength(3);
    expect(listeners.map(({ answers }) => 'oldStatus' in answers[0].data.fulfillmentStatusChanged)).toEqual([
      false,
      false,
      true,
    ]);
  });

  test('are shared by those who came from different places of the log', async () => {
    const { warehouse_staff: staff } = server.tokens;
    const first = await listen(staff, brief);
    await order();
    await allHave([first], 1);
    const resumed = await listen(staff, brief, { after: first.events()[0].cursor });
    executed = [];
    await order();
    await allHave([first], 2);
    await allHave([resumed], 1);
    expect(executed).toHaveLength(1);
    expect(resumed.answers).toEqual(first.answers.slice(1));
  });

  test('end with the last of their subscribers, and go on for those who stay', async () => {
    const { warehouse_staff: staff } = server.tokens;
    const [leaving, staying] = [await listen(staff, brief), await listen(staff, brief)];
    await order();
    await allHave([leaving, staying], 1);
    void clients.shift()!.dispose();
    await waitUntil(() => live.eventLog.statistics().subscribers === 1, 'one has left');
    await order();
    await allHave([staying], 2);
    expect(leaving.answers).toHaveLength(1);
    expect(executed).toHaveLength(2);
  });
});

test('each role is told what it may see, though all ask the same', async () => {
  const text = `subscription { fulfillmentStatusChanged { cursor
    fulfillment { location { code } } order { total { amountMinor } customer { email } notes { totalCount } } } }`;
  const roles = ['order_manager', 'warehouse_staff', 'customer_service', 'customer'] as const;
  const listeners: Listener[] = [];
  for (const role of roles) listeners.push(await listen(server.tokens[role], text));
  const strangers = await confirmedOrder(server, [{ sku, quantity: 1, locationCode: 'LONDON' }], {
    customerId: null,
  });
  const own = await order();
  expect(strangers.id).not.toBe(own.id);
  await allHave(listeners.slice(0, 3), 2);
  await allHave(listeners.slice(3), 1);
  const [manager, staff, service, customer] = listeners.map((listener) => listener.events().at(-1));
  expect(manager).toMatchObject({
    fulfillment: { location: { code: 'LONDON' } },
    order: { total: { amountMinor: expect.any(Number) }, customer: { email: 'ada@buyer.example' } },
  });
  expect(service).toEqual(manager);
  expect(staff.order.total).toBeNull();
  expect(JSON.stringify(staff)).not.toContain('ada@buyer.example');
  expect(customer).toMatchObject({ fulfillment: { location: null }, order: manager.order });
  expect(listeners[3]!.answers).toHaveLength(1);
});

test('what depends on who asks is told to that user only', async () => {
  const text = `subscription { fulfillmentStatusChanged { cursor newStatus
    fulfillment { assignedTo { id email } } } }`;
  const mine = await listen(server.tokens.warehouse_staff, text);
  const theirs = await listen(colleague.token, text);
  const theirsToo = await listen(colleague.token, text);
  for (let round = 0; round < 2; round += 1) {
    const [fulfillment] = (await order()).fulfillments;
    const assigned = await mutate(
      server.as.warehouse_staff,
      'assignFulfillment',
      { fulfillmentId: fulfillment!.id, userId: colleague.id },
      'fulfillment { id }',
    );
    expect(assigned.userErrors).toEqual([]);
    const started = await mutate(
      server.as.warehouse_staff,
      'startPicking',
      { fulfillmentId: fulfillment!.id },
      'fulfillment { id }',
      'FulfillmentInput',
    );
    expect(started.userErrors).toEqual([]);
    await allHave([mine, theirs, theirsToo], 2 * round + 2);
    const { assignedTo } = mine.events().at(-1).fulfillment;
    const own = theirs.events().at(-1).fulfillment.assignedTo;
    expect(theirsToo.events().at(-1)).toEqual(theirs.events().at(-1));
    const emails: Record<string, string> = {
      [colleague.id]: 'second.warehouse_staff@test.example',
      [server.userIds.warehouse_staff]: 'warehouse_staff@test.example',
    };
    expect(own.id).toBe(assignedTo.id);
    const isTheirs = own.id === colleague.id;
    expect(own.email).toBe(isTheirs ? emails[own.id] : null);
    expect(assignedTo.email).toBe(isTheirs ? null : emails[own.id]);
  }
  // The last event once for each of the two users, and not once for each socket.
  const last = executed.at(-1);
  expect(executed.filter((id) => id === last)).toHaveLength(2);
});

test('an error goes to those who asked for it, and to nobody else', async () => {
  const text = `subscription ($first: Int!) {
    fulfillmentStatusChanged { cursor order { notes(first: $first) { totalCount } } } }`;
  const { warehouse_staff: staff } = server.tokens;
  const wrong = [await listen(staff, text, { first: 1_000 }), await listen(staff, text, { first: 1_000 })];
  const right = await listen(staff, text, { first: 10 });
  await order();
  await order();
  await allHave([...wrong, right], 2);
  expect(right.answers.map(({ errors }) => errors)).toEqual([undefined, undefined]);
  for (const { answers } of wrong) {
    expect(answers).toHaveLength(2);
    for (const { errors } of answers) {
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', remedy: expect.any(String) } }]);
    }
  }
});

test('every subscriber has the events in the order of the log and nested objects that never grow older', async () => {
  const placed = await order();
  const { id } = placed.fulfillments[0]!;
  const { warehouse_staff: staff } = server.tokens;
  await change(placed.id, id, 200);
  const stored = (await storedChanges(server.databaseUrl, live.eventLog.cursors)).map(({ cursor }) => cursor);
  // Some from now on, some from places that lie apart, so that each is at another event than the others.
  const places = [null, null, stored.at(-200)!, stored.at(-150)!, stored.at(-150)!, stored.at(-20)!];
  const writing = change(placed.id, id, 300);
  const listeners: Listener[] = [];
  for (const after of places) listeners.push(await listen(staff, brief, { after }));
  await writing;
  await change(placed.id, id, 100);
  const all = (await storedChanges(server.databaseUrl, live.eventLog.cursors)).map(({ cursor }) => cursor);
  await waitUntil(
    () => listeners.every((each) => each.events().at(-1)?.cursor === all.at(-1)),
    'all have the last',
  );
  const newest = 1 + 600;
  for (const [index, after] of places.entries()) {
    const told = listeners[index]!.events().map(({ cursor }) => cursor);
    const from = after === null ? all.indexOf(told[0]) : all.indexOf(after) + 1;
    expect(told).toEqual(all.slice(from));
    const versions = listeners[index]!.events().map(({ fulfillment }) => fulfillment.version);
    expect(versions).toEqual([...versions].sort((one, other) => one - other));
    expect(versions.at(-1)).toBe(newest);
  }
});

describe('what makes operations equal', () => {
  const keyOf = (query: string, variables: Record<string, unknown>) =>
    operationKey(parse(query), query, null, variables);

  test('not the cursor to begin after, whatever the variable is called', () => {
    const text = 'subscription ($from: String) { orderEvents(after: $from) { cursor } }';
    expect(keyOf(text, { from: 'a' })).toBe(keyOf(text, { from: 'b' }));
    expect(keyOf(text, { from: 'a' })).toBe(keyOf(text, {}));
  });

  test('every other variable, also one that is used for the cursor and for something else', () => {
    const text = `subscription ($after: String, $first: Int) { orderEvents(after: $after) {
      order { notes(after: $after, first: $first) { totalCount } } } }`;
    expect(keyOf(text, { after: 'a', first: 1 })).not.toBe(keyOf(text, { after: 'b', first: 1 }));
    expect(keyOf(text, { after: 'a', first: 1 })).not.toBe(keyOf(text, { after: 'a', first: 2 }));
  });

  test('the operation of a document with several', () => {
    const text = 'subscription A { orderEvents { cursor } } subscription B { orderEvents { occurredAt } }';
    expect(operationKey(parse(text), text, 'A', {})).not.toBe(operationKey(parse(text), text, 'B', {}));
  });
});
