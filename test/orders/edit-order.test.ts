import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeCommandRules, historyOf, shortHistory } from '../setup/command-rules.ts';
import { confirmedOrder, mutate, placeOrder, stockedVariant, work } from '../setup/fixtures.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { expectUnchanged } from '../setup/snapshot.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await expectInvariants(server.databaseUrl);
  await server.stop();
});

const selection = `order { id status version priority tags promisedShipAt fulfillmentState
  subtotal { amountMinor } discount { amountMinor } tax { amountMinor } shipping { amountMinor } total { amountMinor }
  shippingAddress { fullAddress } billingAddress { fullAddress } contact { name email phone }
  items { nodes { id sku quantity unitPrice { amountMinor } total { amountMinor } } }
  reservations(first: 100) { nodes { quantityRemaining isActive location { code } variant { sku } } }
  fulfillments { nodes { id status version location { code } items { quantity orderItem { sku } } } } }`;
const edit = (input: object): Promise<any> => mutate(server.as.order_manager, 'editOrder', input, selection);
const done = async (input: object): Promise<any> => {
  const { order, userErrors } = await edit(input);
  expect(userErrors).toEqual([]);
  return order;
};

/** What is kept now, as `SKU at LOCATION: units`. */
const kept = (order: any): string[] =>
  order.reservations.nodes
    .filter((each: any) => each.isActive)
    .map((each: any) => `${each.variant.sku} at ${each.location.code}: ${each.quantityRemaining}`)
    .toSorted();
const planned = (order: any): string[] =>
  order.fulfillments.nodes.map(
    ({ status, location, items }: any) =>
      `${status} ${location.code}: ${items.map((item: any) => `${item.quantity} ${item.orderItem.sku}`).join(', ')}`,
  );
const lineOf = async (orderId: string, sku: string): Promise<string> => {
  const { data } = await server.as.order_manager(
    `query ($id: ID!) { order(id: $id) { items { nodes { id sku } } } }`,
    { id: orderId },
  );
  return data.order.items.nodes.find((item: any) => item.sku === sku).id;
};

test('lines are changed, added and taken out; reservations and totals follow', async () => {
  const mug = await stockedVariant(server, { LONDON: 10 }, 500);
  const cup = await stockedVariant(server, { LONDON: 10 }, 300);
  const jar = await stockedVariant(server, { LEEDS: 10 }, 200);
  const order = await placeOrder(server, [
    { sku: mug.sku, quantity: 4 },
    { sku: cup.sku, quantity: 2 },
  ]);
  const edited = await done({
    orderId: order.id,
    changeLines: [
      { orderItemId: await lineOf(order.id, mug.sku), quantity: 1 },
      { orderItemId: await lineOf(order.id, cup.sku), quantity: 0 },
    ],
    addLines: [{ sku: jar.sku, quantity: 3, locationCode: 'LEEDS' }],
  });
  expect(edited).toMatchObject({
    status: 'PENDING',
    version: order.version + 1,
    total: { amountMinor: 1_100 },
    items: {
      nodes: [
        { sku: mug.sku, quantity: 1, total: { amountMinor: 500 } },
        { sku: cup.sku, quantity: 0, total: { amountMinor: 0 } },
        { sku: jar.sku, quantity: 3, total: { amountMinor: 600 } },
      ],
    },
  });
  expect(kept(edited)).toEqual([`${jar.sku} at LEEDS: 3`, `${mug.sku} at LONDON: 1`].toSorted());
  const history = await historyOf(server, order.id);
  expect(shortHistory(history.slice(-3)).toSorted()).toEqual([
    'EDITED PENDING>PENDING',
    'INVENTORY_RELEASED null>null',
    'INVENTORY_RESERVED null>null',
  ]);
  const entry = history.find(({ action }) => action === 'EDITED');
  expect(entry.additionalData).toEqual({
    fields: [],
    lines: [
      { sku: mug.sku, from: 4, to: 1 },
      { sku: cup.sku, from: 2, to: 0 },
      { sku: jar.sku, from: 0, to: 3 },
    ],
  });
});

test('the fulfillments of a confirmed order follow: adjusted, added to, made anew, and cancelled when empty', async () => {
  const mug = await stockedVariant(server, { LONDON: 10 });
  const cup = await stockedVariant(server, { LEEDS: 10 });
  const jar = await stockedVariant(server, { LONDON: 10 });
  const bowl = await stockedVariant(server, { YORK: 10 });
  const order = await confirmedOrder(server, [
    { sku: mug.sku, quantity: 4 },
    { sku: cup.sku, quantity: 2 },
  ]);
  const edited = await done({
    orderId: order.id,
    changeLines: [
      { orderItemId: await lineOf(order.id, mug.sku), quantity: 6 },
      { orderItemId: await lineOf(order.id, cup.sku), quantity: 0 },
    ],
    addLines: [
      { sku: jar.sku, quantity: 1 },
      { sku: bowl.sku, quantity: 2 },
    ],
  });
  expect(planned(edited).toSorted()).toEqual([
    'CANCELLED LEEDS: ',
    `PENDING LONDON: 6 ${mug.sku}, 1 ${jar.sku}`,
    `PENDING YORK: 2 ${bowl.sku}`,
  ]);
  const london = order.fulfillments.find(({ location }) => location.code === 'LONDON')!;
  const now = edited.fulfillments.nodes.find(({ id }: any) => id === london.id);
  expect(now.version).toBeGreaterThan(london.version);
  expect(kept(edited)).toEqual(
    [
      `${bowl.sku} at YORK: 2`,
      `${jar.sku} at LONDON: 1`,
      `${mug.sku} at LONDON: 4`,
      `${mug.sku} at LONDON: 2`,
    ].toSorted(),
  );
  // What was edited goes the whole way.
  for (const { id, status } of edited.fulfillments.nodes) {
    if (status === 'PENDING') await work(server, id, 'deliverFulfillment');
  }
  const { data } = await server.as.order_manager(
    `query ($id: ID!) { order(id: $id) { status fulfillmentState } }`,
    { id: order.id },
  );
  expect(data.order).toEqual({ status: 'DELIVERED', fulfillmentState: 'FULFILLED' });
});

test('units go back from the location of the last priority first', async () => {
  const mug = await stockedVariant(server, { FIRST: 3, SECOND: 5 });
  const priority = (code: string, value: number) =>
    mutate(
      server.as.order_manager,
      'updateStockLocation',
      { locationCode: code, priority: value },
      '__typename',
    );
  for (const [code, value] of [
    ['FIRST', 1],
    ['SECOND', 2],
  ] as const) {
    expect((await priority(code, value)).userErrors).toEqual([]);
  }
  const order = await confirmedOrder(server, [{ sku: mug.sku, quantity: 7 }]);
  const orderItemId = await lineOf(order.id, mug.sku);
  const edited = await done({ orderId: order.id, changeLines: [{ orderItemId, quantity: 4 }] });
  expect(kept(edited)).toEqual([`${mug.sku} at FIRST: 3`, `${mug.sku} at SECOND: 1`]);
  expect(planned(edited).toSorted()).toEqual([`PENDING FIRST: 3 ${mug.sku}`, `PENDING SECOND: 1 ${mug.sku}`]);
});

test('existing lines keep their price, new ones get the price of today; a part of the discount follows', async () => {
  const mug = await stockedVariant(server, { LONDON: 100 }, 1_000);
  const order = await placeOrder(server, [{ sku: mug.sku, quantity: 2 }], {
    discount: { basisPoints: 1_000 },
  });
  const { data } = await server.as.order_manager(`{ variant(sku: "${mug.sku}") { id } }`);
  const raised = { variantId: data.variant.id, price: { amountMinor: 2_000, currency: 'GBP' } };
  expect(
    (await mutate(server.as.order_manager, 'updateVariant', raised, 'variant { id }')).userErrors,
  ).toEqual([]);
  const more = await done({
    orderId: order.id,
    changeLines: [{ orderItemId: await lineOf(order.id, mug.sku), quantity: 3 }],
    addLines: [{ sku: mug.sku, quantity: 1 }],
  });
  expect(more).toMatchObject({
    subtotal: { amountMinor: 5_000 },
    discount: { amountMinor: 500 },
    total: { amountMinor: 4_500 },
  });
  const fixed = await done({ orderId: order.id, discount: { amountMinor: 123 } });
  expect(fixed).toMatchObject({ discount: { amountMinor: 123 }, total: { amountMinor: 4_877 } });
  const none = await done({ orderId: order.id, discount: null });
  expect(none).toMatchObject({ discount: { amountMinor: 0 }, total: { amountMinor: 5_000 } });
});

test('addresses, priority, labels and promise change; tax and shipping follow the country', async () => {
  const mug = await stockedVariant(server, { LONDON: 100 }, 1_000);
  const manager = server.as.order_manager;
  await mutate(manager, 'setTaxRate', { country: 'NO', basisPoints: 2_500 }, '__typename');
  await mutate(
    manager,
    'setShippingRate',
    { country: 'NO', currency: 'GBP', amountMinor: 900 },
    '__typename',
  );
  const order = await placeOrder(server, [{ sku: mug.sku, quantity: 1 }]);
  const address = { line1: 'Karl Johans gate 1', city: 'Oslo', country: 'Norway' };
  const edited = await done({
    orderId: order.id,
    shippingAddress: address,
    billingAddress: { ...address, name: 'Kari' },
    priority: 'URGENT',
    tags: ['gift'],
    promisedShipAt: '2031-01-02T00:00:00Z',
  });
  expect(edited).toMatchObject({
    shippingAddress: { fullAddress: 'Karl Johans gate 1, Oslo, Norway' },
    billingAddress: { fullAddress: 'Kari, Karl Johans gate 1, Oslo, Norway' },
    priority: 'URGENT',
    tags: ['gift'],
    promisedShipAt: '2031-01-02T00:00:00Z',
    tax: { amountMinor: 250 },
    shipping: { amountMinor: 900 },
    total: { amountMinor: 2_150 },
  });
  const history = (await historyOf(server, order.id)).at(-1);
  expect(history.additionalData.fields.toSorted()).toEqual([
    'billingAddress',
    'priority',
    'promisedShipAt',
    'shippingAddress',
    'tags',
  ]);
  expect(JSON.stringify(history)).not.toMatch(/Kari|Oslo/);
  const collected = await done({ orderId: order.id, shippingAddress: null, promisedShipAt: null });
  expect(collected).toMatchObject({
    shippingAddress: null,
    promisedShipAt: null,
    billingAddress: { fullAddress: expect.stringContaining('Kari') },
    tax: { amountMinor: 0 },
    shipping: { amountMinor: 0 },
  });
});

test('a guest orders without an account, is masked for the warehouse, and can be reached elsewhere', async () => {
  const mug = await stockedVariant(server, { LONDON: 10 });
  const contact = { name: 'Grace Guest', email: 'grace@guest.example', phone: '020 7946 0000' };
  const order = await confirmedOrder(server, [{ sku: mug.sku, quantity: 1 }], { customerId: null, contact });
  const query = `query ($id: ID!) { order(id: $id) { customer { id } contact { name email phone } } }`;
  const seenBy = async (role: 'order_manager' | 'warehouse_staff' | 'customer'): Promise<unknown> =>
    (await server.as[role](query, { id: order.id })).data.order;
  expect(await seenBy('order_manager')).toEqual({ customer: null, contact });
  expect(await seenBy('warehouse_staff')).toEqual({
    customer: null,
    contact: { name: 'Grace Guest', email: 'g***@***.example', phone: '***********00' },
  });
  expect(await seenBy('customer')).toBeNull();
  const edited = await done({ orderId: order.id, contact: { email: 'new@guest.example' } });
  expect(edited.contact).toEqual({ name: null, email: 'new@guest.example', phone: null });
  expect((await done({ orderId: order.id, contact: null })).contact).toBeNull();
});

test('where a line replaces another, the fulfillment of the location stays, and so does the time to lapse', async () => {
  const [mug, cup] = [
    await stockedVariant(server, { LONDON: 9 }),
    await stockedVariant(server, { LONDON: 9 }),
  ];
  const swap = async (id: string) =>
    done({
      orderId: id,
      changeLines: [{ orderItemId: await lineOf(id, mug.sku), quantity: 0 }],
      addLines: [{ sku: cup.sku, quantity: 1 }],
    });
  const confirmed = await confirmedOrder(server, [{ sku: mug.sku, quantity: 1 }]);
  expect(planned(await swap(confirmed.id))).toEqual([`PENDING LONDON: 1 ${cup.sku}`]);
  const reservationExpiresAt = '2031-01-01T00:00:00Z';
  const pending = await placeOrder(server, [{ sku: mug.sku, quantity: 1 }], { reservationExpiresAt });
  await swap(pending.id);
  const { data } = await server.as.order_manager(
    `query ($id: ID!) { order(id: $id) { reservations { nodes { isActive expiresAt } } } }`,
    { id: pending.id },
  );
  expect(data.order.reservations.nodes.filter(({ isActive }: any) => isActive)).toEqual([
    { isActive: true, expiresAt: reservationExpiresAt },
  ]);
});

test('tax and shipping that were agreed on stay where no rate says otherwise', async () => {
  const mug = await stockedVariant(server, { LONDON: 10 }, 1_000);
  const manager = server.as.order_manager;
  const rates = async (basisPoints: number | null, amountMinor: number | null) => {
    await mutate(manager, 'setTaxRate', { country: 'GB', basisPoints }, '__typename');
    await mutate(manager, 'setShippingRate', { country: 'GB', currency: 'GBP', amountMinor }, '__typename');
  };
  await rates(2_000, 500);
  const shippingAddress = { line1: '1 High St', city: 'York', country: 'GB' };
  const order = await placeOrder(server, [{ sku: mug.sku, quantity: 2 }], { shippingAddress });
  await rates(null, null);
  const orderItemId = await lineOf(order.id, mug.sku);
  expect(await done({ orderId: order.id, changeLines: [{ orderItemId, quantity: 1 }] })).toMatchObject({
    tax: { amountMinor: 200 },
    shipping: { amountMinor: 500 },
    total: { amountMinor: 1_700 },
  });
});

test('a line that grows gets all that it lacks; an edit that names nothing writes nothing', async () => {
  const mug = await stockedVariant(server, { LONDON: 20 });
  const order = await placeOrder(server, [{ sku: mug.sku, quantity: 4 }]);
  const released = await mutate(
    server.as.order_manager,
    'releaseOrderReservations',
    { orderId: order.id },
    'order { id }',
  );
  expect(released.userErrors).toEqual([]);
  const orderItemId = await lineOf(order.id, mug.sku);
  const edited = await done({ orderId: order.id, changeLines: [{ orderItemId, quantity: 6 }] });
  expect(kept(edited)).toEqual([`${mug.sku} at LONDON: 6`]);
  await expectUnchanged(server, () => done({ orderId: order.id }));
});

test('wrong input is refused with its path, and nothing changes', async () => {
  const mug = await stockedVariant(server, { LONDON: 5 });
  const order = await placeOrder(server, [{ sku: mug.sku, quantity: 2 }]);
  const other = await placeOrder(server, [{ sku: mug.sku, quantity: 1 }]);
  const orderItemId = await lineOf(order.id, mug.sku);
  const foreign = await lineOf(other.id, mug.sku);
  const refused = async (input: object): Promise<string[]> =>
    (await expectUnchanged(server, () => edit({ orderId: order.id, ...input }))).userErrors.map(
      ({ code, path }: any) => `${code} ${path.join('.')}`,
    );
  expect(await refused({ changeLines: [{ orderItemId, quantity: 0 }] })).toEqual(['VALIDATION changeLines']);
  expect(await refused({ changeLines: [{ orderItemId, quantity: -1 }] })).toEqual([
    'VALIDATION changeLines.0.quantity',
  ]);
  expect(await refused({ changeLines: [{ orderItemId: foreign, quantity: 1 }] })).toEqual([
    'NOT_FOUND changeLines.0.orderItemId',
  ]);
  const twice = { orderItemId, quantity: 1 };
  expect(await refused({ changeLines: [twice, twice] })).toEqual(['VALIDATION changeLines.1.orderItemId']);
  expect(await refused({ addLines: [{ sku: 'none', quantity: 1 }] })).toEqual(['NOT_FOUND addLines.0.sku']);
  expect(await refused({ discount: {} })).toEqual(['VALIDATION discount']);
  expect(await refused({ contact: { name: 'X' } })).toEqual(['VALIDATION contact']);
  const short = await expectUnchanged(server, () =>
    edit({ orderId: order.id, changeLines: [{ orderItemId, quantity: 6 }] }),
  );
  expect(short.userErrors).toMatchObject([
    { code: 'INSUFFICIENT_STOCK', shortages: [{ sku: mug.sku, requested: 4, available: 2 }] },
  ]);
});

test('once picking has begun, the order is no longer edited', async () => {
  const mug = await stockedVariant(server, { LONDON: 5 });
  const order = await confirmedOrder(server, [{ sku: mug.sku, quantity: 2 }]);
  await work(server, order.fulfillments[0]!.id, 'startPicking');
  const answer = await expectUnchanged(server, () => edit({ orderId: order.id, tags: ['late'] }));
  expect(answer.userErrors).toMatchObject([
    { code: 'INVALID_TRANSITION', from: 'PROCESSING', attempted: 'editOrder' },
  ]);
});

test('edits and new orders that want the last units at once never get more than there are', async () => {
  const mug = await stockedVariant(server, { LONDON: 6, LEEDS: 6 });
  const orders = [];
  for (let count = 0; count < 4; count += 1) {
    orders.push(await confirmedOrder(server, [{ sku: mug.sku, quantity: 1 }]));
  }
  const lines = await Promise.all(orders.map(({ id }) => lineOf(id, mug.sku)));
  const answers = await Promise.all([
    ...orders.map(({ id }, index) =>
      edit({ orderId: id, changeLines: [{ orderItemId: lines[index], quantity: 4 }] }),
    ),
    ...Array.from({ length: 4 }, () =>
      mutate(
        server.as.order_manager,
        'createOrder',
        { channel: 'ECOMMERCE', currency: 'GBP', lines: [{ sku: mug.sku, quantity: 3 }] },
        'order { id }',
      ),
    ),
  ]);
  const refused = answers.flatMap(({ userErrors }) => userErrors.map(({ code }: any) => code));
  // Four units are gone, and eight are left for eight that want three each.
  expect(refused).toEqual(Array.from({ length: 6 }, () => 'INSUFFICIENT_STOCK'));
});

test('an edit and the start of picking at once: one of them comes first, and both agree', async () => {
  for (let round = 0; round < 6; round += 1) {
    const mug = await stockedVariant(server, { LONDON: 5 });
    const order = await confirmedOrder(server, [{ sku: mug.sku, quantity: 2 }]);
    const orderItemId = await lineOf(order.id, mug.sku);
    const [edited] = await Promise.all([
      edit({ orderId: order.id, changeLines: [{ orderItemId, quantity: 1 }] }),
      work(server, order.fulfillments[0]!.id, 'startPicking'),
    ]);
    const { data } = await server.as.order_manager(
      `query ($id: ID!) { order(id: $id) { fulfillments { nodes { status items { quantity } } } } }`,
      { id: order.id },
    );
    const quantity = edited.userErrors.length === 0 ? 1 : 2;
    expect(data.order.fulfillments.nodes).toEqual([{ status: 'PICKING', items: [{ quantity }] }]);
  }
});

describeCommandRules(() => server, {
  name: 'editOrder',
  inputType: 'EditOrderInput',
  subject: 'order',
  by: 'order_manager',
  mayNot: ['warehouse_staff', 'customer_service', 'customer'],
  permissions: ['orders.edit'],
  arrange: async () => {
    const { sku } = await stockedVariant(server, { LONDON: 5 });
    return placeOrder(server, [{ sku, quantity: 1 }]);
  },
  extra: { tags: ['a'] },
  otherExtra: { tags: ['b'] },
  wrongState: {
    arrange: async () => {
      const { sku } = await stockedVariant(server, { LONDON: 5 });
      const order = await placeOrder(server, [{ sku, quantity: 1 }]);
      await mutate(server.as.order_manager, 'cancelOrder', { orderId: order.id }, 'order { id }');
      return order;
    },
    from: 'CANCELLED',
    allowed: ['addNote'],
  },
  // Two may set the same labels one after the other.
  exclusive: false,
});
