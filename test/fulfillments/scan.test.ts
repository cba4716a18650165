import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  confirmedOrder,
  mutate,
  placeOrder,
  stockedVariant,
  work,
  type ConfirmedOrder,
} from '../setup/fixtures.ts';
import { startTestServer, type Ask, type TestServer } from '../setup/server.ts';

let server: TestServer;
let own: ConfirmedOrder;
let foreign: ConfirmedOrder;
let pending: { id: string; number: string };
let sku: string;
let barcode: string;
beforeAll(async () => {
  server = await startTestServer();
  ({ sku, barcode } = await stockedVariant(server, { LONDON: 10 }));
  const lines = [{ sku, quantity: 1 }];
  own = await confirmedOrder(server, lines);
  foreign = await confirmedOrder(server, lines, { customerId: null });
  pending = await placeOrder(server, lines, { customerId: null });
  for (const order of [own, foreign]) await work(server, order.fulfillments[0]!.id, 'shipFulfillment');
});
afterAll(() => server.stop());

async function scan(code: string, ask: Ask = server.as.warehouse_staff): Promise<any> {
  const { data, errors } = await ask(
    `query ($code: String!) { scan(code: $code) { __typename ... on Order { id } ... on Fulfillment { id } ... on ProductVariant { sku } } }`,
    { code },
  );
  expect(errors).toBeUndefined();
  return data.scan;
}

test('numbers, barcodes and SKUs lead to what they name', async () => {
  const fulfillment = own.fulfillments[0]!;
  expect(await scan(own.number)).toEqual({ __typename: 'Order', id: own.id });
  expect(await scan(` ${own.number} `)).toEqual({ __typename: 'Order', id: own.id });
  expect(await scan(fulfillment.number)).toEqual({ __typename: 'Fulfillment', id: fulfillment.id });
  expect(await scan(barcode)).toEqual({ __typename: 'ProductVariant', sku });
  expect(await scan(sku)).toEqual({ __typename: 'ProductVariant', sku });
  expect(await scan('nothing')).toBeNull();
});

test('a tracking number leads to the latest fulfillment with it that the viewer may see', async () => {
  expect(await scan('T-1')).toEqual({ __typename: 'Fulfillment', id: foreign.fulfillments[0]!.id });
  expect(await scan('T-1', server.as.customer)).toEqual({
    __typename: 'Fulfillment',
    id: own.fulfillments[0]!.id,
  });
});

test('what the viewer may not see does not exist', async () => {
  expect(await scan(pending.number)).toBeNull();
  expect(await scan(pending.number, server.as.customer_service)).toEqual({
    __typename: 'Order',
    id: pending.id,
  });
  expect(await scan(own.number, server.as.customer)).toEqual({ __typename: 'Order', id: own.id });
  expect(await scan(foreign.number, server.as.customer)).toBeNull();
  expect(await scan(foreign.fulfillments[0]!.number, server.as.customer)).toBeNull();
});

test('a barcode goes before a SKU that reads the same', async () => {
  const variant = {
    sku: `${sku}-OTHER`,
    barcode: sku,
    name: 'Other',
    price: { amountMinor: 1, currency: 'GBP' },
  };
  await mutate(
    server.as.order_manager,
    'createProduct',
    { name: 'Other', variants: [variant] },
    'product { id }',
  );
  expect(await scan(sku)).toEqual({ __typename: 'ProductVariant', sku: `${sku}-OTHER` });
});

test.each(['', 'x'.repeat(101)])('a code that no label has is refused', async (code) => {
  const { errors } = await server.as.warehouse_staff(
    'query ($code: String!) { scan(code: $code) { __typename } }',
    {
      code,
    },
  );
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
});
