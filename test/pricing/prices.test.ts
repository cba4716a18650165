import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeAdministrationRules } from '../setup/administration-rules.ts';
import { mutate, placeOrder, stockedVariant } from '../setup/fixtures.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { expectUnchanged, rowsGained } from '../setup/snapshot.ts';
import { expectForbidden } from '../stock/refusals.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await expectInvariants(server.databaseUrl);
  await server.stop();
});

const minor = 'amountMinor';
const moneyFields = ['subtotal', 'discount', 'tax', 'shipping', 'total'];
const to = (country: string) => ({ shippingAddress: { line1: '1 High St', city: 'Town', country } });

/** The amounts of an order and of its lines, in minor units. */
async function amountsOf(id: string): Promise<any> {
  const { data } = await server.as.order_manager(
    `query ($id: ID!) { order(id: $id) { ${moneyFields.map((field) => `${field} { ${minor} }`).join(' ')}
      items { nodes { unitPrice { ${minor} } discount { ${minor} } tax { ${minor} } total { ${minor} } } } } }`,
    { id },
  );
  const flat = (entry: object): object =>
    Object.fromEntries(
      Object.entries(entry).map(([name, value]) => [name, name === 'items' ? value : value.amountMinor]),
    );
  return { ...flat(data.order), items: data.order.items.nodes.map(flat) };
}

const setTaxRate = (country: string, basisPoints: number | null) =>
  mutate(
    server.as.order_manager,
    'setTaxRate',
    { country, basisPoints },
    'taxRates { country rateBasisPoints }',
  );
const setShippingRate = (input: object) =>
  mutate(
    server.as.order_manager,
    'setShippingRate',
    { currency: 'GBP', ...input },
    'shippingRates { country price { amountMinor currency } freeFrom { amountMinor } }',
  );
const setCustomerPrice = (input: object) =>
  mutate(
    server.as.order_manager,
    'setCustomerPrice',
    { customerId: server.customerId, currency: 'GBP', ...input },
    'customer { contractPrices(first: 100) { totalCount nodes { price { amountMinor currency } variant { sku } } } }',
  );

test('without rates there is no tax and no shipping; a contract price replaces the list price', async () => {
  const { sku } = await stockedVariant(server, { LONDON: 100 }, 1_000);
  const plain = await placeOrder(server, [{ sku, quantity: 2 }], to('FR'));
  expect(await amountsOf(plain.id)).toMatchObject({ subtotal: 2_000, tax: 0, shipping: 0, total: 2_000 });
  const set = await setCustomerPrice({ sku, amountMinor: 850 });
  expect(set.userErrors).toEqual([]);
  expect(set.customer.contractPrices.nodes).toEqual([
    { price: { amountMinor: 850, currency: 'GBP' }, variant: { sku } },
  ]);
  const agreed = await placeOrder(server, [{ sku, quantity: 2 }]);
  expect(await amountsOf(agreed.id)).toMatchObject({ subtotal: 1_700, items: [{ unitPrice: 850 }] });
  const guest = await placeOrder(server, [{ sku, quantity: 2 }], { customerId: null });
  expect(await amountsOf(guest.id)).toMatchObject({ subtotal: 2_000 });
  expect((await setCustomerPrice({ sku, amountMinor: null })).customer.contractPrices.totalCount).toBe(0);
  const after = await placeOrder(server, [{ sku, quantity: 2 }]);
  expect(await amountsOf(after.id)).toMatchObject({ subtotal: 2_000 });
  expect(await amountsOf(agreed.id)).toMatchObject({ subtotal: 1_700 });
});

test('a contract price in another currency lets a customer order in it', async () => {
  const { sku } = await stockedVariant(server, { LONDON: 100 }, 1_000);
  const input = {
    channel: 'WHOLESALE',
    customerId: server.customerId,
    currency: 'JPY',
    lines: [{ sku, quantity: 3 }],
  };
  const order = () => mutate(server.as.order_manager, 'createOrder', input, 'order { id currency }');
  const refused = await expectUnchanged(server, order);
  expect(refused.userErrors).toMatchObject([{ code: 'VALIDATION', path: ['currency'] }]);
  await setCustomerPrice({ sku, currency: 'JPY', amountMinor: 1_900 });
  const placed = await order();
  expect(placed.userErrors).toEqual([]);
  expect(await amountsOf(placed.order.id)).toMatchObject({ total: 5_700 });
});

test('tax and shipping follow the country of the address; a till sale pays the tax of any country', async () => {
  const { sku } = await stockedVariant(server, { LONDON: 100 }, 999);
  await setTaxRate('*', 500);
  const rates = await setTaxRate('GB', 2_000);
  expect(rates.taxRates).toEqual([
    { country: '*', rateBasisPoints: 500 },
    { country: 'GB', rateBasisPoints: 2_000 },
  ]);
  await setShippingRate({ country: '*', amountMinor: 1_500 });
  await setShippingRate({ country: 'GB', amountMinor: 495, freeFromMinor: 2_500 });
  const place = async (quantity: number, extra: object) =>
    amountsOf((await placeOrder(server, [{ sku, quantity }], extra)).id);
  expect(await place(2, to('United Kingdom'))).toMatchObject({ subtotal: 1_998, tax: 400, shipping: 495 });
  expect(await place(3, to('GB'))).toMatchObject({ subtotal: 2_997, tax: 599, shipping: 0, total: 3_596 });
  expect(await place(2, to('DE'))).toMatchObject({ tax: 100, shipping: 1_500 });
  expect(await place(2, {})).toMatchObject({ tax: 100, shipping: 0 });
  expect(await place(2, { ...to('GB'), discount: { basisPoints: 1_000 } })).toMatchObject({
    subtotal: 1_998,
    discount: 200,
    tax: 360,
    shipping: 495,
    total: 2_653,
    items: [{ discount: 200, tax: 360, total: 2_158 }],
  });
  for (const country of ['*', 'GB']) {
    await setTaxRate(country, null);
    await setShippingRate({ country, amountMinor: null });
  }
  expect(await place(2, to('GB'))).toMatchObject({ tax: 0, shipping: 0 });
});

test('the rates and prices that are set are there for who may see them', async () => {
  await setTaxRate('FR', 2_000);
  const query = '{ taxRates { country rateBasisPoints } shippingRates { country } }';
  for (const role of ['order_manager', 'customer_service'] as const) {
    expect((await server.as[role](query)).data.taxRates).toEqual([{ country: 'FR', rateBasisPoints: 2_000 }]);
  }
  await setTaxRate('FR', null);
});

test('wrong input is refused with its path', async () => {
  const { sku } = await stockedVariant(server, {});
  const refused = async (call: () => Promise<any>): Promise<unknown> =>
    (await expectUnchanged(server, call)).userErrors.map(
      ({ code, path }: any) => `${code} ${path.join('.')}`,
    );
  expect(await refused(() => setTaxRate('UK', 100))).toEqual(['VALIDATION country']);
  expect(await refused(() => setTaxRate('GB', 10_001))).toEqual(['VALIDATION basisPoints']);
  expect(await refused(() => setShippingRate({ country: '', amountMinor: 1 }))).toEqual([
    'VALIDATION country',
  ]);
  expect(await refused(() => setShippingRate({ country: 'GB', currency: 'XXL', amountMinor: 1 }))).toEqual([
    'VALIDATION currency',
  ]);
  expect(await refused(() => setCustomerPrice({ sku, amountMinor: -1 }))).toEqual(['VALIDATION amountMinor']);
  expect(await refused(() => setCustomerPrice({ sku: 'none', amountMinor: 1 }))).toEqual(['NOT_FOUND sku']);
  expect(await refused(() => setCustomerPrice({ sku, customerId: randomUUID(), amountMinor: 1 }))).toEqual([
    'NOT_FOUND customerId',
  ]);
});

test('a discount is one of the two, and within bounds', async () => {
  const { sku } = await stockedVariant(server, { LONDON: 5 });
  const place = (discount: object) =>
    mutate(
      server.as.order_manager,
      'createOrder',
      { channel: 'ECOMMERCE', currency: 'GBP', lines: [{ sku, quantity: 1 }], discount },
      'order { id }',
    );
  for (const [discount, path] of [
    [{}, 'discount'],
    [{ basisPoints: 100, amountMinor: 1 }, 'discount'],
    [{ basisPoints: 0 }, 'discount.basisPoints'],
    [{ basisPoints: 10_001 }, 'discount.basisPoints'],
    [{ amountMinor: -1 }, 'discount.amountMinor'],
  ] as const) {
    const { userErrors } = await expectUnchanged(server, () => place(discount));
    expect(userErrors.map((error: any) => error.path.join('.'))).toEqual([path]);
  }
});

test('setting a price twice with one key, or at once, leaves one price', async () => {
  const { sku } = await stockedVariant(server, {});
  const idempotencyKey = randomUUID();
  const gained = await rowsGained(server, async () => {
    const answers = await Promise.all([
      setCustomerPrice({ sku, amountMinor: 5, idempotencyKey }),
      setCustomerPrice({ sku, amountMinor: 5, idempotencyKey }),
      setCustomerPrice({ sku, amountMinor: 5 }),
    ]);
    expect(answers.flatMap(({ userErrors }) => userErrors)).toEqual([]);
  });
  expect(gained).toEqual({ customer_prices: 1, idempotency_keys: 1 });
  const conflict = await expectUnchanged(server, () =>
    setCustomerPrice({ sku, amountMinor: 6, idempotencyKey }),
  );
  expect(conflict.userErrors).toMatchObject([{ code: 'IDEMPOTENCY_CONFLICT' }]);
});

test('only the manager sets them', async () => {
  for (const [name, input] of [
    ['setTaxRate', { country: 'GB', basisPoints: 1 }],
    ['setShippingRate', { country: 'GB', currency: 'GBP', amountMinor: 1 }],
    ['setCustomerPrice', { customerId: server.customerId, sku: 'x', currency: 'GBP', amountMinor: 1 }],
  ] as const) {
    const mutation = { name, input, selection: '__typename', permission: 'prices.edit' };
    await expectForbidden(server, mutation, ['warehouse_staff', 'customer_service', 'customer']);
  }
});

describeAdministrationRules(() => server, {
  name: 'setTaxRate',
  inputType: 'SetTaxRateInput',
  permission: 'prices.edit',
  selection: 'taxRates { country rateBasisPoints }',
  arrange: async () => ({ country: 'SE', basisPoints: 2_500 }),
  other: () => ({ basisPoints: 1_200 }),
  wrong: [['a country that there is not', { country: 'UK' }, ['country']]],
});

describeAdministrationRules(() => server, {
  name: 'setShippingRate',
  inputType: 'SetShippingRateInput',
  permission: 'prices.edit',
  selection: 'shippingRates { country price { amountMinor } }',
  arrange: async () => ({ country: 'SE', currency: 'GBP', amountMinor: 900 }),
  other: () => ({ amountMinor: 950 }),
  wrong: [['a currency that there is not', { currency: 'XXL' }, ['currency']]],
});
