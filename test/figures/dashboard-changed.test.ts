import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { Client } from 'graphql-ws';
import { openDatabase } from '../../src/db/driver/database.ts';
import { startFiguresProjector } from '../../src/figures/figures-projector.ts';
import { followDashboard } from '../../src/figures/live-dashboard.ts';
import { EventLog } from '../../src/history/event-log.ts';
import { wakeUpsOfDatabase } from '../../src/history/wake-ups.ts';
import type { Role } from '../../src/db/tables/enumerations.ts';
import { mutate, placeOrder, stockedVariant } from '../setup/fixtures.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { waitUntil } from '../setup/wait-until.ts';
import { socketClient } from '../subscriptions/live-client.ts';

vi.setConfig({ testTimeout: 60_000 });

const counts =
  'openCount orderCounts { status channel count } kpis { name value } revenue { value { amountMinor } }';
const document = `subscription ($filter: FiguresFilter, $after: String, $days: Int) {
  dashboardChanged(filter: $filter, after: $after, days: $days) { cursor occurredAt dashboard { ${counts} } } }`;

let server: TestServer;
let sku: string;
let projector: { stop(): Promise<void> };
const clients: Client[] = [];
beforeAll(async () => {
  server = await startTestServer();
  sku = (await stockedVariant(server, { LONDON: 1_000 })).sku;
  const log = {
    warn: (details: object, message: string) => expect.fail(`${message} ${JSON.stringify(details)}`),
  };
  projector = startFiguresProjector({ database: server.database, log });
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.dispose();
});
afterAll(async () => {
  await projector.stop();
  await server.stop();
});

interface Told {
  cursor: string;
  occurredAt: string;
  dashboard: any;
}

interface Listening {
  readonly told: Told[];
  readonly errors: any[];
  /** Waits until so many open orders were told. */
  hasOpen(count: number): Promise<Told>;
}

function listen(role: Role, variables: object = {}): Listening {
  const client = socketClient(server.url, server.tokens[role]);
  clients.push(client);
  const told: Told[] = [];
  const errors: any[] = [];
  client.subscribe<{ dashboardChanged: Told }>(
    { query: document, variables: { ...variables } },
    {
      next: (answer) => {
        if (answer.data) told.push(answer.data.dashboardChanged);
        errors.push(...(answer.errors ?? []));
      },
      error: (reason) => errors.push(...(Array.isArray(reason) ? reason : [reason])),
      complete: () => {},
    },
  );
  return {
    told,
    errors,
    async hasOpen(count) {
      await waitUntil(
        () => errors.length > 0 || told.at(-1)?.dashboard.openCount === count,
        `${count} open orders`,
      );
      expect(errors).toEqual([]);
      return told.at(-1)!;
    },
  };
}

const one = () => [{ sku, quantity: 1 }];
const openCount = async (filter: object | null = null): Promise<number> => {
  const query = 'query ($filter: FiguresFilter) { dashboard(filter: $filter) { openCount } }';
  return (await server.as.order_manager(query, { filter })).data.dashboard.openCount;
};
/** The number of open orders when everything so far is counted. */
async function settled(expected?: number): Promise<number> {
  await waitUntil(async () => {
    const { data } = await server.as.order_manager(
      '{ orders(first: 1) { totalCount } dashboard { orderCounts { count } } }',
    );
    const counted = data.dashboard.orderCounts.reduce((sum: number, { count }: any) => sum + count, 0);
    return counted === data.orders.totalCount && (expected === undefined || (await openCount()) === expected);
  }, 'everything is counted');
  return openCount();
}

/** A subscription has no sign that it has begun but its events: orders are placed until one comes. */
async function listening(role: Role, variables: object = {}): Promise<Listening> {
  const listener = listen(role, variables);
  await waitUntil(async () => {
    if (listener.told.length + listener.errors.length === 0) await placeOrder(server, one());
    return listener.told.length + listener.errors.length > 0;
  }, 'the subscription has begun');
  return listener;
}

test('an order that is placed, and one that is cancelled, is told with the figures that have it', async () => {
  const listener = await listening('order_manager');
  const before = await settled();
  const order = await placeOrder(server, one());
  const told = await listener.hasOpen(before + 1);
  expect(told.dashboard.kpis).toHaveLength(12);
  expect(told.dashboard.revenue).toHaveLength(1);
  await mutate(server.as.order_manager, 'cancelOrder', { orderId: order.id, reason: 'x' }, 'order { id }');
  const after = await listener.hasOpen(before);
  expect(after.occurredAt > told.occurredAt).toBe(true);
  expect(after.cursor).not.toBe(told.cursor);
});

test('with a cursor, the newest state comes at once, if anything has happened since', async () => {
  const first = (await listening('order_manager')).told[0]!;
  await placeOrder(server, one());
  const before = await settled();
  const resumed = listen('order_manager', { after: first.cursor });
  const { cursor } = await resumed.hasOpen(before);
  // Nothing has happened since: nothing comes until something does.
  const up = listen('order_manager', { after: cursor });
  await placeOrder(server, one());
  await up.hasOpen(before + 1);
  expect(up.told).toHaveLength(1);
});

test('a cursor of another log is answered with the demand to begin anew', async () => {
  const { told } = await listening('order_manager');
  const [transaction, position] = Buffer.from(told[0]!.cursor, 'base64url').toString().split('.');
  const foreign = Buffer.from(`${transaction}.${position}.${'A'.repeat(22)}`).toString('base64url');
  const { errors } = await listening('order_manager', { after: foreign });
  expect(errors).toMatchObject([{ extensions: { code: 'RESYNC_REQUIRED' } }]);
});

test('customer service is told the counts alone', async () => {
  const service = await listening('customer_service');
  expect(service.told[0]!.dashboard).toMatchObject({ kpis: null, revenue: null });
  const before = await settled();
  await service.hasOpen(before);
  await placeOrder(server, one());
  await service.hasOpen(before + 1);
});

test('a filter tells of its channel only', async () => {
  const listener = await listening('order_manager', { filter: { channel: 'ECOMMERCE' } });
  await settled();
  const before = await openCount({ channel: 'ECOMMERCE' });
  await listener.hasOpen(before);
  const { length } = listener.told;
  await placeOrder(server, one(), { channel: 'WHOLESALE' });
  await settled();
  await placeOrder(server, one());
  await listener.hasOpen(before + 1);
  expect(listener.told).toHaveLength(length + 1);
  expect(listener.told.at(-1)!.dashboard.orderCounts.map(({ channel }: any) => channel)).not.toContain(
    'WHOLESALE',
  );
});

test.each(['warehouse_staff', 'customer'] as const)('%s may not', async (role) => {
  const { told, errors } = await listening(role);
  expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  expect(told).toEqual([]);
});

test('arguments that make no sense are told before anything else', async () => {
  const { errors } = await listening('order_manager', { days: 0 });
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
});

test('over plain HTTP it is refused', async () => {
  const answer = await server.as.order_manager('subscription { dashboardChanged { cursor } }');
  expect(answer.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
});

test('a slow reader gets the newest state, and no backlog', async () => {
  const database = openDatabase({ url: server.databaseUrl, poolSize: 2 });
  const log = await EventLog.open(database, pino({ level: 'silent' }), wakeUpsOfDatabase(database));
  try {
    const events = await log.subscribe(null, { wanted: () => true, onTooSlow: () => expect.fail('cut off') });
    const shown = ({ openCount: open }: { openCount: number }) => open;
    const updates = await followDashboard(database, events, { scope: {}, days: 30, shown, tellFirst: false });
    const before = await settled();
    for (let each = 0; each < 12; each += 1) await placeOrder(server, one());
    await settled(before + 12);
    const { value } = await updates.next();
    expect(value.dashboard.openCount).toBe(before + 12);
    // What is left is what happens from now on.
    await placeOrder(server, one());
    expect((await updates.next()).value.dashboard.openCount).toBe(before + 13);
    const last = updates.next();
    await updates.return!();
    expect(await last).toEqual({ done: true, value: undefined });
  } finally {
    await log.close();
    await database.close();
  }
});
