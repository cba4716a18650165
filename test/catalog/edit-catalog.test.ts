import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeAdministrationRules } from '../setup/administration-rules.ts';
import { mutate, placeOrder, stockedVariant } from '../setup/fixtures.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { expectUnchanged } from '../setup/snapshot.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await mutate(
    server.as.order_manager,
    'createProduct',
    {
      name: 'Taken',
      variants: [
        {
          sku: 'TAKEN-SKU',
          barcode: 'TAKEN-BARCODE',
          name: 'Taken',
          price: { amountMinor: 1, currency: 'GBP' },
        },
      ],
    },
    'product { id }',
  );
});
afterAll(() => server.stop());

const price = { amountMinor: 500, currency: 'GBP' };
const selection =
  'variant { id sku barcode name weightGrams tracksStock version price { amountMinor currency } product { id } }';
let added = 0;
const variant = () => {
  added += 1;
  return { sku: `NEW-${added}`, barcode: `NEW-BARCODE-${added}`, name: 'New', price };
};
const addProduct = async (name = 'Lamp'): Promise<{ id: string; variantId: string }> => {
  const { product } = await mutate(
    server.as.order_manager,
    'createProduct',
    { name, variants: [variant()] },
    'product { id variants { id } }',
  );
  return { id: product.id, variantId: product.variants[0].id };
};
const update = (variantId: string, more: object): Promise<any> =>
  mutate(server.as.order_manager, 'updateVariant', { variantId, ...more }, selection);
const wrongVariant = [
  ['a blank name', { name: ' ' }, ['name']],
  ['a weight of nothing', { weightGrams: 0 }, ['weightGrams']],
  ['a taken barcode', { barcode: 'TAKEN-BARCODE' }, ['barcode']],
  ['an empty barcode', { barcode: '' }, ['barcode']],
  ['a price below 0', { price: { amountMinor: -1, currency: 'GBP' } }, ['price', 'amountMinor']],
  ['no currency', { price: { amountMinor: 1, currency: 'XXX1' } }, ['price', 'currency']],
] as const;

describeAdministrationRules(() => server, {
  name: 'updateProduct',
  inputType: 'UpdateProductInput',
  permission: 'catalog.edit',
  selection: 'product { id name version }',
  arrange: async () => ({ productId: (await addProduct()).id, name: 'Renamed' }),
  other: () => ({ name: 'Other' }),
  unknown: ['productId'],
  wrong: [
    ['what is no id', { productId: '42' }, ['productId']],
    ['a blank name', { name: ' ' }, ['name']],
    ['an emptied name', { name: null }, ['name']],
  ],
  versioned: { kind: 'product', version: 1 },
});

describeAdministrationRules(() => server, {
  name: 'createVariant',
  inputType: 'CreateVariantInput',
  permission: 'catalog.edit',
  selection,
  arrange: async () => ({ productId: (await addProduct()).id, ...variant() }),
  other: () => ({ name: 'Other' }),
  unknown: ['productId'],
  wrong: [
    ...wrongVariant,
    ['what is no id', { productId: '42' }, ['productId']],
    ['a taken SKU', { sku: 'TAKEN-SKU' }, ['sku']],
    ['an empty SKU', { sku: '' }, ['sku']],
  ],
});

describeAdministrationRules(() => server, {
  name: 'updateVariant',
  inputType: 'UpdateVariantInput',
  permission: 'catalog.edit',
  selection,
  arrange: async () => ({ variantId: (await addProduct()).variantId, name: 'Renamed' }),
  other: () => ({ name: 'Other' }),
  unknown: ['variantId'],
  wrong: [
    ...wrongVariant,
    ['what is no id', { variantId: '42' }, ['variantId']],
    ['an emptied name', { name: null }, ['name']],
    ['an emptied price', { price: null }, ['price']],
  ],
  versioned: { kind: 'variant', version: 1 },
});

test('a new variant is of its product, and tracks stock unless it says that it does not', async () => {
  const { id } = await addProduct();
  const input = { productId: id, ...variant(), weightGrams: 12 };
  const made = await mutate(server.as.order_manager, 'createVariant', input, selection);
  const { sku, barcode, name } = input;
  expect(made.variant).toMatchObject({
    sku,
    barcode,
    name,
    weightGrams: 12,
    tracksStock: true,
    version: 1,
    price,
    product: { id },
  });
  const fee = { productId: id, ...variant(), barcode: null, tracksStock: false };
  const other = await mutate(server.as.order_manager, 'createVariant', fee, selection);
  expect(other.variant).toMatchObject({ barcode: null, tracksStock: false });
});

test('what is left out stays, what is null is emptied; an order keeps the price that it was placed with', async () => {
  const { sku } = await stockedVariant(server, { LONDON: 10 }, 250);
  const { data } = await server.as.order_manager(`{ variant(sku: "${sku}") { id barcode } }`);
  const order = await placeOrder(server, [{ sku, quantity: 1 }]);
  const changed = await update(data.variant.id, { price, weightGrams: 7 });
  expect(changed.variant).toMatchObject({
    sku,
    barcode: data.variant.barcode,
    weightGrams: 7,
    price,
    version: 2,
  });
  const emptied = await update(data.variant.id, { barcode: null, weightGrams: null });
  expect(emptied.variant).toMatchObject({ barcode: null, weightGrams: null, price, version: 3 });
  const own = await update(data.variant.id, { barcode: data.variant.barcode });
  expect(own.variant.barcode).toBe(data.variant.barcode);
  expect((await update(data.variant.id, { barcode: data.variant.barcode })).userErrors).toEqual([]);
  const { data: placed } = await server.as.order_manager(
    `query ($id: ID!) { order(id: $id) { total { amountMinor } items { nodes { unitPrice { amountMinor } } } } }`,
    { id: order.id },
  );
  expect(placed.order).toEqual({
    total: { amountMinor: 250 },
    items: { nodes: [{ unitPrice: { amountMinor: 250 } }] },
  });
});

test('of several who take one SKU or barcode at once, exactly one gets it, and the others learn which was taken', async () => {
  const { id } = await addProduct();
  const one = variant();
  const bySku = await Promise.all(
    [1, 2, 3].map((each) =>
      mutate(
        server.as.order_manager,
        'createVariant',
        { productId: id, ...one, barcode: `B-${each}` },
        selection,
      ),
    ),
  );
  const taken = (path: string) => [1, 2].map(() => ({ code: 'VALIDATION', path: [path] }));
  expect(bySku.flatMap(({ userErrors }) => userErrors)).toMatchObject(taken('sku'));
  const ids = await Promise.all([1, 2, 3].map(async () => (await addProduct()).variantId));
  const byBarcode = await Promise.all(ids.map((each) => update(each, { barcode: 'WANTED' })));
  expect(byBarcode.flatMap(({ userErrors }) => userErrors)).toMatchObject(taken('barcode'));
});

test('products are found by a part of the name, or of a variant’s SKU, barcode or name, in any case', async () => {
  const first = await addProduct('Zinc Bucket');
  const second = await addProduct('Zinc Bucket');
  const third = await addProduct('Zinc Can');
  await update(third.variantId, { name: 'Watering 100%', barcode: 'ZZ-4711' });
  const list = async (arguments_: string): Promise<any> => {
    const { data, errors } = await server.as.customer(
      `{ products${arguments_} { totalCount nodes { id } pageInfo { endCursor hasNextPage } } }`,
    );
    expect(errors).toBeUndefined();
    return data.products;
  };
  for (const [text, ids] of [
    ['zinc b', [first.id, second.id]],
    ['watering', [third.id]],
    ['zz-47', [third.id]],
    ['100%', [third.id]],
    ['zinc%can', []],
  ] as const) {
    const found = await list(`(text: "${text}")`);
    expect(found.nodes.map(({ id }: any) => id).toSorted(), text).toEqual(ids.toSorted());
    expect(found.totalCount).toBe(ids.length);
  }
  const seen: string[] = [];
  let after = '';
  for (let page = 0; page < 3; page += 1) {
    const rows = await list(`(first: 1, text: "zinc"${after})`);
    seen.push(...rows.nodes.map(({ id }: any) => id));
    expect(rows.pageInfo.hasNextPage).toBe(page < 2);
    after = `, after: "${rows.pageInfo.endCursor}"`;
  }
  expect(seen).toEqual([...[first.id, second.id].toSorted(), third.id]);
});

test('a refused change leaves everything as it was', async () => {
  const { variantId } = await addProduct();
  const answer = await expectUnchanged(server, () =>
    update(variantId, { name: 'Other', barcode: 'TAKEN-BARCODE' }),
  );
  expect(answer).toMatchObject({
    variant: null,
    userErrors: [{ message: 'Barcode TAKEN-BARCODE is taken already.', path: ['barcode'] }],
  });
});
