import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mutate, placeOrder, stockedVariant } from '../setup/fixtures.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { expectUnchanged } from '../setup/snapshot.ts';

let server: TestServer;
let sku: string;
beforeAll(async () => {
  server = await startTestServer();
  ({ sku } = await stockedVariant(server, { LONDON: 100 }));
});
afterAll(() => server.stop());

describe('arguments of queries that nothing can match, or that are malformed, are no fault of the server', () => {
  test.each([
    ['a text of wildcards', '{ orders(filter: { text: "%_\\\\" }) { totalCount } }'],
    ['an empty list of statuses', '{ orders(filter: { status: [] }) { totalCount } }'],
    ['no sort keys', '{ orders(sort: []) { totalCount } }'],
    [
      'the same key twice',
      '{ orders(sort: [{ field: TOTAL, direction: ASC }, { field: TOTAL, direction: DESC }]) { totalCount } }',
    ],
    [
      'a filter that is null',
      '{ orders(filter: null) { totalCount } fulfillments(filter: null) { totalCount } }',
    ],
    [
      'what is no id',
      '{ order(id: "x") { id } fulfillment(id: "") { id } note(id: "-") { id } customer(id: "1") { id } product(id: "{}") { id } }',
    ],
    [
      'an unknown number and SKU',
      '{ orderByNumber(number: "x") { id } variant(sku: "x") { id } availability(sku: "x") { onHand } }',
    ],
  ])('%s: an answer', async (_name, query) => {
    expect((await server.as.order_manager(query)).errors).toBeUndefined();
  });

  test.each([
    ['U+0000 in a number', '{ orderByNumber(number: "a\\u0000") { id } }'],
    ['U+0000 in a filter', '{ orders(filter: { text: "a\\u0000" }) { totalCount } }'],
    ['U+0000 in a SKU', '{ availability(sku: "a\\u0000") { onHand } }'],
    [
      'U+0000 in the code of a location',
      '{ fulfillments(filter: { locationCode: "a\\u0000" }) { totalCount } }',
    ],
    ['what is no id of a customer', '{ orders(filter: { customerId: "x" }) { totalCount } }'],
    ['what is no id of an order', '{ fulfillments(filter: { orderId: "x" }) { totalCount } }'],
    ['an empty text', '{ orders(filter: { text: "" }) { totalCount } }'],
    ['four sort keys', `{ orders(sort: [${'{ field: TOTAL, direction: ASC }'.repeat(4)}]) { totalCount } }`],
  ])('%s: BAD_USER_INPUT', async (_name, query) => {
    const answer = await server.as.order_manager(query);
    expect(answer.errors?.map(({ extensions }) => extensions['code'])).toEqual(['BAD_USER_INPUT']);
  });
});

const moments: [given: string, stored: string | null][] = [
  ['2031-05-06T07:08:09Z', '2031-05-06T07:08:09Z'],
  ['2031-05-06T07:08:09.123456Z', '2031-05-06T07:08:09.123456Z'],
  ['2031-05-06T07:08:09.120Z', '2031-05-06T07:08:09.12Z'],
  ['2031-05-06T07:08:09+02:00', '2031-05-06T05:08:09Z'],
  ['2031-05-06T07:08:09.123456-05:30', '2031-05-06T12:38:09.123456Z'],
  ['2031-05-06t07:08:09z', '2031-05-06T07:08:09Z'],
  ['2031-05-06T07:08:09+23:59', '2031-05-05T07:09:09Z'],
  ['0001-01-01T00:00:00+01:00', null],
  ['9999-12-31T23:59:59-01:00', null],
  ['2031-02-29T00:00:00Z', null],
  ['0000-01-01T00:00:00Z', null],
  ['2031-05-06T24:00:00Z', null],
  ['2031-05-06T07:08:60Z', null],
  ['2031-05-06', null],
  ['tomorrow', null],
  ['', null],
];
describe('a moment', () => {
  test.each(moments)('%s as a value is kept as %s, or refused', async (promisedShipAt, stored) => {
    const input = { channel: 'ECOMMERCE', currency: 'GBP', lines: [{ sku, quantity: 1 }], promisedShipAt };
    const place = () =>
      server.as.order_manager(
        `mutation ($input: CreateOrderInput!) { createOrder(input: $input) { order { promisedShipAt } userErrors { code } } }`,
        { input },
      );
    if (stored === null) {
      const answer = await expectUnchanged(server, place);
      expect(answer.data).toBeUndefined();
      expect(answer.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    } else {
      const { data } = await place();
      expect(data.createOrder).toEqual({ order: { promisedShipAt: stored }, userErrors: [] });
    }
  });

  test.each(moments)('%s in a filter', async (given, stored) => {
    const { errors } = await server.as.order_manager(
      `{ orders(filter: { createdFrom: "${given}" }) { totalCount } }`,
    );
    if (stored === null)
      expect(errors?.[0]?.extensions['code']).toMatch(/BAD_USER_INPUT|GRAPHQL_VALIDATION_FAILED/);
    else expect(errors).toBeUndefined();
  });
});

test('the filters for late and held orders, and their opposites, part the orders between them', async () => {
  await placeOrder(server, [{ sku, quantity: 1 }], { promisedShipAt: '2020-01-01T00:00:00Z' });
  await placeOrder(server, [{ sku, quantity: 1 }], { promisedShipAt: null });
  const gone = await placeOrder(server, [{ sku, quantity: 1 }], { promisedShipAt: '2020-01-01T00:00:00Z' });
  await mutate(server.as.order_manager, 'cancelOrder', { orderId: gone.id }, 'order { id }');
  const { data } = await server.as.order_manager(`{
    all: orders { totalCount } late: orders(filter: { late: true }) { totalCount } onTime: orders(filter: { late: false }) { totalCount }
    held: orders(filter: { onHold: true }) { totalCount } free: orders(filter: { onHold: false }) { totalCount }
    somebody: orders(filter: { unassigned: false }) { totalCount } nobody: orders(filter: { unassigned: true }) { totalCount } }`);
  const count = (name: string): number => data[name].totalCount;
  expect(count('late')).toBe(1);
  expect(count('late') + count('onTime')).toBe(count('all'));
  expect(count('held') + count('free')).toBe(count('all'));
  expect(count('somebody') + count('nobody')).toBe(count('all'));
});
