import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call } from '../setup/command-rules.ts';
import { mutate } from '../setup/fixtures.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { expectUnchanged, rowsGained } from '../setup/snapshot.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const fresh = (prefix: string) => `${prefix}-${randomBytes(5).toString('hex')}`;
const variant = (extra: object = {}) => ({
  sku: fresh('SKU'),
  barcode: fresh('BAR'),
  name: 'Mug, red',
  price: { amountMinor: 999, currency: 'GBP' },
  ...extra,
});
const selection = `product { id name variants {
  sku barcode name weightGrams tracksStock price { amountMinor currency } product { id } } }`;
const create = (variants: object[], extra: object = {}) =>
  mutate(server.as.order_manager, 'createProduct', { name: 'Mug', variants, ...extra }, selection);

test('a product with its variants, which are found by SKU and by barcode', async () => {
  const red = variant({ sku: fresh('A'), weightGrams: 340 });
  const blue = variant({
    sku: fresh('B'),
    barcode: null,
    name: 'Mug, blue',
    price: { amountMinor: 0, currency: 'JPY' },
  });
  let answer: any;
  const gained = await rowsGained(server, async () => {
    answer = await create([blue, red]);
  });
  expect(gained).toEqual({ products: 1, product_variants: 2 });
  const { id } = answer.product;
  expect(answer).toEqual({
    product: {
      id,
      name: 'Mug',
      variants: [
        { ...red, tracksStock: true, product: { id } },
        { ...blue, weightGrams: null, tracksStock: true, product: { id } },
      ],
    },
    userErrors: [],
  });
  const found = await server.as.customer(
    `query ($sku: String!, $barcode: String!, $id: ID!) {
      variant(sku: $sku) { sku } variantByBarcode(barcode: $barcode) { sku } product(id: $id) { name } }`,
    { sku: red.sku, barcode: red.barcode, id },
  );
  expect(found.data).toEqual({
    variant: { sku: red.sku },
    variantByBarcode: { sku: red.sku },
    product: { name: 'Mug' },
  });
});

describe('is refused and changes nothing', () => {
  const input = () => ({ name: 'Mug', variants: [variant()] });
  test.each(['warehouse_staff', 'customer_service', 'customer'] as const)(
    'for %s: FORBIDDEN',
    async (role) => {
      const answer = await expectUnchanged(server, () =>
        call(server.as[role], 'createProduct', 'CreateProductInput', input(), 'product { id }'),
      );
      expect(answer.data).toBeNull();
      expect(answer.errors).toMatchObject([
        { extensions: { code: 'FORBIDDEN', permissions: ['catalog.edit'] } },
      ]);
    },
  );

  test('for nobody: UNAUTHENTICATED', async () => {
    const answer = await expectUnchanged(server, () =>
      call(server.anonymous, 'createProduct', 'CreateProductInput', input(), 'product { id }'),
    );
    expect(answer.data).toBeNull();
    expect(answer.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  test.each<[string, () => object[], object, string[][]]>([
    ['no name', () => [variant()], { name: '' }, [['name']]],
    ['no variants', () => [], {}, [['variants']]],
    ['101 variants', () => Array.from({ length: 101 }, () => variant()), {}, [['variants']]],
    ['an empty SKU', () => [variant(), variant({ sku: '' })], {}, [['variants', '1', 'sku']]],
    ['an empty barcode', () => [variant({ barcode: '' })], {}, [['variants', '0', 'barcode']]],
    ['no weight', () => [variant({ weightGrams: 0 })], {}, [['variants', '0', 'weightGrams']]],
    [
      'a negative price in no currency',
      () => [variant({ price: { amountMinor: -1, currency: 'XXX1' } })],
      {},
      [
        ['variants', '0', 'price', 'amountMinor'],
        ['variants', '0', 'price', 'currency'],
      ],
    ],
    [
      'a SKU twice',
      () => {
        const sku = fresh('SKU');
        return [variant({ sku }), variant({ sku })];
      },
      {},
      [['variants', '1', 'sku']],
    ],
    [
      'a barcode twice',
      () => {
        const barcode = fresh('BAR');
        return [variant({ barcode }), variant(), variant({ barcode })];
      },
      {},
      [['variants', '2', 'barcode']],
    ],
    ['U+0000 in a SKU', () => [variant({ sku: 'A\u0000' })], {}, [['variants', '0', 'sku']]],
  ])('%s', async (_name, variants, extra, paths) => {
    const answer = await expectUnchanged(server, () => create(variants(), extra));
    expect(answer.product).toBeNull();
    expect(answer.userErrors.map(({ code, path }: any) => [code, path])).toEqual(
      paths.map((path) => ['VALIDATION', path]),
    );
  });

  test('a SKU and a barcode that are taken already, each named', async () => {
    const taken = variant();
    await create([taken]);
    const answer = await expectUnchanged(server, () =>
      create([variant({ barcode: taken.barcode }), variant({ sku: taken.sku })]),
    );
    expect(answer.product).toBeNull();
    expect(answer.userErrors.map(({ message, path }: any) => [message, path])).toEqual([
      [`Barcode ${taken.barcode} is taken already.`, ['variants', '0', 'barcode']],
      [`SKU ${taken.sku} is taken already.`, ['variants', '1', 'sku']],
    ]);
  });
});

test('ten at once with one SKU: one product', async () => {
  const sku = fresh('SKU');
  let answers: any[] = [];
  const gained = await rowsGained(server, async () => {
    answers = await Promise.all(Array.from({ length: 10 }, () => create([variant({ sku })])));
  });
  expect(gained).toEqual({ products: 1, product_variants: 1 });
  const refused = answers.filter(({ product }) => product === null);
  expect(refused).toHaveLength(9);
  for (const { userErrors } of refused) expect(userErrors).toMatchObject([{ code: 'VALIDATION' }]);
});

test('two at once with the same SKUs the other way round wait for each other without harm', async () => {
  const skus = Array.from({ length: 20 }, () => fresh('SKU'));
  const variants = skus.map((sku) => variant({ sku, barcode: null }));
  const answers = await Promise.all([create(variants), create(variants.toReversed())]);
  expect(answers.filter(({ product }) => product !== null)).toHaveLength(1);
});

test('sent again with its key: one product; with another input: refused', async () => {
  const input = { name: 'Mug', variants: [variant()], idempotencyKey: fresh('KEY') };
  const first = await mutate(server.as.order_manager, 'createProduct', input, selection);
  const again = await expectUnchanged(server, () =>
    mutate(server.as.order_manager, 'createProduct', input, selection),
  );
  expect(again).toEqual(first);
  const other = await expectUnchanged(server, () =>
    mutate(server.as.order_manager, 'createProduct', { ...input, name: 'Cup' }, selection),
  );
  expect(other).toMatchObject({ product: null, userErrors: [{ code: 'IDEMPOTENCY_CONFLICT' }] });
});
