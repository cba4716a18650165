import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { historyOf, shortHistory } from '../setup/command-rules.ts';
import { mutate, stockedVariant } from '../setup/fixtures.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { asker, startTestServer, type TestServer } from '../setup/server.ts';
import { expectUnchanged, rowsGained } from '../setup/snapshot.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await expectInvariants(server.databaseUrl);
  await server.stop();
});

const selection = `order { id status version paymentState fulfillmentState completedAt deliveredAt confirmedAt
  total { amountMinor } payments { nodes { kind method state providerReference amount { amountMinor } } }
  items { nodes { quantity quantityFulfilled } } fulfillments { totalCount }
  reservations { nodes { isActive quantityFulfilled } } }`;
const sell = (input: object, ask = server.as.order_manager): Promise<any> =>
  mutate(ask, 'createOrder', { channel: 'RETAIL_POS', currency: 'GBP', takeAway: true, ...input }, selection);
const availability = async (sku: string): Promise<any> => {
  const { data } = await server.as.order_manager(
    `query ($sku: String!) { availability(sku: $sku) { location { code } onHand reserved }
      stockMovements(filter: { sku: $sku }) { nodes { reason onHandChange reservedChange } } }`,
    { sku },
  );
  return data;
};

test('a sale at the till is paid, handed over and completed at once', async () => {
  const { sku } = await stockedVariant(server, { SHOP: 5 }, 1_250);
  const answer = await sell({
    lines: [{ sku, quantity: 2, locationCode: 'SHOP' }],
    payment: { method: 'CARD', providerReference: 'terminal-1' },
  });
  expect(answer.userErrors).toEqual([]);
  expect(answer.order).toMatchObject({
    status: 'COMPLETED',
    paymentState: 'PAID',
    fulfillmentState: 'FULFILLED',
    completedAt: expect.any(String),
    deliveredAt: expect.any(String),
    confirmedAt: expect.any(String),
    total: { amountMinor: 2_500 },
    payments: {
      nodes: [
        {
          kind: 'PAYMENT',
          method: 'CARD',
          state: 'SUCCEEDED',
          providerReference: 'terminal-1',
          amount: { amountMinor: 2_500 },
        },
      ],
    },
    items: { nodes: [{ quantity: 2, quantityFulfilled: 2 }] },
    fulfillments: { totalCount: 0 },
    reservations: { nodes: [{ isActive: false, quantityFulfilled: 2 }] },
  });
  expect(shortHistory(await historyOf(server, answer.order.id))).toEqual([
    'CREATED null>PENDING',
    'INVENTORY_RESERVED null>null',
    'PAYMENT_RECEIVED PENDING>PENDING',
    'STATUS_CHANGED PENDING>COMPLETED',
  ]);
  const stock = await availability(sku);
  expect(stock.availability).toEqual([{ location: { code: 'SHOP' }, onHand: 3, reserved: 0 }]);
  expect(stock.stockMovements.nodes.slice(0, 2)).toEqual([
    { reason: 'SOLD', onHandChange: -2, reservedChange: -2 },
    { reason: 'RESERVED', onHandChange: 0, reservedChange: 2 },
  ]);
});

test('cash is what is meant when nothing is said, and what is free needs no payment', async () => {
  const { sku } = await stockedVariant(server, { SHOP: 5 });
  const sold = await sell({ lines: [{ sku, quantity: 1 }] });
  expect(sold.order.payments.nodes).toMatchObject([{ method: 'CASH', amount: { amountMinor: 250 } }]);
  const free = await sell({ lines: [{ sku, quantity: 1 }], discount: { basisPoints: 10_000 } });
  expect(free.order).toMatchObject({ status: 'COMPLETED', paymentState: 'PAID', payments: { nodes: [] } });
});

test('what cannot be sold at a till is refused, and nothing changes', async () => {
  const { sku } = await stockedVariant(server, { SHOP: 5 });
  const lines = [{ sku, quantity: 1 }];
  const refused = async (input: object): Promise<string[]> =>
    (await expectUnchanged(server, () => sell({ lines, ...input }))).userErrors.map(
      ({ code, path }: any) => `${code} ${path.join('.')}`,
    );
  expect(await refused({ channel: 'ECOMMERCE' })).toEqual(['VALIDATION takeAway']);
  expect(await refused({ shippingAddress: { line1: 'x', city: 'York', country: 'GB' } })).toEqual([
    'VALIDATION shippingAddress',
  ]);
  expect(await refused({ payment: { method: 'PROVIDER', providerReference: 'pi_1' } })).toEqual([
    'VALIDATION payment.method',
  ]);
  expect(await refused({ takeAway: false, payment: { method: 'CASH' } })).toEqual(['VALIDATION payment']);
  expect(await refused({ lines: [{ sku, quantity: 6 }] })).toEqual(['INSUFFICIENT_STOCK lines']);
  const payment = { method: 'CARD', providerReference: 'used-once' };
  expect((await sell({ lines, payment })).userErrors).toEqual([]);
  expect(await refused({ payment })).toEqual(['VALIDATION payment.providerReference']);
});

test('a repeat sells nothing twice: by its key, by its reference, or both at once', async () => {
  const { sku } = await stockedVariant(server, { SHOP: 5 });
  const lines = [{ sku, quantity: 1 }];
  for (const same of [{ idempotencyKey: randomUUID() }, { externalReference: `till-${randomUUID()}` }]) {
    const gained = await rowsGained(server, async () => {
      const [first, second] = await Promise.all([sell({ lines, ...same }), sell({ lines, ...same })]);
      expect([first.userErrors, second.userErrors]).toEqual([[], []]);
      expect(second.order.id).toBe(first.order.id);
      expect((await sell({ lines, ...same })).order.id).toBe(first.order.id);
    });
    expect(gained).toMatchObject({ orders: 1, payments: 1, inventory_reservations: 1 });
  }
  expect((await availability(sku)).availability).toMatchObject([{ onHand: 3, reserved: 0 }]);
});

test('an order that has the reference but was not taken away is not handed over', async () => {
  const { sku } = await stockedVariant(server, { SHOP: 5 });
  const lines = [{ sku, quantity: 1 }];
  const externalReference = `till-${randomUUID()}`;
  expect((await sell({ lines, externalReference, takeAway: false })).order.status).toBe('PENDING');
  const answer = await expectUnchanged(server, () => sell({ lines, externalReference }));
  expect(answer).toMatchObject({
    order: null,
    userErrors: [{ code: 'VALIDATION', path: ['externalReference'] }],
  });
});

test('what was taken away can come back', async () => {
  const { sku } = await stockedVariant(server, { SHOP: 5 });
  const { order } = await sell({ lines: [{ sku, quantity: 2 }] });
  const manager = server.as.order_manager;
  const { data } = await manager(`{ order(id: "${order.id}") { items { nodes { id } } } }`);
  const asked = {
    orderId: order.id,
    reason: 'Too big',
    lines: [{ orderItemId: data.order.items.nodes[0].id, quantity: 1 }],
  };
  const requested = await mutate(manager, 'requestReturn', asked, 'return { id items { id } }');
  const back = {
    returnItemId: requested.return.items[0].id,
    quantity: 1,
    disposition: 'RESTOCK',
    locationCode: 'SHOP',
  };
  const input = { returnId: requested.return.id, lines: [back] };
  const received = await mutate(manager, 'receiveReturn', input, 'order { status }');
  expect(received).toMatchObject({ userErrors: [], order: { status: 'RETURNED' } });
  expect((await availability(sku)).availability).toMatchObject([{ onHand: 4, reserved: 0 }]);
});

test('many tills on two servers sell exactly what there is', async () => {
  const { sku } = await stockedVariant(server, { SHOP: 20 });
  const other = await server.startAnother();
  const asks = [server.as.order_manager, asker(other.url, server.tokens.order_manager)];
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, till) => sell({ lines: [{ sku, quantity: 1 }] }, asks[till % 2])),
  );
  await other.stop();
  const codes = answers.flatMap(({ userErrors }) => userErrors.map(({ code }: any) => code));
  expect(codes).toEqual(Array.from({ length: 40 }, () => 'INSUFFICIENT_STOCK'));
  expect((await availability(sku)).availability).toMatchObject([{ onHand: 0, reserved: 0 }]);
});

test('what was taken away can be refunded', async () => {
  const { sku } = await stockedVariant(server, { SHOP: 5 });
  const { order } = await sell({ lines: [{ sku, quantity: 1 }] });
  const refunded = await mutate(
    server.as.order_manager,
    'refundOrder',
    { orderId: order.id },
    'order { status paymentState }',
  );
  expect(refunded).toMatchObject({ userErrors: [], order: { status: 'REFUNDED', paymentState: 'REFUNDED' } });
});
