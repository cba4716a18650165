import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mutate, placeOrder, stockedVariant } from '../setup/fixtures.ts';
import { sixPlaces } from '../setup/instants.ts';
import { startTestServer, type GraphqlAnswer, type TestServer } from '../setup/server.ts';

const orderCount = 23;
const fields = ['CREATED_AT', 'UPDATED_AT', 'TOTAL', 'NUMBER', 'PROMISED_SHIP_AT', 'PRIORITY'] as const;
const directions = ['ASC', 'DESC'] as const;
type Sort = { field: (typeof fields)[number]; direction: (typeof directions)[number] };

let server: TestServer;
/** An order with 7 lines, 5 notes and reservations at two locations. */
let rich: string;
beforeAll(async () => {
  server = await startTestServer();
  const { sku } = await stockedVariant(server, { LONDON: 500, LEEDS: 500 }, 100);
  const lines = Array.from({ length: 7 }, (_, line) => ({
    sku,
    quantity: 1,
    locationCode: line % 2 === 0 ? 'LONDON' : 'LEEDS',
  }));
  rich = (await placeOrder(server, lines)).id;
  for (const note of ['1', '2', '3', '4', '5']) {
    await mutate(
      server.as.customer_service,
      'addNote',
      { orderId: rich, note, isInternal: false },
      'note { id }',
    );
  }
  const priorities = ['LOW', 'NORMAL', 'HIGH', 'URGENT'];
  for (let each = 1; each < orderCount; each += 1) {
    await placeOrder(server, [{ sku, quantity: 1 + (each % 3) }], {
      priority: priorities[each % 4],
      promisedShipAt: each % 3 === 0 ? null : `2031-01-0${1 + (each % 4)}T00:00:00.00000${each % 2}Z`,
      ...(each % 2 === 0 && { customerId: null }),
    });
  }
  // Ties, down to the microsecond, in what the clock made.
  await server.database.transaction(async (transaction) => {
    await transaction.execute(sql`alter table orders disable trigger set_updated_at`);
    await transaction.execute(sql`alter table orders drop constraint orders_id_tells_time`);
    await transaction.execute(sql`
      update orders set created_at = '2030-01-01T00:00:00Z'::timestamptz + make_interval(secs => numbered.place / 4 * 1e-6),
        updated_at = '2030-01-01T00:00:00Z'::timestamptz + make_interval(secs => numbered.place / 5 * 1e-6)
      from (select id, (row_number() over (order by number))::integer as place from orders) as numbered
      where numbered.id = orders.id`);
    await transaction.execute(sql`alter table orders enable trigger set_updated_at`);
  });
});
afterAll(() => server.stop());

const pageQuery = `query ($first: Int!, $after: String, $sort: [OrderSort!], $filter: OrderFilter) {
  orders(first: $first, after: $after, sort: $sort, filter: $filter) {
    totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { id } }
    nodes { id createdAt updatedAt total { amountMinor } number promisedShipAt priority } } }`;
const page = (variables: object): Promise<GraphqlAnswer> =>
  server.as.order_manager(pageQuery, variables as never);

async function allPages(first: number, more: object = {}): Promise<any[]> {
  const found: any[] = [];
  let after: string | null = null;
  do {
    const answer: GraphqlAnswer = await page({ first, after, ...more });
    expect(answer.errors).toBeUndefined();
    const { nodes, edges, pageInfo } = answer.data.orders;
    expect(edges.map(({ node }: any) => node.id)).toEqual(nodes.map(({ id }: any) => id));
    expect(pageInfo).toMatchObject({
      hasPreviousPage: after !== null,
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    });
    found.push(...nodes);
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    expect(found.length).toBeLessThanOrEqual(orderCount);
  } while (after !== null);
  return found;
}

const rank = ['LOW', 'NORMAL', 'HIGH', 'URGENT'];
const valueOf = (node: any, field: Sort['field']): string | number | null => {
  const values = {
    CREATED_AT: sixPlaces(node.createdAt),
    UPDATED_AT: sixPlaces(node.updatedAt),
    TOTAL: node.total.amountMinor,
    NUMBER: node.number,
    PROMISED_SHIP_AT: node.promisedShipAt && sixPlaces(node.promisedShipAt),
    PRIORITY: rank.indexOf(node.priority),
  };
  return values[field];
};
/** Below zero where the left one comes first: nothing comes last both ways, and the id decides. */
function compare(left: any, right: any, sort: readonly Sort[]): number {
  for (const { field, direction } of sort) {
    const [one, other] = [valueOf(left, field), valueOf(right, field)];
    if (one === other) continue;
    if (one === null || other === null) return one === null ? 1 : -1;
    return (one < other ? -1 : 1) * (direction === 'ASC' ? 1 : -1);
  }
  return (left.id < right.id ? -1 : 1) * (sort[0]!.direction === 'ASC' ? 1 : -1);
}

describe('every sort, with pages of every size, loses no row and doubles none', () => {
  const single = fields.flatMap((field) => directions.map((direction): Sort[] => [{ field, direction }]));
  const several: Sort[][] = [
    [
      { field: 'PRIORITY', direction: 'DESC' },
      { field: 'PROMISED_SHIP_AT', direction: 'ASC' },
    ],
    [
      { field: 'PROMISED_SHIP_AT', direction: 'DESC' },
      { field: 'TOTAL', direction: 'ASC' },
    ],
    [
      { field: 'TOTAL', direction: 'ASC' },
      { field: 'PRIORITY', direction: 'ASC' },
    ],
    [
      { field: 'PROMISED_SHIP_AT', direction: 'ASC' },
      { field: 'PRIORITY', direction: 'DESC' },
      { field: 'CREATED_AT', direction: 'ASC' },
    ],
  ];
  const named = [...single, ...several].map(
    (sort) => [sort.map(({ field, direction }) => `${field} ${direction}`).join(', '), sort] as const,
  );
  test.each(named)('%s', async (_name, sort) => {
    for (const first of [1, 4, 7, orderCount - 1, orderCount, 100]) {
      const found = await allPages(first, { sort });
      expect(new Set(found.map(({ id }) => id)).size).toBe(orderCount);
      expect(found).toEqual(found.toSorted((left, right) => compare(left, right, sort)));
    }
  });

  test.each(directions)('of one status, whose index is walked, %s', async (direction) => {
    const sort: Sort[] = [{ field: 'CREATED_AT', direction }];
    const ids = (await allPages(100, { sort })).map(({ id }) => id);
    const others = new Set(ids.filter((_id, place) => place % 3 === 1));
    const set = (status: string): Promise<unknown> =>
      server.database.transaction((transaction) =>
        transaction.execute(sql`update orders set status = ${status} where id in ${[...others]}`),
      );
    await set('cancelled');
    const pending = ids.filter((id) => !others.has(id));
    for (const first of [1, 4, 100]) {
      const found = await allPages(first, { sort, filter: { status: ['PENDING'] } });
      expect(found.map(({ id }) => id)).toEqual(pending);
    }
    const { totalCount } = (await page({ first: 1, filter: { status: ['PENDING'] } })).data.orders;
    expect(totalCount).toBe(pending.length);
    await set('pending');
  });

  test('latest first when none is given', async () => {
    const newest: Sort[] = [{ field: 'CREATED_AT', direction: 'DESC' }];
    expect(await allPages(5)).toEqual(await allPages(100, { sort: newest }));
  });

  test('a filter narrows pages and count alike', async () => {
    const filter = { priority: ['HIGH'] };
    const found = await allPages(2, { filter });
    expect(found.length).toBeGreaterThan(2);
    expect(found.every(({ priority }) => priority === 'HIGH')).toBe(true);
    expect((await page({ first: 1, filter })).data.orders.totalCount).toBe(found.length);
    const none = (await page({ first: 5, filter: { text: 'no such order' } })).data.orders;
    expect(none).toMatchObject({
      totalCount: 0,
      nodes: [],
      edges: [],
      pageInfo: { hasNextPage: false, startCursor: null, endCursor: null },
    });
  });

  test('totalCount counts what the viewer may see, not what there is', async () => {
    const query = '{ orders(first: 1) { totalCount } }';
    expect((await server.as.order_manager(query)).data.orders.totalCount).toBe(orderCount);
    expect((await server.as.customer(query)).data.orders.totalCount).toBe(12);
    expect((await server.as.warehouse_staff(query)).data.orders.totalCount).toBe(0);
  });
});

describe('nested lists page too', () => {
  test.each([
    ['items', 'position', 7],
    ['history', 'description', 7],
    ['notes', 'note', 5],
    ['reservations', 'id', 7],
  ])('%s', async (list, field, count) => {
    const query = `query ($id: ID!, $first: Int!, $after: String) { order(id: $id) { ${list}(first: $first, after: $after) {
      totalCount nodes { ${field} } pageInfo { hasNextPage endCursor } } } }`;
    const whole = (await server.as.order_manager(query, { id: rich, first: 100 })).data.order[list];
    expect(whole.totalCount).toBe(count);
    const found: any[] = [];
    let after: string | null = null;
    do {
      const answer: GraphqlAnswer = await server.as.order_manager(query, { id: rich, first: 2, after });
      const { nodes, pageInfo, totalCount } = answer.data.order[list];
      expect(totalCount).toBe(count);
      found.push(...nodes);
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
      expect(found.length).toBeLessThanOrEqual(count);
    } while (after !== null);
    expect(found).toEqual(whole.nodes);
    expect(found).toHaveLength(count);
  });
});

describe('is refused with BAD_USER_INPUT', () => {
  const expectRefused = (answer: GraphqlAnswer, message: RegExp): void => {
    expect(answer.data).toBeNull();
    expect(answer.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(answer.errors![0]!.message).toMatch(message);
  };

  test.each([
    [0, /first must not be less than 1/],
    [-1, /first must not be less than 1/],
    [101, /first must not be greater than 100/],
  ])('first: %s, of orders, fulfillments and nested lists', async (first, message) => {
    expectRefused(await page({ first }), message);
    expectRefused(await server.as.order_manager(`{ fulfillments(first: ${first}) { totalCount } }`), message);
    const nested = await server.as.order_manager(
      `{ orders { nodes { items(first: ${first}) { totalCount } } } }`,
    );
    expectRefused(nested, message);
  });

  const cursorOf = async (sort: Sort[]): Promise<string> =>
    (await page({ first: 1, sort })).data.orders.pageInfo.endCursor;
  const sortBy = (field: Sort['field'], direction: Sort['direction'] = 'ASC'): Sort[] => [
    { field, direction },
  ];

  test.each([
    ['no cursor', 'garbage'],
    ['an empty one', ''],
    ['JSON of another kind', Buffer.from('{"a":1}').toString('base64url')],
    ['JSON with other values', Buffer.from('["x","y"]').toString('base64url')],
  ])('%s', async (_name, after) => {
    expectRefused(await page({ first: 1, after }), /cursor/);
    expectRefused(
      await server.as.order_manager(`{ fulfillments(after: "${after}") { totalCount } }`),
      /cursor/,
    );
  });

  test('the cursor of another sort, of the other direction, of another list', async () => {
    for (const field of fields) {
      const after = await cursorOf(sortBy(field));
      for (const other of fields) {
        if (other !== field) expectRefused(await page({ first: 1, after, sort: sortBy(other) }), /cursor/);
      }
      expectRefused(await page({ first: 1, after, sort: sortBy(field, 'DESC') }), /cursor/);
    }
    const after = await cursorOf(sortBy('CREATED_AT'));
    expectRefused(
      await server.as.order_manager(`{ fulfillments(after: "${after}") { totalCount } }`),
      /cursor/,
    );
    for (const list of ['items', 'history', 'notes', 'fulfillments']) {
      const nested = `{ order(id: "${rich}") { ${list}(after: "${after}") { totalCount } } }`;
      const answer = await server.as.order_manager(nested);
      expect(answer.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    }
  });

  test('a cursor that somebody has changed', async () => {
    for (const field of fields) {
      const after = await cursorOf(sortBy(field));
      const parts = JSON.parse(Buffer.from(after, 'base64url').toString()) as unknown[];
      for (let place = 0; place < parts.length; place += 1) {
        for (const value of [
          "'; drop table orders; --",
          1.5,
          2 ** 60,
          '2031-02-31T00:00:00Z',
          {},
          true,
          '\u0000',
        ]) {
          const changed = Buffer.from(JSON.stringify(parts.with(place, value))).toString('base64url');
          const answer = await page({ first: 1, after: changed, sort: sortBy(field) });
          // A text is a text: only of a number does any text make a cursor.
          const codes = (answer.errors ?? []).map(({ extensions }) => extensions['code']);
          if (field === 'NUMBER' && answer.errors === undefined) continue;
          expect(codes, `${field} ${place} ${JSON.stringify(value)}`).toEqual(['BAD_USER_INPUT']);
        }
      }
    }
  });
});
