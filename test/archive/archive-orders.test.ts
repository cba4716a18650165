import { sql } from 'drizzle-orm';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { archiveOrders } from '../../src/jobs/archive.repository.ts';
import { countEverything } from '../figures/count-everything.ts';
import { confirmedOrder, mutate, placeOrder, stockedVariant, userError, work } from '../setup/fixtures.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { waitUntil } from '../setup/wait-until.ts';

let server: TestServer;
let sku: string;
beforeAll(async () => {
  server = await startTestServer();
  ({ sku } = await stockedVariant(server, { LONDON: 1_000 }));
});
afterAll(async () => {
  await expectInvariants(server.databaseUrl);
  await server.stop();
});

const fulfillment = `id number status carrier trackingNumber shippedAt deliveredAt version createdAt updatedAt
  location { code } pickingStartedAt packingCompletedAt boxSize misScanCount order { id number }
  items { id quantity quantityPicked quantityShort orderItem { id sku } }`;
/** All that an order tells, but for what has to change in the archive: `archivedAt` and `allowedActions`. */
const everything = `id number channel externalReference status paymentState fulfillmentState currency priority tags
  cancelReason confirmedAt shippedAt deliveredAt completedAt cancelledAt version createdAt updatedAt
  subtotal { amountMinor } total { amountMinor } customer { id } shippingAddress { line1 } contact { email }
  items { totalCount nodes { id position sku quantity quantityFulfilled quantityReturned total { amountMinor } } }
  fulfillments { totalCount nodes { ${fulfillment} } }
  reservations { totalCount nodes { id quantityReserved isActive releasedAt fulfilledAt location { code } } }
  notes { totalCount nodes { id note isInternal version createdAt updatedAt createdBy { id } order { id } } }
  payments { totalCount nodes { id kind method state amount { amountMinor } providerReference refundedPayment { id } } }
  returns { totalCount nodes { id status reason receivedAt version items { id quantity quantityReceived orderItem { id } } } }
  history { totalCount nodes { id action oldStatus newStatus description createdAt additionalData performedBy { id } } }
  timeline { nodes { id title text by occurredAt shipments { trackingNumber } } }`;

const manager = (query: string, variables?: Record<string, unknown>) =>
  server.as.order_manager(query, variables);
async function list(archived: boolean, selection = 'id', ask = manager): Promise<any[]> {
  const answer = await ask(
    `{ orders(first: 100, archived: ${archived}) { totalCount nodes { ${selection} } } }`,
  );
  expect(answer.errors).toBeUndefined();
  expect(answer.data.orders.totalCount).toBe(answer.data.orders.nodes.length);
  return answer.data.orders.nodes;
}
const idsOf = (orders: { id: string }[]): string[] => orders.map(({ id }) => id).toSorted();

async function completedOrder(extra: object = {}) {
  const order = await confirmedOrder(server, [{ sku, quantity: 2 }], extra);
  await mutate(
    server.as.order_manager,
    'recordPayment',
    {
      orderId: order.id,
      method: 'TRANSFER',
      amount: { amountMinor: 500, currency: 'GBP' },
      providerReference: `ref-${order.number}`,
    },
    'order { id }',
  );
  await mutate(
    server.as.order_manager,
    'addNote',
    { orderId: order.id, note: 'Left at the door' },
    'note { id }',
  );
  await work(server, order.fulfillments[0]!.id, 'deliverFulfillment');
  const completed = await mutate(
    server.as.order_manager,
    'completeOrder',
    { orderId: order.id },
    'order { status }',
    'OrderInput',
  );
  expect(completed).toMatchObject({ order: { status: 'COMPLETED' }, userErrors: [] });
  return order;
}

async function cancelledOrder() {
  const order = await placeOrder(server, [{ sku, quantity: 1 }]);
  await mutate(
    server.as.order_manager,
    'cancelOrder',
    { orderId: order.id, reason: 'Changed my mind' },
    'order { id }',
  );
  return order;
}

const stored = async (statement: ReturnType<typeof sql>): Promise<any[]> => [
  ...(await server.database.read.execute<any>(statement)),
];

test('what is finished goes to the archive with all that belongs to it, and is read there as before', async () => {
  const done = [await completedOrder(), await completedOrder(), await cancelledOrder()];
  const open = [
    await confirmedOrder(server, [{ sku, quantity: 1 }]),
    await placeOrder(server, [{ sku, quantity: 1 }]),
  ];
  const before = await list(false, everything);
  expect(before).toHaveLength(5);
  const asCustomer = await list(false, 'id number history { nodes { id } }', server.as.customer);
  await countEverything(server.database);
  const figures = await stored(sql`select * from figures.daily order by daily::text`);

  expect(await archiveOrders(server.database, 1)).toBe(0);
  expect(await archiveOrders(server.database, 0)).toBe(3);
  expect(await archiveOrders(server.database, 0)).toBe(0);

  expect(idsOf(await list(false))).toEqual(idsOf(open));
  expect(idsOf(await list(true))).toEqual(idsOf(done));
  expect([...(await list(false, everything)), ...(await list(true, everything))].toSorted(byNumber)).toEqual(
    before.toSorted(byNumber),
  );
  const both = [
    ...(await list(false, 'id number history { nodes { id } }', server.as.customer)),
    ...(await list(true, 'id number history { nodes { id } }', server.as.customer)),
  ];
  expect(both.toSorted(byNumber)).toEqual(asCustomer.toSorted(byNumber));
  const { data } = await manager(
    `query ($id: ID!, $number: String!, $fulfillment: ID!) {
      order(id: $id) { id archivedAt allowedActions fulfillments { nodes { allowedActions } } }
      orderByNumber(number: $number) { id }
      fulfillment(id: $fulfillment) { order { number } }
      verifyHistory { isIntact ordersChecked }
      orderHistory(filter: { orderId: $id }) { totalCount nodes { order { id } } } }`,
    { id: done[0]!.id, number: done[2]!.number, fulfillment: (done[0] as any).fulfillments[0].id },
  );
  expect(data).toMatchObject({
    order: {
      archivedAt: expect.any(String),
      allowedActions: [],
      fulfillments: { nodes: [{ allowedActions: [] }] },
    },
    orderByNumber: { id: done[2]!.id },
    fulfillment: { order: { number: done[0]!.number } },
    verifyHistory: { isIntact: true, ordersChecked: 5 },
  });
  expect(data.orderHistory.totalCount).toBe(data.orderHistory.nodes.length);
  expect(data.orderHistory.nodes.length).toBeGreaterThan(5);
  // The live tables are rid of them, in each of the tables.
  const [left] = await stored(sql`
    select (select count(*)::integer from only orders) as orders,
      (select count(*)::integer from only order_items) as items,
      (select count(*)::integer from only order_history_heads) as heads,
      (select count(*)::integer from only payments) as payments,
      (select count(*)::integer from archive.fulfillment_items) as archived_parcel_items`);
  expect(left).toEqual({ orders: 2, items: 2, heads: 2, payments: 0, archived_parcel_items: 2 });

  await countEverything(server.database);
  expect(await stored(sql`select * from figures.daily order by daily::text`)).toEqual(figures);
  await expectInvariants(server.databaseUrl);
});
const byNumber = (left: { number: string }, right: { number: string }): number =>
  left.number.localeCompare(right.number);

test('commands on an archived order are refused, and change nothing', async () => {
  const order = await completedOrder();
  await archiveOrders(server.database, 0);
  const before = await manager(`query ($id: ID!) { order(id: $id) { ${everything} } }`, { id: order.id });
  const refused = [expect.objectContaining({ code: 'ARCHIVED', remedy: expect.any(String) })];
  const on = { orderId: order.id };
  const note = before.data.order.notes.nodes[0].id;
  const attempts: [string, object, string][] = [
    ['addNote', { ...on, note: 'Too late' }, 'note { id }'],
    ['refundOrder', on, 'order { id }'],
    ['updateNote', { noteId: note, note: 'Too late' }, 'note { id }'],
    ['updateFulfillment', { fulfillmentId: order.fulfillments[0]!.id, boxSize: 'L' }, 'fulfillment { id }'],
  ];
  for (const [name, input, selection] of attempts) {
    const { userErrors } = await mutate(server.as.order_manager, name, input, selection);
    expect(userErrors, name).toEqual(refused);
  }
  expect(await manager(`query ($id: ID!) { order(id: $id) { ${everything} } }`, { id: order.id })).toEqual(
    before,
  );
});

test('the reference of an archived order makes no second one', async () => {
  const externalReference = 'SHOP-ARCHIVED';
  const order = await completedOrder({ externalReference });
  await archiveOrders(server.database, 0);
  const input = {
    channel: 'ECOMMERCE',
    currency: 'GBP',
    customerId: server.customerId,
    externalReference,
    lines: [{ sku, quantity: 2 }],
  };
  const again = await server.as.order_manager(
    `mutation ($input: CreateOrderInput!) { createOrder(input: $input) { order { id } userErrors { ${userError} } } }`,
    { input },
  );
  expect(again.errors).toBeUndefined();
  expect(again.data.createOrder.order?.id ?? order.id).toBe(order.id);
  expect(await stored(sql`select id from orders where external_reference = ${externalReference}`)).toEqual([
    { id: order.id },
  ]);
  await expect(
    server.database.transaction((transaction) =>
      transaction.execute(sql`insert into orders (number, channel, external_reference, currency, subtotal_minor, total_minor, units_ordered)
        values ('ORD-X', 'ecommerce', ${externalReference}, 'GBP', 0, 0, 0) returning id`),
    ),
  ).resolves.toHaveLength(0);
});

test('an order that somebody works on is left for the next time', async () => {
  const order = await completedOrder();
  const client = postgres(server.databaseUrl, { max: 1 });
  try {
    await client.begin(async (transaction) => {
      await transaction`select pg_advisory_xact_lock(hashtextextended(${order.id}, 0))`;
      expect(await archiveOrders(server.database, 0)).toBe(0);
    });
  } finally {
    await client.end();
  }
  expect(await archiveOrders(server.database, 0)).toBe(1);
});

test('a backend that is killed in the middle has moved nothing', async () => {
  const order = await completedOrder();
  const query = `query ($id: ID!) { order(id: $id) { archivedAt ${everything} } }`;
  const before = await manager(query, { id: order.id });
  const client = postgres(server.databaseUrl, { max: 2, onnotice: () => {} });
  try {
    await client.begin(async (transaction) => {
      // Orders and items are copied already when the archive of payments is wanted.
      await transaction`lock table archive.payments in share mode`;
      const archiving = archiveOrders(server.database, 0).then(
        () => 'done',
        () => 'failed',
      );
      let pid = 0;
      await waitUntil(async () => {
        const [waiting] = await client`
          select pid from pg_stat_activity where wait_event_type = 'Lock' and query like '%archive.move_orders%'
            and datname = current_database() and pid <> pg_backend_pid()`;
        pid = (waiting?.['pid'] as number | undefined) ?? 0;
        return pid !== 0;
      }, 'the archive waits for the lock');
      await client`select pg_terminate_backend(${pid})`;
      expect(await archiving).toBe('failed');
    });
  } finally {
    await client.end();
  }
  expect(await manager(query, { id: order.id })).toEqual(before);
  await expectInvariants(server.databaseUrl);
  expect(await archiveOrders(server.database, 0)).toBe(1);
  const after = await manager(query, { id: order.id });
  expect({ ...after.data.order, archivedAt: null }).toEqual(before.data.order);
});

test('orders are never deleted, and archived ones neither', async () => {
  const change = (statement: ReturnType<typeof sql>) =>
    server.database
      .transaction((transaction) => transaction.execute(statement))
      .then(
        () => 'done',
        () => 'refused',
      );
  expect(await change(sql`delete from only orders`)).toBe('refused');
  expect(await change(sql`delete from archive.orders`)).toBe('refused');
  expect(await change(sql`truncate archive.orders cascade`)).toBe('refused');
});

test('erasing and exporting a customer reach the archive', async () => {
  const { customer } = await mutate(
    server.as.order_manager,
    'createCustomer',
    { name: 'Ada Archived', email: 'ada@archived.example', kind: 'ONLINE' },
    'customer { id }',
  );
  const order = await completedOrder({
    customerId: customer.id,
    shippingAddress: { name: 'Ada Archived', line1: '1 Archived Street', city: 'London', country: 'GB' },
  });
  await archiveOrders(server.database, 0);
  const { data } = await mutate(
    server.as.order_manager,
    'exportCustomerData',
    { customerId: customer.id },
    'data',
    'CustomerInput',
  );
  expect(JSON.stringify(data)).toContain('1 Archived Street');
  expect(JSON.stringify(data)).toContain(order.number);
  const erased = await mutate(
    server.as.order_manager,
    'eraseCustomer',
    { customerId: customer.id },
    'customer { id }',
    'CustomerInput',
  );
  expect(erased.userErrors).toEqual([]);
  const left = await stored(sql`select to_jsonb(orders)::text as row from orders where id = ${order.id}::uuid
    union all select to_jsonb(order_notes)::text from order_notes where order_id = ${order.id}::uuid`);
  expect(left).toHaveLength(2);
  expect(JSON.stringify(left)).not.toContain('Archived Street');
  expect(JSON.stringify(left)).not.toContain('Left at the door');
  await expectInvariants(server.databaseUrl);
});
