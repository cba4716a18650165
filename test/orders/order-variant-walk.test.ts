import { sql } from 'drizzle-orm';
import { v7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stockedVariant } from '../setup/fixtures.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';

const hourMs = 3_600_000;
const start = Date.parse('2025-03-01T00:00:00Z');
const days = 40;

interface Made {
  readonly id: string;
  readonly number: string;
  readonly createdAt: string;
  readonly channel: 'ecommerce' | 'wholesale';
  readonly skus: readonly string[];
}

let server: TestServer;
let steady: string;
let other: string;
const made: Made[] = [];

/** Ids that are off by up to the two hours that the table allows, so that they are in another sequence than the times. */
function addOrder(createdMs: number, skus: readonly string[], place: number): void {
  const offMs = (((place * 7_919) % 47) - 23) * (hourMs / 12);
  made.push({
    id: v7({ msecs: createdMs + offMs }),
    number: `WALK-${place}`,
    // Every third has the time of the one before it, to the microsecond.
    createdAt: new Date(createdMs).toISOString(),
    channel: place % 5 === 0 ? 'wholesale' : 'ecommerce',
    skus,
  });
}

beforeAll(async () => {
  server = await startTestServer();
  steady = (await stockedVariant(server, { LONDON: 5 })).sku;
  other = (await stockedVariant(server, { LONDON: 5 })).sku;
  for (let place = 0; place < 3_600; place += 1) {
    const createdMs = start + Math.floor((place - (place % 3)) * ((days * 24 * hourMs) / 3_600));
    addOrder(createdMs, place % 10 === 0 ? [steady, other, steady] : [steady], place);
  }
  await server.database.transaction(async (transaction) => {
    await transaction.execute(sql`
      insert into orders (id, number, channel, status, currency, subtotal_minor, total_minor, units_ordered, created_at)
      select id, number, channel, 'completed', 'GBP', 0, 0, 1, "createdAt"
      from jsonb_to_recordset(${JSON.stringify(made)}::text::jsonb)
        as line (id uuid, number text, channel channel, "createdAt" timestamptz)`);
    await transaction.execute(sql`
      insert into order_items (order_id, position, variant_id, sku, name, quantity, unit_price_minor, total_minor)
      select line.id, place, variant.id, variant.sku, variant.name, 1, 0, 0
      from jsonb_to_recordset(${JSON.stringify(made)}::text::jsonb) as line (id uuid, skus jsonb)
        cross join jsonb_array_elements_text(skus) with ordinality as each (sku, place)
        join product_variants as variant on variant.sku = each.sku`);
  });
});
afterAll(() => server.stop());

const listQuery = `query ($filter: OrderFilter, $sort: [OrderSort!], $first: Int!, $after: String) {
  orders(filter: $filter, sort: $sort, first: $first, after: $after) {
    totalCount nodes { number } pageInfo { hasNextPage endCursor } } }`;

/** The numbers of all pages, one after the other, up to so many pages. */
async function walk(filter: object, direction: 'ASC' | 'DESC', first: number, pages: number) {
  const sort = [{ field: 'CREATED_AT', direction }];
  const numbers: string[] = [];
  let after: string | null = null;
  let totalCount = 0;
  for (let page = 0; page < pages; page += 1) {
    const { data, errors } = await server.as.order_manager(listQuery, { filter, sort, first, after });
    if (errors) throw new Error(JSON.stringify(errors));
    numbers.push(...data.orders.nodes.map(({ number }: Made) => number));
    totalCount = data.orders.totalCount;
    after = data.orders.pageInfo.endCursor;
    if (!data.orders.pageInfo.hasNextPage) break;
  }
  return { numbers, totalCount };
}

function expected(direction: 'ASC' | 'DESC', holds: (order: Made) => boolean): string[] {
  const byAge = (left: Made, right: Made): number =>
    left.createdAt < right.createdAt
      ? -1
      : left.createdAt > right.createdAt
        ? 1
        : left.id < right.id
          ? -1
          : 1;
  const sorted = made.filter(holds).toSorted(byAge);
  return (direction === 'ASC' ? sorted : sorted.toReversed()).map(({ number }) => number);
}

test('the ids are in another sequence than the times, or there would be nothing to find out', () => {
  expect(made.map(({ id }) => id)).not.toEqual(made.map(({ id }) => id).toSorted());
});

const directions = ['ASC', 'DESC'] as const;

test.each(directions)('all orders of a SKU, page by page, by age %s', async (direction) => {
  const all = expected(direction, () => true);
  expect(await walk({ sku: [steady] }, direction, 100, 100)).toEqual({ numbers: all, totalCount: 3_600 });
});

test.each(directions)('an order with two of the SKUs is there once, %s', async (direction) => {
  const all = expected(direction, () => true);
  const { numbers } = await walk({ sku: [steady, other] }, direction, 60, 20);
  expect(numbers).toEqual(all.slice(0, 1_200));
  const few = expected(direction, ({ skus }) => skus.includes(other));
  const { data } = await server.as.order_manager(
    'query ($sku: String!) { variant: availability(sku: $sku) { variant { id } } }',
    { sku: other },
  );
  expect(await walk({ variantId: data.variant[0].variant.id }, direction, 100, 10)).toEqual({
    numbers: few,
    totalCount: few.length,
  });
});

test.each(directions)('with the rest of the filter, %s', async (direction) => {
  const createdFrom = '2025-03-09T05:00:00Z';
  const createdBefore = '2025-03-27T00:00:00Z';
  const holds = (order: Made): boolean =>
    order.channel === 'wholesale' &&
    order.createdAt >= '2025-03-09T05:00:00.000Z' &&
    order.createdAt < '2025-03-27T00:00:00.000Z';
  const all = expected(direction, holds);
  expect(all.length).toBeGreaterThan(200);
  const filter = { sku: [steady], channel: ['WHOLESALE'], createdFrom, createdBefore };
  expect(await walk(filter, direction, 50, 100)).toEqual({ numbers: all, totalCount: all.length });
  expect(await walk({ ...filter, status: ['PENDING'] }, direction, 50, 100)).toEqual({
    numbers: [],
    totalCount: 0,
  });
  expect(
    await walk({ ...filter, sku: ['NO-SUCH'], not: { channel: ['RETAIL_POS'] } }, direction, 50, 100),
  ).toEqual({ numbers: [], totalCount: 0 });
});

test('where a few orders fill all that is looked at, the rest is found all the same', async () => {
  const { sku } = await stockedVariant(server, { LONDON: 5 });
  const [last] = expected('DESC', () => true);
  const [first, second] = expected('ASC', ({ channel }) => channel === 'wholesale');
  const add = (number: string, items: number) =>
    server.database.transaction((transaction) =>
      transaction.execute(sql`
        insert into order_items (order_id, position, variant_id, sku, name, quantity, unit_price_minor, total_minor)
        select orders.id, 100 + place, variant.id, variant.sku, variant.name, 1, 0, 0
        from orders, product_variants as variant, generate_series(1, ${items}::integer) as place
        where orders.number = ${number} and variant.sku = ${sku}`),
    );
  await add(last!, 30_001);
  await add(first!, 1);
  await add(second!, 1);
  const { numbers, totalCount } = await walk({ sku: [sku] }, 'DESC', 2, 3);
  expect({ numbers, totalCount }).toEqual({ numbers: [last, second, first], totalCount: 3 });
});

test('an order whose id tells another time is refused by the table', async () => {
  const insert = (createdAt: string) =>
    server.database.transaction((transaction) =>
      transaction.execute(sql`
        insert into orders (number, channel, currency, subtotal_minor, total_minor, units_ordered, created_at)
        values (${`DAY-${createdAt}`}, 'ecommerce', 'GBP', 0, 0, 1, now() + ${createdAt}::interval) returning id`),
    );
  await expect(insert('-121 minutes')).rejects.toThrow();
  expect(await insert('-119 minutes')).toHaveLength(1);
});
