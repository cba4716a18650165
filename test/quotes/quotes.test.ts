import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeAdministrationRules } from '../setup/administration-rules.ts';
import { historyOf, shortHistory } from '../setup/command-rules.ts';
import { mutate, stockedVariant, type Stocked } from '../setup/fixtures.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { asker, startTestServer, type TestServer } from '../setup/server.ts';
import { expectUnchanged, rowsGained } from '../setup/snapshot.ts';

let server: TestServer;
let mug: Stocked;
beforeAll(async () => {
  server = await startTestServer();
  mug = await stockedVariant(server, { LONDON: 1_000 }, 1_000);
});
afterAll(async () => {
  await expectInvariants(server.databaseUrl);
  await server.stop();
});

const quoteFields = `id number state version expiresAt subtotal { amountMinor } discount { amountMinor } total { amountMinor }
  items { position sku quantity unitPrice { amountMinor } } customer { id } order { id }`;
const offer = (more: object = {}) => ({
  customerId: server.customerId,
  currency: 'GBP',
  lines: [{ sku: mug.sku, quantity: 2 }],
  ...more,
});
const create = async (more: object = {}): Promise<any> => {
  const answer = await mutate(
    server.as.order_manager,
    'createQuote',
    offer(more),
    `quote { ${quoteFields} }`,
  );
  expect(answer.userErrors).toEqual([]);
  return answer.quote;
};
const convert = (quoteId: string, ask = server.as.order_manager): Promise<any> =>
  mutate(
    ask,
    'convertQuote',
    { quoteId },
    `quote { ${quoteFields} } order { id channel status total { amountMinor } customer { id }
      items { nodes { sku quantity unitPrice { amountMinor } } } reservations { nodes { quantityReserved } } }`,
  );
const expire = (quoteId: string) =>
  server.database.transaction((transaction) =>
    transaction.execute(
      sql`update quotes set expires_at = now() - interval '1 second' where id = ${quoteId}::uuid`,
    ),
  );

test('an offer at the customer’s prices reserves nothing, and becomes an order at these prices', async () => {
  const { sku } = await stockedVariant(server, { LONDON: 10 }, 1_000);
  const price = { customerId: server.customerId, sku, currency: 'GBP', amountMinor: 800 };
  await mutate(server.as.order_manager, 'setCustomerPrice', price, '__typename');
  const quote = await create({ lines: [{ sku, quantity: 3 }], discount: { basisPoints: 1_000 } });
  expect(quote).toMatchObject({
    number: expect.stringMatching(/^QUO-\d{8}-\d{4,}$/),
    state: 'OPEN',
    subtotal: { amountMinor: 2_400 },
    discount: { amountMinor: 240 },
    total: { amountMinor: 2_160 },
    items: [{ position: 1, sku, quantity: 3, unitPrice: { amountMinor: 800 } }],
    customer: { id: server.customerId },
    order: null,
  });
  const { data } = await server.as.order_manager(`{ availability(sku: "${sku}") { reserved } }`);
  expect(data.availability).toEqual([{ reserved: 0 }]);
  // The price of today is another one when the customer takes it.
  await mutate(server.as.order_manager, 'setCustomerPrice', { ...price, amountMinor: 950 }, '__typename');
  const { order, quote: converted, userErrors } = await convert(quote.id);
  expect(userErrors).toEqual([]);
  expect(order).toMatchObject({
    channel: 'WHOLESALE',
    status: 'PENDING',
    total: { amountMinor: 2_160 },
    customer: { id: server.customerId },
    items: { nodes: [{ sku, quantity: 3, unitPrice: { amountMinor: 800 } }] },
    reservations: { nodes: [{ quantityReserved: 3 }] },
  });
  expect(converted).toMatchObject({ state: 'CONVERTED', version: 2, order: { id: order.id } });
  const history = await historyOf(server, order.id);
  expect(shortHistory(history)).toEqual(['CREATED null>PENDING', 'INVENTORY_RESERVED null>null']);
  expect(history[0].additionalData).toMatchObject({ quote: quote.number, channel: 'wholesale' });
});

test('an expired quote is not converted, and says what to do', async () => {
  const quote = await create();
  await expire(quote.id);
  const answer = await expectUnchanged(server, () => convert(quote.id));
  expect(answer).toMatchObject({
    order: null,
    userErrors: [
      {
        code: 'VALIDATION',
        path: ['quoteId'],
        message: `${quote.number} has expired: make a new quote at the prices of today.`,
      },
    ],
  });
  const { data } = await server.as.order_manager(
    `{ quotes(filter: { states: [EXPIRED] }) { nodes { id state } } open: quotes(filter: { states: [OPEN] }) { nodes { id } } }`,
  );
  expect(data.quotes.nodes).toContainEqual({ id: quote.id, state: 'EXPIRED' });
  expect(data.open.nodes).not.toContainEqual({ id: quote.id });
});

test('converted by many at once on two servers, and again after it has expired, it is one order', async () => {
  const quote = await create();
  const other = await server.startAnother();
  const asks = [server.as.order_manager, asker(other.url, server.tokens.order_manager)];
  let answers: any[] = [];
  const gained = await rowsGained(server, async () => {
    answers = await Promise.all(Array.from({ length: 6 }, (_, index) => convert(quote.id, asks[index % 2])));
  });
  await other.stop();
  expect(answers.flatMap(({ userErrors }) => userErrors)).toEqual([]);
  expect(new Set(answers.map(({ order }) => order.id)).size).toBe(1);
  expect(gained).toMatchObject({ orders: 1, inventory_reservations: 1 });
  await expire(quote.id);
  expect((await expectUnchanged(server, () => convert(quote.id))).order.id).toBe(answers[0].order.id);
});

test('another version than the present is refused with the quote; so is the quote of a customer who was erased', async () => {
  const quote = await create({ shippingAddress: { line1: '1 High St', city: 'York', country: 'GB' } });
  const conflict = await expectUnchanged(server, async () => {
    const answer = await server.as.order_manager(
      `mutation ($id: ID!) { convertQuote(input: { quoteId: $id, expectedVersion: 9 }) { order { id }
        userErrors { code ... on VersionConflictError { currentVersion quote { id version } } } } }`,
      { id: quote.id },
    );
    return answer.data.convertQuote;
  });
  expect(conflict).toEqual({
    order: null,
    userErrors: [{ code: 'VERSION_CONFLICT', currentVersion: 1, quote: { id: quote.id, version: 1 } }],
  });
  const manager = server.as.order_manager;
  const made = await mutate(
    manager,
    'createCustomer',
    { name: 'Gone', kind: 'WHOLESALE' },
    'customer { id }',
  );
  const customerId = made.customer.id;
  const theirs = await create({
    customerId,
    shippingAddress: { name: 'Gone Soon', line1: 'x', city: 'y', country: 'GB' },
  });
  const erase = () => mutate(manager, 'eraseCustomer', { customerId }, 'customer { id }', 'CustomerInput');
  const [converted, erased] = await Promise.all([convert(theirs.id), erase()]);
  // Whoever came first: an order under way keeps the customer, an erased customer orders nothing.
  expect([converted.userErrors.length, erased.userErrors.length].toSorted()).toEqual([0, 1]);
});

test('what is short by then is refused with how much, and the quote stays open', async () => {
  const { sku } = await stockedVariant(server, { LONDON: 3 });
  const quote = await create({ lines: [{ sku, quantity: 4 }] });
  const answer = await expectUnchanged(server, () => convert(quote.id));
  expect(answer.userErrors).toMatchObject([
    { code: 'INSUFFICIENT_STOCK', shortages: [{ sku, requested: 4, available: 3 }] },
  ]);
});

test('a customer sees own quotes and nobody else’s; the warehouse sees none', async () => {
  const own = await create();
  const made = await mutate(
    server.as.order_manager,
    'createCustomer',
    { name: 'Somebody', kind: 'WHOLESALE' },
    'customer { id }',
  );
  const foreign = await create({ customerId: made.customer.id });
  const ask = server.as.customer;
  const { data } = await ask(`{ own: quote(id: "${own.id}") { id } foreign: quote(id: "${foreign.id}") { id }
    quotes(first: 100) { nodes { id } } of: quotes(filter: { customerId: "${made.customer.id}" }) { totalCount } }`);
  expect(data).toMatchObject({ own: { id: own.id }, foreign: null, of: { totalCount: 0 } });
  expect(data.quotes.nodes).not.toContainEqual({ id: foreign.id });
  const refused = await server.as.warehouse_staff('{ quotes { totalCount } }');
  expect(refused.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
});

describeAdministrationRules(() => server, {
  name: 'createQuote',
  inputType: 'CreateQuoteInput',
  permission: 'quotes.manage',
  selection: 'quote { id version }',
  arrange: async () => offer(),
  other: () => ({ lines: [{ sku: mug.sku, quantity: 3 }] }),
  wrong: [
    ['no lines', { lines: [] }, ['lines']],
    ['a currency that there is not', { currency: 'XXL' }, ['currency']],
    ['a time that has passed', { expiresAt: '2020-01-01T00:00:00Z' }, ['expiresAt']],
    ['a discount of nothing', { discount: {} }, ['discount']],
  ],
  unknown: ['customerId'],
});

describeAdministrationRules(() => server, {
  name: 'convertQuote',
  inputType: 'ConvertQuoteInput',
  permission: 'quotes.manage',
  selection: 'quote { id version }',
  arrange: async () => ({ quoteId: (await create()).id }),
  other: async () => ({ quoteId: (await create()).id }),
  wrong: [['no id', { quoteId: '42' }, ['quoteId']]],
  unknown: ['quoteId'],
});
