import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call, historyOf, shortHistory, unknownId } from '../setup/command-rules.ts';
import { mutate, stockedVariant, type Stocked } from '../setup/fixtures.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { expectUnchanged, rowsGained } from '../setup/snapshot.ts';

let server: TestServer;
let mug: Stocked;
let lamp: Stocked;
beforeAll(async () => {
  server = await startTestServer();
  mug = await stockedVariant(server, { LONDON: 1_000, LEEDS: 500 }, 999);
  lamp = await stockedVariant(server, { LONDON: 10 }, 2_500);
});
afterAll(async () => {
  await expectInvariants(server.databaseUrl);
  await server.stop();
});

const selection = `order { id number status version channel externalReference currency priority tags promisedShipAt
  subtotal { amountMinor currency } total { amountMinor currency } discount { amountMinor } customer { id }
  paymentState fulfillmentState shippingAddress { fullAddress } billingAddress { fullAddress } createdAt
  items { nodes { position sku name quantity unitPrice { amountMinor currency } total { amountMinor } } }
  reservations { nodes { quantityReserved isActive expiresAt location { code } variant { sku } } } }`;
const input = (extra: object = {}) => ({
  channel: 'ECOMMERCE',
  currency: 'GBP',
  lines: [{ sku: mug.sku, quantity: 1 }],
  ...extra,
});
const create = (extra: object = {}) =>
  mutate(server.as.order_manager, 'createOrder', input(extra), selection);

test('prices, reserves and records an order with everything that it can carry', async () => {
  const address = {
    name: 'Ada Buyer',
    line1: '1 High St',
    city: 'York',
    postalCode: 'YO1 7AA',
    country: 'GB',
  };
  const { order, userErrors } = await create({
    channel: 'WHOLESALE',
    customerId: server.customerId,
    externalReference: 'PO-77',
    lines: [
      { sku: mug.sku, quantity: 3, locationCode: 'LEEDS' },
      { sku: lamp.sku, quantity: 2 },
    ],
    shippingAddress: address,
    billingAddress: { ...address, line1: '2 "Low" St', company: 'Buyer & Co' },
    priority: 'URGENT',
    tags: ['gift', 'a "quoted", {tag}\\'],
    promisedShipAt: '2031-05-06T07:08:09.123456Z',
    reservationExpiresAt: '2031-05-05T00:00:00Z',
  });
  expect(userErrors).toEqual([]);
  expect(order).toMatchObject({
    number: expect.stringMatching(/^ORD-\d{8}-\d{4,}$/),
    status: 'PENDING',
    version: 1,
    channel: 'WHOLESALE',
    externalReference: 'PO-77',
    currency: 'GBP',
    priority: 'URGENT',
    tags: ['gift', 'a "quoted", {tag}\\'],
    promisedShipAt: '2031-05-06T07:08:09.123456Z',
    subtotal: { amountMinor: 3 * 999 + 2 * 2_500, currency: 'GBP' },
    total: { amountMinor: 3 * 999 + 2 * 2_500, currency: 'GBP' },
    discount: { amountMinor: 0 },
    customer: { id: server.customerId },
    paymentState: 'UNPAID',
    fulfillmentState: 'UNFULFILLED',
    shippingAddress: { fullAddress: 'Ada Buyer, 1 High St, York, YO1 7AA, GB' },
    billingAddress: { fullAddress: 'Ada Buyer, Buyer & Co, 2 "Low" St, York, YO1 7AA, GB' },
    items: {
      nodes: [
        {
          position: 1,
          sku: mug.sku,
          quantity: 3,
          unitPrice: { amountMinor: 999 },
          total: { amountMinor: 2_997 },
        },
        {
          position: 2,
          sku: lamp.sku,
          quantity: 2,
          unitPrice: { amountMinor: 2_500 },
          total: { amountMinor: 5_000 },
        },
      ],
    },
  });
  const expiresAt = '2031-05-05T00:00:00Z';
  expect(order.reservations.nodes).toHaveLength(2);
  expect(order.reservations.nodes).toEqual(
    expect.arrayContaining([
      {
        quantityReserved: 3,
        isActive: true,
        expiresAt,
        location: { code: 'LEEDS' },
        variant: { sku: mug.sku },
      },
      {
        quantityReserved: 2,
        isActive: true,
        expiresAt,
        location: { code: 'LONDON' },
        variant: { sku: lamp.sku },
      },
    ]),
  );
  const history = await historyOf(server, order.id);
  expect(shortHistory(history)).toEqual(['CREATED null>PENDING', 'INVENTORY_RESERVED null>null']);
  expect(history).toMatchObject([
    { additionalData: { channel: 'wholesale', lines: 2 }, performedBy: { id: server.userIds.order_manager } },
    { additionalData: { units: 5 }, createdAt: order.createdAt },
  ]);
});

describe('is refused and changes nothing', () => {
  test.each(['warehouse_staff', 'customer_service', 'customer'] as const)(
    'for %s: FORBIDDEN',
    async (role) => {
      const answer = await expectUnchanged(server, () =>
        call(server.as[role], 'createOrder', 'CreateOrderInput', input(), 'order { id }'),
      );
      expect(answer.data).toBeNull();
      expect(answer.errors).toMatchObject([
        { extensions: { code: 'FORBIDDEN', permissions: ['orders.create'] } },
      ]);
    },
  );

  test('for nobody: UNAUTHENTICATED', async () => {
    const answer = await expectUnchanged(server, () =>
      call(server.anonymous, 'createOrder', 'CreateOrderInput', input(), 'order { id }'),
    );
    expect(answer.data).toBeNull();
    expect(answer.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  const address = { line1: '1 High St', city: 'York', country: 'GB' };
  test.each<[string, () => object, [string, string[]][]]>([
    ['no lines', () => ({ lines: [] }), [['VALIDATION', ['lines']]]],
    [
      '501 lines',
      () => ({ lines: Array.from({ length: 501 }, () => ({ sku: mug.sku, quantity: 1 })) }),
      [['VALIDATION', ['lines']]],
    ],
    [
      'a quantity of 0',
      () => ({ lines: [{ sku: mug.sku, quantity: 0 }] }),
      [['VALIDATION', ['lines', '0', 'quantity']]],
    ],
    [
      'a negative quantity in the second line',
      () => ({
        lines: [
          { sku: mug.sku, quantity: 1 },
          { sku: mug.sku, quantity: -1 },
        ],
      }),
      [['VALIDATION', ['lines', '1', 'quantity']]],
    ],
    [
      'a quantity above a million',
      () => ({ lines: [{ sku: mug.sku, quantity: 1_000_001 }] }),
      [['VALIDATION', ['lines', '0', 'quantity']]],
    ],
    [
      'unknown SKU and location, each named',
      () => ({
        lines: [
          { sku: 'NO-SUCH', quantity: 1 },
          { sku: mug.sku, quantity: 1, locationCode: 'MOON' },
        ],
      }),
      [
        ['NOT_FOUND', ['lines', '0', 'sku']],
        ['NOT_FOUND', ['lines', '1', 'locationCode']],
      ],
    ],
    ['no currency', () => ({ currency: 'POUNDS' }), [['VALIDATION', ['currency']]]],
    ['a currency in lower case', () => ({ currency: 'gbp' }), [['VALIDATION', ['currency']]]],
    ['a currency that the SKU is not sold in', () => ({ currency: 'EUR' }), [['VALIDATION', ['currency']]]],
    ['an unknown customer', () => ({ customerId: unknownId }), [['NOT_FOUND', ['customerId']]]],
    ['what is no id of a customer', () => ({ customerId: 'ada' }), [['VALIDATION', ['customerId']]]],
    ['an empty reference', () => ({ externalReference: '' }), [['VALIDATION', ['externalReference']]]],
    [
      'an address without a street',
      () => ({ shippingAddress: { ...address, line1: '' } }),
      [['VALIDATION', ['shippingAddress', 'line1']]],
    ],
    [
      'half a character in an address',
      () => ({ billingAddress: { ...address, name: 'A\ud800' } }),
      [['VALIDATION', ['billingAddress', 'name']]],
    ],
    ['an empty tag', () => ({ tags: ['a', ''] }), [['VALIDATION', ['tags']]]],
    ['a long key', () => ({ idempotencyKey: 'x'.repeat(201) }), [['VALIDATION', ['idempotencyKey']]]],
    ['U+0000 in a key', () => ({ idempotencyKey: 'a\u0000' }), [['VALIDATION', ['idempotencyKey']]]],
  ])('%s', async (_name, extra, expected) => {
    const answer = await expectUnchanged(server, () => create(extra()));
    expect(answer.order).toBeNull();
    expect(answer.userErrors.map(({ code, path }: any) => [code, path])).toEqual(expected);
  });

  test('for a customer who was erased', async () => {
    const [gone] = await server.database.transaction((transaction) =>
      transaction.execute<{ id: string }>(
        sql`insert into customers (name, kind, erased_at) values ('Erased', 'online', now()) returning id`,
      ),
    );
    const answer = await expectUnchanged(server, () => create({ customerId: gone!.id }));
    expect(answer.userErrors).toMatchObject([{ code: 'NOT_FOUND', path: ['customerId'] }]);
  });

  test('at a location that is closed, named or not', async () => {
    const chair = await stockedVariant(server, { CLOSED: 5 });
    await server.database.transaction((transaction) =>
      transaction.execute(sql`update stock_locations set active = false where code = 'CLOSED'`),
    );
    const line = { sku: chair.sku, quantity: 1 };
    const named = await expectUnchanged(server, () =>
      create({ lines: [{ ...line, locationCode: 'CLOSED' }] }),
    );
    expect(named.userErrors).toMatchObject([{ code: 'NOT_FOUND', path: ['lines', '0', 'locationCode'] }]);
    const open = await expectUnchanged(server, () => create({ lines: [line] }));
    expect(open.userErrors).toMatchObject([
      { code: 'INSUFFICIENT_STOCK', shortages: [{ sku: chair.sku, requested: 1, available: 0 }] },
    ]);
  });
});

describe('sent again', () => {
  test('with its key gives the same answer and has one effect; with another input it is refused', async () => {
    const idempotencyKey = randomUUID();
    const first = await create({ idempotencyKey });
    const again = await expectUnchanged(server, () => create({ idempotencyKey }));
    expect(again).toEqual(first);
    const other = await expectUnchanged(server, () => create({ idempotencyKey, priority: 'LOW' }));
    expect(other).toMatchObject({
      order: null,
      userErrors: [{ __typename: 'IdempotencyConflictError', path: ['idempotencyKey'] }],
    });
    const otherCommand = await expectUnchanged(server, () =>
      mutate(
        server.as.order_manager,
        'confirmOrder',
        { orderId: first.order.id, idempotencyKey },
        'order { id }',
      ),
    );
    expect(otherCommand.userErrors).toMatchObject([{ code: 'IDEMPOTENCY_CONFLICT' }]);
  });

  test('ten times at once with one key makes one order, and all get it', async () => {
    const idempotencyKey = randomUUID();
    let answers: any[] = [];
    const gained = await rowsGained(server, async () => {
      answers = await Promise.all(Array.from({ length: 10 }, () => create({ idempotencyKey })));
    });
    expect(answers.flatMap(({ userErrors }) => userErrors)).toEqual([]);
    expect(new Set(answers.map(({ order }) => order.id)).size).toBe(1);
    expect(gained).toEqual({
      idempotency_keys: 1,
      inventory_reservations: 1,
      order_history: 2,
      order_history_heads: 1,
      order_items: 1,
      orders: 1,
      stock_movements: 1,
    });
  });

  test('under one reference of the shop, ten times at once, makes one order and reserves once', async () => {
    const externalReference = `SHOP-${randomUUID()}`;
    let answers: any[] = [];
    const gained = await rowsGained(server, async () => {
      answers = await Promise.all(Array.from({ length: 10 }, () => create({ externalReference })));
    });
    expect(answers.flatMap(({ userErrors }) => userErrors)).toEqual([]);
    expect(new Set(answers.map(({ order }) => order.id)).size).toBe(1);
    expect(gained).toMatchObject({ orders: 1, order_history: 2, stock_movements: 1 });
    // Another channel is another shop.
    const elsewhere = await create({ externalReference, channel: 'WHOLESALE' });
    expect(elsewhere.order.id).not.toBe(answers[0].order.id);
  });

  test('without a key and a reference is another order', async () => {
    const [first, second] = [await create(), await create()];
    expect(second.order.id).not.toBe(first.order.id);
  });
});
