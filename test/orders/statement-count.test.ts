import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '../../src/app.ts';
import { openDatabase, type Database } from '../../src/db/driver/database.ts';
import { startServer, type RunningServer } from '../../src/server.ts';
import { roles } from '../setup/command-rules.ts';
import { confirmedOrder, mutate, placeOrder, stockedVariant, work } from '../setup/fixtures.ts';
import { asker, startTestServer, testSigningKeys, type TestServer } from '../setup/server.ts';

const orderCount = 50;

let server: TestServer;
let counted: RunningServer;
let executed: string[] = [];

/** Notes each statement that is really sent, but for those of the event log, which reads all the time. */
function countStatements(database: Database): void {
  const client = (
    database.read as unknown as { $client: { unsafe: (text: string, values: unknown[]) => any } }
  ).$client;
  const { unsafe } = client;
  client.unsafe = (text, values) => {
    const pending = unsafe(text, values);
    const note = () => void (/pg_snapshot|pg_notify/.test(text) || executed.push(text));
    return {
      values: () => (note(), pending.values()),
      // oxlint-disable-next-line unicorn/no-thenable -- It stands for the driver's own pending rows.
      then: (...handlers: unknown[]) => (note(), pending.then(...handlers)),
    };
  };
}

beforeAll(async () => {
  server = await startTestServer();
  const database = openDatabase({ url: server.databaseUrl, poolSize: 4 });
  countStatements(database);
  const app = await createApp({
    database,
    signingKeys: [testSigningKeys[0]],
    log: pino({ level: 'silent' }),
  });
  counted = await startServer(app, { host: '127.0.0.1', port: 0 });

  const variants = await Promise.all(
    [1, 2, 3].map(() => stockedVariant(server, { LONDON: 500, LEEDS: 500 })),
  );
  for (let each = 0; each < orderCount; each += 1) {
    const lines = variants.slice(0, 1 + (each % 3)).map(({ sku }, place) => ({
      sku,
      quantity: 1 + (each % 2),
      locationCode: place % 2 === 0 ? 'LONDON' : 'LEEDS',
    }));
    const order = await (each % 5 === 0 ? placeOrder : confirmedOrder)(server, lines);
    const by = each % 2 === 0 ? server.as.order_manager : server.as.customer_service;
    await mutate(by, 'addNote', { orderId: order.id, note: `Note ${each}` }, 'note { id }');
    if ('fulfillments' in order && each % 3 === 0) {
      await work(
        server,
        (order as any).fulfillments[0].id,
        each % 2 === 0 ? 'startPicking' : 'shipFulfillment',
      );
    }
  }
});
afterAll(async () => {
  await counted.stop();
  await server.stop();
});

/** The query of the specification, word for word, without its filter. */
const dashboard = `query ($first: Int!) { orders(first: $first, after: null, sort: [{field: CREATED_AT, direction: DESC}]) {
  totalCount pageInfo { hasNextPage endCursor }
  nodes { id number channel status paymentState fulfillmentState version createdAt promisedShipAt
    total { amountMinor currency } customer { id name email } assignedTo { id displayName }
    items(first: 100) { nodes { id sku name quantity unitPrice { amountMinor currency } total { amountMinor currency } variant { id sku barcode } } }
    history(first: 5) { nodes { id action oldStatus newStatus description performedBy { id displayName } createdAt } }
    notes(first: 10) { nodes { id note isInternal createdBy { id displayName } createdAt } }
    fulfillments(first: 10) { nodes { id number status location { id code } items { id quantity quantityPicked orderItem { id sku } }
      pickingStartedAt shippedAt carrier trackingNumber version } }
    reservations(first: 100) { nodes { id quantityReserved quantityFulfilled quantityRemaining isActive expiresAt location { id code } variant { id sku } } } } } }`;

async function statementsOf(role: (typeof roles)[number], query: string, first: number): Promise<string[]> {
  const ask = asker(counted.url, server.tokens[role]);
  // Once before, so that nothing is counted that happens at first use only.
  await ask(query, { first });
  executed = [];
  const { data, errors } = await ask(query, { first });
  expect(errors).toBeUndefined();
  expect(data.orders.nodes.length).toBeGreaterThan(0);
  if (role !== 'warehouse_staff') expect(data.orders.nodes).toHaveLength(first);
  return executed;
}

/** The table that a statement reads: of a page a parent, the one inside the lateral join. */
const relationOf = (text: string): string => /from (?:only )?"(\w+)"/.exec(text)?.[1] ?? text;

/**
 * The most statements that each table may take: one for each place of the query that leads to it, whatever the number
 * of orders. Places whose keys are known at the same time, or loaded already, share one.
 */
const places = {
  // The list and its totalCount.
  orders: 2,
  customers: 1,
  // Order.items, and orderItem of the fulfillments' items.
  order_items: 2,
  order_history: 1,
  order_notes: 1,
  order_fulfillments: 1,
  fulfillment_items: 1,
  inventory_reservations: 1,
  // Of the items, and of the reservations.
  product_variants: 2,
  // Of the fulfillments, and of the reservations.
  stock_locations: 2,
  // assignedTo, performedBy and createdBy.
  users: 3,
} as const;

describe('the dashboard query takes one statement for each relation, over 1, 10 and 50 orders', () => {
  /** What the viewer may not see is not even asked for. */
  const unseen: Partial<Record<(typeof roles)[number], readonly string[]>> = {
    customer: ['inventory_reservations', 'stock_locations', 'users'],
  };

  test.each(roles)('%s', async (role) => {
    for (const first of [1, 10, orderCount]) {
      const relations = (await statementsOf(role, dashboard, first)).map(relationOf);
      for (const relation of new Set(relations)) {
        const count = relations.filter((each) => each === relation).length;
        const atMost = places[relation as keyof typeof places] ?? 0;
        expect(count, `${relation} over ${first} orders`).toBeLessThanOrEqual(atMost);
      }
      if (first < orderCount) continue;
      const expected = Object.keys(places).filter((relation) => !unseen[role]?.includes(relation));
      expect([...new Set(relations)].toSorted()).toEqual(expected.toSorted());
    }
  });

  test('counts of nested lists are one statement more for each list, and only where they are asked for', async () => {
    const plain = `query ($first: Int!) { orders(first: $first) { nodes { id
      items { nodes { id } } notes { nodes { id } } } } }`;
    const withCounts = plain.replaceAll('{ nodes { id } }', '{ totalCount nodes { id } }');
    for (const first of [1, orderCount]) {
      expect(await statementsOf('order_manager', plain, first)).toHaveLength(3);
      expect(await statementsOf('order_manager', withCounts, first)).toHaveLength(5);
    }
  });

  test('pages of different sizes of one list are one statement each', async () => {
    const query = `query ($first: Int!) { orders(first: $first) { nodes {
      few: items(first: 1) { nodes { id } } many: items(first: 100) { nodes { id } } same: items(first: 1) { nodes { sku } } } } }`;
    expect(await statementsOf('order_manager', query, orderCount)).toHaveLength(3);
  });
});
