import fc from 'fast-check';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { customers } from '../../src/db/tables/customers.ts';
import { nearlyEqualTexts } from '../../src/orders/nearly-equal.ts';
import { confirmedOrder, mutate, placeOrder, stockedVariant, work } from '../setup/fixtures.ts';
import { startTestServer, type Ask, type TestServer } from '../setup/server.ts';

vi.setConfig({ testTimeout: 120_000 });

let server: TestServer;
let lamp: string;
let mug: string;
/** Orders by what they are in the tests, such as `plain`, and their numbers. */
const made: Record<string, { id: string; number: string }> = {};

beforeAll(async () => {
  server = await startTestServer();
  lamp = (await stockedVariant(server, { LONDON: 100, LEEDS: 100 })).sku;
  mug = (await stockedVariant(server, { LONDON: 100 })).sku;
  const [company] = await server.database.transaction((transaction) =>
    transaction
      .insert(customers)
      .values({
        name: 'Johanna Smith',
        company: 'Rosewood Furniture',
        email: 'j.smith@rosewood.example',
        kind: 'wholesale',
      })
      .returning({ id: customers.id }),
  );
  const lines = [{ sku: lamp, quantity: 1, locationCode: 'LONDON' }];
  made['plain'] = await placeOrder(server, lines, { externalReference: 'SHOP-4711', tags: ['gift'] });
  made['company'] = await placeOrder(server, lines, { customerId: company!.id, priority: 'URGENT' });
  made['guest'] = await placeOrder(server, [{ sku: mug, quantity: 7 }], {
    customerId: null,
    contact: { name: 'Zacharias Quill', email: 'zq@guest.example' },
    promisedShipAt: '2020-01-01T00:00:00Z',
  });
  made['shipped'] = await confirmedOrder(server, [{ sku: mug, quantity: 2, locationCode: 'LONDON' }], {
    tags: ['gift', 'fragile'],
    promisedShipAt: '2030-01-01T00:00:00Z',
  });
  const { fulfillments } = made['shipped'] as unknown as { fulfillments: { id: string }[] };
  await work(server, fulfillments[0]!.id, 'completePacking');
  await mutate(
    server.as.warehouse_staff,
    'shipFulfillment',
    { fulfillmentId: fulfillments[0]!.id, carrier: 'DPD', trackingNumber: 'JD014600006' },
    'fulfillment { id }',
  );
  made['leeds'] = await confirmedOrder(server, [{ sku: lamp, quantity: 3, locationCode: 'LEEDS' }]);
  await mutate(
    server.as.order_manager,
    'addNote',
    { orderId: made['leeds']!.id, note: 'For staff', isInternal: true },
    'note { id }',
  );
  await mutate(
    server.as.order_manager,
    'holdOrder',
    { orderId: made['leeds']!.id, reason: 'check' },
    'order { id }',
  );
});
afterAll(() => server.stop());

/** The names of the orders that the filter finds, in alphabetical order. */
async function found(filter: object, ask: Ask = server.as.order_manager): Promise<string[]> {
  const { data, errors } = await ask(
    `query ($filter: OrderFilter) { orders(first: 100, filter: $filter) { totalCount nodes { id } } }`,
    { filter },
  );
  if (errors) throw new Error(JSON.stringify(errors));
  const ids = new Set(data.orders.nodes.map(({ id }: { id: string }) => id));
  expect(data.orders.totalCount).toBe(ids.size);
  return Object.keys(made)
    .filter((name) => ids.has(made[name]!.id))
    .toSorted();
}

describe('text', () => {
  const cases: [string, () => string, string[]][] = [
    ['the whole number', () => made['plain']!.number, ['plain']],
    ['a part of the external reference, in another case', () => 'shop-47', ['plain']],
    ['a name', () => 'johanna', ['company']],
    ['a company', () => 'ROSEWOOD f', ['company']],
    ['an e-mail address', () => 'j.smith@rose', ['company']],
    ['a guest', () => 'quill', ['guest']],
    ['a SKU', () => mug.toLowerCase(), ['guest', 'shipped']],
    ['a tracking number', () => '0146000', ['shipped']],
    ['two letters', () => 'zq', ['guest']],
    ['wildcards, as letters', () => '%_%', []],
    ['what nobody has', () => 'xyzzy-plugh', []],
  ];
  test.each(cases)('%s', async (_what, text, names) => {
    expect(await found({ text: text() })).toEqual(names);
  });

  const typos: [string, () => string, string[]][] = [
    ['swapped letters of a name', () => 'smiht', ['company']],
    ['a missing letter', () => 'johana smith', ['company']],
    ['a guest, mistyped', () => 'zacharais', ['guest']],
    ['a wrong letter in a reference', () => 'SHOP-4771', ['plain']],
    ['a reference in small letters with one too many', () => 'shop-47111', ['plain']],
    ['swapped digits of a tracking number', () => 'JD014600060', ['shipped']],
    ['the letter O in a number', () => made['shipped']!.number.replace(/0(\d*)$/, 'O$1'), ['shipped']],
  ];
  test.each(typos)('with a slip: %s', async (_what, text, names) => {
    expect(await found({ text: text() })).toEqual(expect.arrayContaining(names));
  });

  test('an exact find keeps what is only like it out', async () => {
    expect(await found({ text: 'smith' })).toEqual(['company']);
    expect(await found({ text: made['guest']!.number })).toEqual(['guest']);
  });

  test('who does not see contact data does not find by it, and a customer finds own orders only', async () => {
    expect(await found({ text: 'rosewood' }, server.as.customer_service)).toEqual(['company']);
    expect(await found({ text: 'rosewood' }, server.as.warehouse_staff)).toEqual([]);
    expect(await found({ text: 'ada' }, server.as.warehouse_staff)).toEqual([]);
    expect(await found({ text: made['company']!.number }, server.as.customer)).toEqual([]);
    expect(await found({ text: 'shop-4711' }, server.as.customer)).toEqual(['plain']);
    expect(await found({ text: mug }, server.as.customer)).toEqual(['shipped']);
  });

  test('one that very many orders have finds the same, page by page', async () => {
    const { data } = await server.as.order_manager('{ orders { totalCount } }');
    // Every number begins so; a hundred more than are looked up first.
    await server.database.transaction((transaction) =>
      transaction.execute(sql`
        with buyers as (
          insert into customers (name, kind) select 'Zebra ' || place, 'online' from generate_series(1, 5100) as place
          returning id, split_part(name, ' ', 2) as place
        )
        insert into orders (number, channel, currency, subtotal_minor, total_minor, units_ordered, external_reference, customer_id)
        select 'ORD-20990101-' || lpad(place::text, 4, '0'), 'ecommerce', 'GBP', 100, 100, 1, 'BULK-' || place, id
        from buyers`),
    );
    const query = `query ($after: String) { orders(first: 100, after: $after, filter: { text: "bulk-" },
      sort: [{ field: NUMBER, direction: ASC }]) { totalCount nodes { number } pageInfo { hasNextPage endCursor } } }`;
    const numbers: string[] = [];
    let after: string | null = null;
    do {
      const page: any = (await server.as.order_manager(query, { after })).data.orders;
      expect(page.totalCount).toBe(5100);
      numbers.push(...page.nodes.map(({ number }: { number: string }) => number));
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after !== null);
    expect(numbers).toEqual(numbers.toSorted());
    expect(new Set(numbers).size).toBe(5100);
    const countOf = async (text: string) =>
      (await server.as.order_manager(`{ orders(filter: { text: "${text}" }) { totalCount } }`)).data.orders
        .totalCount;
    // The whole of one reference, and a part of others; then a part of some, and of none as a whole.
    expect(await countOf('bulk-20')).toBe(1);
    expect(await countOf('ulk-20')).toBe(111);
    // More customers than are looked up first, and fewer.
    expect(await countOf('zebra')).toBe(5100);
    expect(await countOf('zebra 20')).toBe(111);
    await server.database.transaction(async (transaction) => {
      await transaction.execute(sql`delete from orders where number like 'ORD-20990101-%'`);
      await transaction.execute(sql`delete from customers where name like 'Zebra %'`);
    });
    expect((await server.as.order_manager('{ orders { totalCount } }')).data).toEqual(data);
  });
});

/** Of all orders that the filter finds, page by page. */
async function numbersOf(filter: object): Promise<Set<string>> {
  const query = `query ($after: String, $filter: OrderFilter) { orders(first: 100, after: $after, filter: $filter,
    sort: [{ field: NUMBER, direction: ASC }]) { totalCount nodes { number } pageInfo { hasNextPage endCursor } } }`;
  const numbers: string[] = [];
  let after: string | null = null;
  let total = 0;
  do {
    const page: any = (await server.as.order_manager(query, { after, filter })).data.orders;
    total = page.totalCount;
    numbers.push(...page.nodes.map(({ number }: { number: string }) => number));
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after !== null);
  expect(numbers).toHaveLength(total);
  expect(new Set(numbers).size).toBe(total);
  return new Set(numbers);
}

test('a location, a SKU and a variant that very many orders have find the same, page by page', async () => {
  const some = { or: [{ locationCode: ['LEEDS'] }, { tag: ['fragile'] }], not: { locationCode: ['YORK'] } };
  const before = await found(some);
  const lampsBefore = (await numbersOf({ sku: [lamp] })).size;
  // Fewer than are looked up first, but with two rows each more than that.
  await server.database.transaction((transaction) =>
    transaction.execute(sql`
      with made as (
        insert into orders (number, channel, currency, subtotal_minor, total_minor, units_ordered)
        select 'ORD-20990101-' || lpad(place::text, 4, '0'), 'ecommerce', 'GBP', 100, 100, 1
        from generate_series(1, 2600) as place
        returning id, number
      ), lines as (
        insert into order_items (order_id, position, variant_id, sku, name, quantity, unit_price_minor, total_minor)
        select made.id, line, product_variants.id, sku, name, 1, 100, 100
        from made, generate_series(1, 2) as line, product_variants where sku = ${lamp}
      )
      insert into order_fulfillments (number, order_id, location_id)
      select 'FUL' || made.number || '-' || parcel, made.id, stock_locations.id
      from made, generate_series(1, 2) as parcel, stock_locations where code = 'LEEDS'`),
  );
  await server.database.transaction((transaction) =>
    transaction.execute(sql`analyze orders, order_items, order_fulfillments`),
  );
  const { data } = await server.as.order_manager(`{ variant(sku: "${lamp}") { id } }`);
  const leeds = await numbersOf({ locationCode: ['LEEDS', 'NOWHERE'] });
  expect(leeds.size).toBe(2601);
  expect(leeds).toContain(made['leeds']!.number);
  expect(leeds).not.toContain(made['plain']!.number);
  const withLamp = await numbersOf({ sku: [lamp, 'NOTHING'] });
  expect(withLamp).toEqual(await numbersOf({ variantId: data.variant.id }));
  expect(withLamp.size).toBe(2600 + lampsBefore);
  expect(withLamp).toContain(made['plain']!.number);
  expect(withLamp).not.toContain(made['guest']!.number);
  await server.database.transaction((transaction) =>
    transaction.execute(sql`delete from orders where number like 'ORD-20990101-%'`),
  );
  expect(await found(some)).toEqual(before);
});

describe('filters', () => {
  const all = ['company', 'guest', 'leeds', 'plain', 'shipped'];
  const cases: [string, () => object, string[]][] = [
    ['none', () => ({}), all],
    ['tags, any of them', () => ({ tag: ['fragile', 'nothing'] }), ['shipped']],
    ['a tag', () => ({ tag: ['gift'] }), ['plain', 'shipped']],
    ['no tag at all', () => ({ tag: [] }), []],
    ['SKUs', () => ({ sku: [mug] }), ['guest', 'shipped']],
    ['no SKU at all', () => ({ sku: [] }), []],
    ['a location', () => ({ locationCode: ['LEEDS'] }), ['leeds']],
    ['no location at all', () => ({ locationCode: [] }), []],
    [
      'shipped in a time',
      () => ({ shippedFrom: '2020-01-01T00:00:00Z', shippedBefore: '2090-01-01T00:00:00Z' }),
      ['shipped'],
    ],
    ['shipped before there was any', () => ({ shippedBefore: '2020-01-01T00:00:00Z' }), []],
    ['delivered', () => ({ deliveredFrom: '2020-01-01T00:00:00Z' }), []],
    ['delivered before', () => ({ deliveredBefore: '2090-01-01T00:00:00Z' }), []],
    [
      'promised in a time',
      () => ({ promisedFrom: '2029-01-01T00:00:00Z', promisedBefore: '2031-01-01T00:00:00Z' }),
      ['shipped'],
    ],
    [
      'promised for before they came',
      () => ({ promisedFrom: '2019-01-01T00:00:00Z', promisedBefore: '2021-01-01T00:00:00Z' }),
      ['guest'],
    ],
    [
      'promised before a moment, whenever they came',
      () => ({ promisedBefore: '2021-01-01T00:00:00Z' }),
      ['guest'],
    ],
    ['late', () => ({ late: true }), ['guest']],
    ['on hold', () => ({ onHold: true }), ['leeds']],
    ['with a note', () => ({ hasNote: true }), ['leeds']],
    ['without a note', () => ({ hasNote: false }), ['company', 'guest', 'plain', 'shipped']],
    ['a currency', () => ({ currency: 'GBP' }), all],
    ['another currency', () => ({ currency: 'JPY' }), []],
    ['a priority', () => ({ priority: ['URGENT'] }), ['company']],
    ['one or the other', () => ({ or: [{ late: true }, { onHold: true }] }), ['guest', 'leeds']],
    ['one of nothing', () => ({ or: [] }), []],
    ['all of nothing', () => ({ and: [] }), all],
    ['both', () => ({ and: [{ tag: ['gift'] }, { sku: [mug] }] }), ['shipped']],
    ['not', () => ({ not: { tag: ['gift'] } }), ['company', 'guest', 'leeds']],
    [
      'not what is unknown of it',
      () => ({ not: { promisedBefore: '2025-01-01T00:00:00Z' } }),
      ['company', 'leeds', 'plain', 'shipped'],
    ],
    [
      'a text in a part',
      () => ({ or: [{ text: 'johanna' }, { text: 'quill' }], not: { late: true } }),
      ['company'],
    ],
    [
      'deep',
      () => ({ not: { or: [{ not: { sku: [lamp] } }, { and: [{ onHold: true }] }] } }),
      ['company', 'plain'],
    ],
  ];
  test.each(cases)('%s', async (_what, filter, names) => {
    expect(await found(filter())).toEqual(names);
  });

  test('by total, within a currency', async () => {
    const { data } = await server.as.order_manager('{ orders { nodes { id total { amountMinor } } } }');
    for (const { id, total } of data.orders.nodes) {
      const { amountMinor } = total;
      const exactly = { totalFromMinor: amountMinor, totalToMinor: amountMinor, currency: 'GBP' };
      const name = Object.keys(made).find((each) => made[each]!.id === id)!;
      expect(await found(exactly)).toContain(name);
      expect(await found({ totalFromMinor: amountMinor + 1 })).not.toContain(name);
      expect(await found({ totalToMinor: amountMinor - 1 })).not.toContain(name);
    }
  });

  test('a customer does not learn of internal notes', async () => {
    expect(await found({ hasNote: true }, server.as.customer)).toEqual([]);
    expect(await found({ hasNote: false }, server.as.customer)).toEqual(['leeds', 'plain', 'shipped']);
  });

  test.each<[string, 'customer' | 'warehouse_staff', object]>([
    ['a customer by location', 'customer', { locationCode: ['LEEDS'] }],
    ['a customer by assignee', 'customer', { unassigned: true }],
    ['the warehouse by total', 'warehouse_staff', { totalFromMinor: 1 }],
    [
      'the warehouse by total, deep inside',
      'warehouse_staff',
      { or: [{ not: { and: [{ totalToMinor: 1 }] } }] },
    ],
  ])('what is not shown cannot be searched by: %s', async (_what, role, filter) => {
    const { errors } = await server.as[role](
      'query ($filter: OrderFilter) { orders(filter: $filter) { totalCount } }',
      { filter },
    );
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  const nested = (depth: number): object => (depth === 0 ? { late: true } : { not: nested(depth - 1) });
  test.each([
    ['too deep', nested(5)],
    ['too many', { or: Array.from({ length: 30 }, () => ({ late: true })) }],
    ['a malformed id deep inside', { and: [{ or: [{ variantId: 'x' }] }] }],
    ['what is no currency', { currency: 'pounds' }],
    ['a negative amount', { totalFromMinor: -1 }],
    ['U+0000 deep inside', { not: { text: 'a\0' } }],
    ['U+0000 in a list', { tag: ['a\0'] }],
  ])('%s: BAD_USER_INPUT', async (_what, filter) => {
    const { errors } = await server.as.order_manager(
      'query ($filter: OrderFilter) { orders(filter: $filter) { totalCount } }',
      { filter },
    );
    expect(errors?.map(({ extensions }) => extensions['code'])).toEqual(['BAD_USER_INPUT']);
  });

  test('of the depth and number that are promised there is an answer', async () => {
    expect(await found(nested(4))).toEqual(['guest']);
    expect(await found({ or: Array.from({ length: 29 }, () => ({ late: true })) })).toEqual(['guest']);
  });
});

test('a filter and its opposite part the orders between them, whatever it is', async () => {
  const leaf = fc.constantFrom<object>(
    { late: true },
    { onHold: true },
    { tag: ['gift'] },
    { sku: [mug] },
    { text: 'smith' },
    { text: 'shop-47' },
    { hasNote: true },
    { promisedFrom: '2029-01-01T00:00:00Z' },
    { promisedBefore: '2031-01-01T00:00:00Z' },
    { shippedFrom: '2020-01-01T00:00:00Z' },
    { shippedBefore: '2090-01-01T00:00:00Z', tag: ['gift'] },
    { priority: ['URGENT'] },
    { locationCode: ['LONDON'] },
  );
  const tree = fc.letrec<{ filter: object }>((tie) => ({
    filter: fc.oneof(
      { maxDepth: 2 },
      leaf,
      fc.array(tie('filter'), { minLength: 1, maxLength: 2 }).map((and) => ({ and })),
      fc.array(tie('filter'), { minLength: 1, maxLength: 2 }).map((or) => ({ or })),
      tie('filter').map((not) => ({ not })),
    ),
  })).filter;
  await fc.assert(
    fc.asyncProperty(tree, async (filter) => {
      const [yes, no] = [await found(filter), await found({ not: filter })];
      expect([...yes, ...no].toSorted()).toEqual(Object.keys(made).toSorted());
    }),
    { numRuns: 40 },
  );
});

test('nearly equal texts are those one change away', () => {
  const near = new Set(nearlyEqualTexts('AB-1'));
  for (const text of ['AB-1', 'B-1', 'AB1', 'BA-1', 'AB1-', 'AC-1', 'AB-12', '0AB-1'])
    expect(near).toContain(text);
  for (const text of ['AB-123', 'A1', 'BA1-', '']) expect(near).not.toContain(text);
  expect(nearlyEqualTexts(' ab-1 ')).toEqual(expect.arrayContaining(['AB-2', 'ab-2', 'aB-1']));
  expect(nearlyEqualTexts('x'.repeat(41))).toEqual(['x'.repeat(41)]);
});
