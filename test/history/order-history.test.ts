import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../src/db/tables/enumerations.ts';
import { selectHistory, type OrderHistoryFilterValues } from '../../src/orders/order-history.repository.ts';
import { unknownId } from '../setup/command-rules.ts';
import { confirmedOrder, placeOrder, stockedVariant, work, type ConfirmedOrder } from '../setup/fixtures.ts';
import { startTestServer, type Ask, type TestServer } from '../setup/server.ts';

let server: TestServer;
let own: ConfirmedOrder;
let foreign: ConfirmedOrder;
/** Nothing of it is in the warehouse yet. */
let pendingId: string;
beforeAll(async () => {
  server = await startTestServer();
  const { sku } = await stockedVariant(server, { LONDON: 10 });
  const [other] = await server.database.transaction((transaction) =>
    transaction.execute<{ id: string }>(
      sql`insert into customers (name, kind) values ('Eve', 'online') returning id`,
    ),
  );
  own = await confirmedOrder(server, [{ sku, quantity: 1 }]);
  foreign = await confirmedOrder(server, [{ sku, quantity: 1 }], {
    customerId: other!.id,
    channel: 'WHOLESALE',
  });
  await work(server, own.fulfillments[0]!.id, 'startPicking');
  await work(server, foreign.fulfillments[0]!.id, 'startPicking');
  ({ id: pendingId } = await placeOrder(server, [{ sku, quantity: 1 }], { customerId: null }));
});
afterAll(() => server.stop());

const document = `query ($filter: OrderHistoryFilter, $first: Int, $after: String) {
  orderHistory(filter: $filter, first: $first, after: $after) { totalCount pageInfo { hasNextPage endCursor }
    nodes { id action newStatus createdAt performedBy { id } order { id channel } } } }`;

async function list(ask: Ask, filter: object | null = null, page: object = { first: 100 }): Promise<any> {
  const answer = await ask(document, { filter, ...page });
  expect(answer.errors).toBeUndefined();
  return answer.data.orderHistory;
}

const ordersOf = ({ nodes }: any): string[] => [
  ...new Set<string>(nodes.map(({ order }: any) => order.id as string)),
];

describe('each role gets the entries of its own', () => {
  test.each(['order_manager', 'customer_service'] as const)('%s: of every order', async (role) => {
    const found = await list(server.as[role]);
    expect(ordersOf(found).toSorted()).toEqual([own.id, foreign.id, pendingId].toSorted());
    expect(found.totalCount).toBe(found.nodes.length);
  });

  test('warehouse_staff: of orders that they fulfil', async () => {
    const found = await list(server.as.warehouse_staff);
    expect(ordersOf(found).toSorted()).toEqual([own.id, foreign.id].toSorted());
    expect(await list(server.as.warehouse_staff, { orderId: pendingId })).toMatchObject({
      totalCount: 0,
      nodes: [],
    });
  });

  test('customer: the milestones of own orders, whatever is filtered for', async () => {
    const found = await list(server.as.customer);
    expect(found.nodes.map(({ action }: any) => action)).toEqual([
      'PROCESSING_STARTED',
      'CONFIRMED',
      'CREATED',
    ]);
    expect(ordersOf(found)).toEqual([own.id]);
    expect(found.totalCount).toBe(3);
    const filters = [
      { orderId: foreign.id },
      { fulfillmentId: foreign.fulfillments[0]!.id },
      { fulfillmentId: own.fulfillments[0]!.id },
      { channel: ['WHOLESALE'] },
      { actions: ['INVENTORY_RESERVED', 'STATUS_CHANGED'] },
    ];
    for (const filter of filters) {
      expect(await list(server.as.customer, filter)).toMatchObject({ totalCount: 0, nodes: [] });
    }
  });

  test('customer: may not ask who did it', async () => {
    const answer = await server.as.customer(document, {
      filter: { performedById: server.userIds.warehouse_staff },
    });
    expect(answer.data).toBeNull();
    expect(answer.errors).toMatchObject([
      { path: ['orderHistory'], extensions: { code: 'FORBIDDEN', permissions: ['history.viewStaff'] } },
    ]);
  });
});

test('filters, alone and together', async () => {
  const ask = server.as.order_manager;
  const { warehouse_staff: picker } = server.userIds;
  const all = await list(ask);
  const middle = all.nodes[5].createdAt;
  const cases: [object, (entry: any) => boolean][] = [
    [{ orderId: own.id }, (entry) => entry.order.id === own.id],
    [{ actions: ['CREATED', 'CONFIRMED'] }, (entry) => ['CREATED', 'CONFIRMED'].includes(entry.action)],
    [{ performedById: picker }, (entry) => entry.performedBy?.id === picker],
    [{ channel: ['WHOLESALE'] }, (entry) => entry.order.channel === 'WHOLESALE'],
    [{ createdFrom: middle }, (entry) => entry.createdAt >= middle],
    [{ createdBefore: middle }, (entry) => entry.createdAt < middle],
    [
      { performedById: picker, orderId: own.id },
      (entry) => entry.performedBy?.id === picker && entry.order.id === own.id,
    ],
  ];
  for (const [filter, holds] of cases) {
    const expected = all.nodes.filter(holds);
    expect(expected.length, JSON.stringify(filter)).toBeGreaterThan(0);
    expect(expected.length, JSON.stringify(filter)).toBeLessThan(all.totalCount);
    const found = await list(ask, filter);
    expect(found.nodes, JSON.stringify(filter)).toEqual(expected);
    expect(found.totalCount).toBe(expected.length);
  }
  const ofFulfillment = await list(ask, { fulfillmentId: own.fulfillments[0]!.id });
  expect(ofFulfillment.nodes.map(({ newStatus }: any) => newStatus)).toEqual(['PICKING', 'PENDING']);
  expect(await list(ask, { fulfillmentId: unknownId })).toMatchObject({ totalCount: 0, nodes: [] });
});

test('pages go through every entry once, latest first, while new ones are written', async () => {
  const ask = server.as.order_manager;
  const expected = (await list(ask)).nodes.map(({ id }: any) => id);
  const found: string[] = [];
  let after: string | null = null;
  for (let page = 0; page < 50; page += 1) {
    const { nodes, pageInfo } = await list(ask, null, { first: 2, after });
    found.push(...nodes.map(({ id }: any) => id));
    after = pageInfo.endCursor;
    const note = `mutation { addNote(input: { orderId: "${pendingId}", note: "x", isInternal: true }) { userErrors { code } } }`;
    if (page === 1) await ask(note);
    if (!pageInfo.hasNextPage) break;
  }
  expect(found).toEqual(expected);
});

test.each([
  [{ filter: { orderId: 'x' } }],
  [{ first: 0 }],
  [{ first: 101 }],
  [{ after: 'x' }],
  [{ filter: { actions: ['NOTHING'] } }],
  [{ filter: { createdFrom: 'yesterday' } }],
])('what is no filter or page is refused: %j', async (variables) => {
  const answer = await server.as.order_manager(document, variables);
  expect(answer.data?.orderHistory ?? null).toBeNull();
  expect(answer.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
});

describe('a page comes from an index, however long the history', () => {
  beforeAll(async () => {
    await server.database.transaction(async (transaction) => {
      await transaction.execute(sql`select ensure_history_partitions(now() - interval '12 months', now())`);
      await transaction.execute(sql`
        insert into orders (number, channel, currency, subtotal_minor, total_minor, units_ordered)
        select 'PLAN-' || place, 'ecommerce', 'GBP', 0, 0, 0 from generate_series(1, 1000) as place`);
      await transaction.execute(sql`
        insert into order_history (order_id, action, description, created_at, performed_by_id)
        select id, 'edited', 'Filling.', now() - place * interval '1 month' - random() * interval '20 days',
          case when place = 7 then ${server.userIds.customer_service}::uuid end
        from orders cross join generate_series(0, 11) as place where number like 'PLAN-%'`);
    });
    await server.database.transaction((transaction) => transaction.execute(sql`analyze order_history`));
  });

  /** The plan of a page, and the months that it reads from end to end though there is something in them. */
  async function planOf(
    filter: OrderHistoryFilterValues,
    role: Role,
  ): Promise<{ plan: string; scanned: string[] }> {
    const after = [new Date().toISOString(), Number.MAX_SAFE_INTEGER];
    const statement = selectHistory(server.database.read, role, filter, 21, after).getSQL();
    const lines = await server.database.read.execute<Record<string, string>>(sql`explain ${statement}`);
    const plan = lines.map((line) => line['QUERY PLAN']).join('\n');
    const full = await server.database.read.execute<{ month: string }>(sql`
      select tableoid::regclass::text as month from order_history group by tableoid having count(*) > 500`);
    expect(full.length).toBeGreaterThan(10);
    return {
      plan,
      scanned: full.map(({ month }) => month).filter((month) => plan.includes(`Seq Scan on ${month}`)),
    };
  }

  const cases: [string, OrderHistoryFilterValues, RegExp][] = [
    ['everything', {}, /created_at_position/],
    ['of a time', { createdFrom: '2020-01-01T00:00:00Z' }, /created_at_position/],
    ['of a channel', { channel: ['wholesale'] }, /created_at_position/],
    ['of an order', { orderId: unknownId }, /order_id_created_at/],
    ['of a fulfillment', { fulfillmentId: unknownId }, /order_id_created_at/],
    ['of a performer', { performedById: unknownId }, /performed_by_id_created_at/],
  ];
  test.each(cases)('%s', async (_, filter, index) => {
    const { plan, scanned } = await planOf(filter, 'order_manager');
    expect(plan).toMatch(index);
    expect(scanned).toEqual([]);
  });

  test('for the warehouse', async () => {
    const { plan, scanned } = await planOf({}, 'warehouse_staff');
    expect(plan).toMatch(/created_at_position|order_id_created_at/);
    expect(scanned).toEqual([]);
  });
});
