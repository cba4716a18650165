import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeCommandRules, historyOf, shortHistory } from '../setup/command-rules.ts';
import { mutate, stockedVariant } from '../setup/fixtures.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { asker, startTestServer, type TestServer } from '../setup/server.ts';
import { expectUnchanged } from '../setup/snapshot.ts';
import { create, gbp, Orders, paid, record, reference, settle } from './arrange.ts';

let server: TestServer;
let orders: Orders;
beforeAll(async () => {
  server = await startTestServer();
  orders = await Orders.on(server);
});
afterAll(async () => {
  await expectInvariants(server.databaseUrl);
  await server.stop();
});
const manager = () => server.as.order_manager;

describeCommandRules(() => server, {
  name: 'recordPayment',
  inputType: 'RecordPaymentInput',
  subject: 'order',
  by: 'order_manager',
  mayNot: ['warehouse_staff', 'customer_service', 'customer'],
  permissions: ['payments.manage'],
  arrange: () => orders.pending(),
  extra: { method: 'CASH', amount: gbp(1000) },
  otherExtra: { method: 'CARD', amount: gbp(1000) },
  wrongState: { arrange: () => orders.cancelled(), from: 'CANCELLED', allowed: ['refundOrder'] },
});

describe('recordPayment', () => {
  test('counts part and whole, and says so in the history', async () => {
    const { id, version } = await orders.pending();
    const first = await record(manager(), { orderId: id, method: 'CASH', amount: gbp(400) });
    expect(first).toMatchObject({
      userErrors: [],
      order: { status: 'PENDING', version: version + 1 },
      payment: {
        kind: 'PAYMENT',
        method: 'CASH',
        provider: null,
        state: 'SUCCEEDED',
        amount: gbp(400),
        providerReference: null,
        failureCode: null,
        refundedPayment: null,
        settledAt: expect.any(String),
      },
    });
    expect((await paid(server, id)).paymentState).toBe('PARTIALLY_PAID');
    await record(manager(), {
      orderId: id,
      method: 'TRANSFER',
      amount: gbp(600),
      providerReference: reference(),
    });
    const order = await paid(server, id);
    expect(order).toMatchObject({ paymentState: 'PAID', status: 'PENDING', version: version + 2 });
    expect(order.payments.map((payment: any) => payment.amount.amountMinor)).toEqual([400, 600]);
    const history = (await historyOf(server, id)).slice(-2);
    expect(shortHistory(history)).toEqual([
      'PAYMENT_RECEIVED PENDING>PENDING',
      'PAYMENT_RECEIVED PENDING>PENDING',
    ]);
    expect(history[0]).toMatchObject({
      description: 'A payment came in by cash.',
      additionalData: { method: 'cash', amountMinor: 400, currency: 'GBP', paymentId: first.payment.id },
      performedBy: { id: server.userIds.order_manager },
    });
  });

  test('a failed payment is kept, and what was paid before stays paid', async () => {
    const { id } = await orders.pending();
    const failed = { orderId: id, method: 'CARD', amount: gbp(1000), succeeded: false };
    expect((await record(manager(), failed)).payment.state).toBe('FAILED');
    expect((await paid(server, id)).paymentState).toBe('FAILED');
    await orders.pay(id, 300);
    await record(manager(), failed);
    expect((await paid(server, id)).paymentState).toBe('PARTIALLY_PAID');
    await orders.pay(id, 700);
    expect((await paid(server, id)).paymentState).toBe('PAID');
    expect(shortHistory((await historyOf(server, id)).slice(-4))).toEqual([
      'PAYMENT_FAILED PENDING>PENDING',
      'PAYMENT_RECEIVED PENDING>PENDING',
      'PAYMENT_FAILED PENDING>PENDING',
      'PAYMENT_RECEIVED PENDING>PENDING',
    ]);
  });

  test('an order of nothing is paid, and takes no payment', async () => {
    const free = await stockedVariant(server, { LONDON: 5 }, 0);
    const placed = await mutate(
      manager(),
      'createOrder',
      { channel: 'ECOMMERCE', currency: 'GBP', lines: [{ sku: free.sku, quantity: 1 }] },
      'order { id paymentState }',
    );
    expect(placed.order.paymentState).toBe('PAID');
    const input = { orderId: placed.order.id, method: 'CASH', amount: gbp(1) };
    expect((await expectUnchanged(server, () => record(manager(), input))).userErrors).toMatchObject([
      {
        code: 'VALIDATION',
        message: 'Nothing is left to be paid on the order.',
        path: ['amount', 'amountMinor'],
      },
    ]);
  });

  test('autoConfirm confirms with the last penny, with fulfillments and history', async () => {
    const { id, version } = await orders.pending();
    const part = { orderId: id, method: 'CARD', autoConfirm: true };
    expect((await record(manager(), { ...part, amount: gbp(999) })).order.status).toBe('PENDING');
    const last = await record(manager(), { ...part, amount: gbp(1) });
    expect(last.order).toMatchObject({ status: 'CONFIRMED', version: version + 2 });
    expect(shortHistory((await historyOf(server, id)).slice(-3))).toEqual([
      'PAYMENT_RECEIVED PENDING>PENDING',
      'CONFIRMED PENDING>CONFIRMED',
      'STATUS_CHANGED null>PENDING',
    ]);
    const { data } = await manager()(
      `query ($id: ID!) { order(id: $id) { fulfillments { nodes { status items { quantity } } } } }`,
      { id },
    );
    expect(data.order.fulfillments.nodes).toEqual([{ status: 'PENDING', items: [{ quantity: 4 }] }]);
  });

  test('without autoConfirm, or when it is confirmed already, the status stays', async () => {
    const { id } = await orders.pending();
    await orders.pay(id, 500);
    await mutate(manager(), 'confirmOrder', { orderId: id }, 'order { id }');
    await orders.pay(id, 500, { autoConfirm: true });
    expect(await paid(server, id)).toMatchObject({ status: 'CONFIRMED', paymentState: 'PAID' });
  });

  test.each([
    [{ amount: gbp(1001) }, 'amount.amountMinor', /^10\.00 GBP is left to be paid/],
    [{ amount: gbp(0) }, 'amount.amountMinor', /must not be less than 1/],
    [{ amount: gbp(-5) }, 'amount.amountMinor', /must not be less than 1/],
    [{ amount: { amountMinor: 5, currency: 'EUR' } }, 'amount.currency', /^The order is in GBP/],
    [{ amount: { amountMinor: 5, currency: 'QQQ' } }, 'amount.currency', /ISO 4217/],
    [{ method: 'PROVIDER' }, 'providerReference', /needs the provider’s reference/],
    [{ provider: 'STRIPE' }, 'provider', /only with the method PROVIDER/],
    [{ providerReference: '' }, 'providerReference', /./],
    [{ providerReference: ' x' }, 'providerReference', /space/],
    [{ providerReference: 'x'.repeat(201) }, 'providerReference', /200/],
  ])('refuses %j', async (extra, path, message) => {
    const { id } = await orders.pending();
    const input = { orderId: id, method: 'CARD', amount: gbp(500), ...extra };
    const { userErrors, payment } = await expectUnchanged(server, () => record(manager(), input));
    expect(payment).toBeNull();
    expect(userErrors.map((error: any) => error.path.join('.'))).toContain(path);
    expect(userErrors.find((error: any) => error.path.join('.') === path)).toMatchObject({
      code: 'VALIDATION',
      message: expect.stringMatching(message),
    });
  });

  test('of many at once on two servers, no more comes in than is owed', async () => {
    const another = await server.startAnother();
    const elsewhere = asker(another.url, server.tokens.order_manager);
    const { id } = await orders.pending();
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        record(index % 2 ? manager() : elsewhere, { orderId: id, method: 'CASH', amount: gbp(300) }),
      ),
    );
    await another.stop();
    expect(answers.filter(({ userErrors }) => userErrors.length === 0)).toHaveLength(3);
    expect((await paid(server, id)).payments).toHaveLength(3);
  });
});

describe('a reference is of one payment', () => {
  test('recorded again it is answered as the first, also by many at once', async () => {
    const { id } = await orders.pending();
    const input = { orderId: id, method: 'PROVIDER', amount: gbp(1000), providerReference: reference('pi') };
    const answers = await Promise.all([1, 2, 3, 4].map(() => record(manager(), input)));
    expect(answers.map(({ userErrors }) => userErrors)).toEqual([[], [], [], []]);
    expect(new Set(answers.map(({ payment }) => payment.id)).size).toBe(1);
    expect((await paid(server, id)).payments).toHaveLength(1);
    await expectUnchanged(server, () => record(manager(), input));
  });

  test('of another order, or with another amount, it is refused; by another method it is another', async () => {
    const [one, other] = [await orders.pending(), await orders.pending()];
    const input = { method: 'TRANSFER', amount: gbp(500), providerReference: reference() };
    await record(manager(), { ...input, orderId: one.id });
    const elsewhere = await expectUnchanged(server, () => record(manager(), { ...input, orderId: other.id }));
    expect(elsewhere.userErrors).toMatchObject([{ code: 'VALIDATION', path: ['providerReference'] }]);
    const more = await expectUnchanged(server, () =>
      record(manager(), { ...input, orderId: one.id, amount: gbp(400) }),
    );
    expect(more.userErrors).toMatchObject([{ code: 'VALIDATION', path: ['amount', 'amountMinor'] }]);
    expect((await record(manager(), { ...input, orderId: other.id, method: 'CARD' })).userErrors).toEqual([]);
  });

  test('on two orders at once, one gets it', async () => {
    const placed = [await orders.pending(), await orders.pending()];
    const input = { method: 'TRANSFER', amount: gbp(500), providerReference: reference() };
    const answers = await Promise.all(placed.map(({ id }) => record(manager(), { ...input, orderId: id })));
    expect(answers.flatMap(({ userErrors }) => userErrors)).toMatchObject([
      { code: 'VALIDATION', path: ['providerReference'] },
    ]);
  });

  test('one that failed may succeed later, and never the other way round', async () => {
    const { id } = await orders.pending();
    const input = { orderId: id, method: 'CARD', amount: gbp(1000), providerReference: reference() };
    const failed = await record(manager(), { ...input, succeeded: false });
    const succeeded = await record(manager(), input);
    expect(succeeded.payment).toMatchObject({ id: failed.payment.id, state: 'SUCCEEDED' });
    const again = await expectUnchanged(server, () => record(manager(), { ...input, succeeded: false }));
    expect(again.payment.state).toBe('SUCCEEDED');
    expect((await paid(server, id)).paymentState).toBe('PAID');
  });
});

describe('the manual provider', () => {
  test('a payment waits until somebody says what became of it', async () => {
    const { id } = await orders.pending();
    const asked = await create(manager(), { orderId: id, provider: 'MANUAL', autoConfirm: true });
    expect(asked).toMatchObject({
      userErrors: [],
      clientSecret: null,
      payment: {
        method: 'PROVIDER',
        provider: 'MANUAL',
        state: 'PENDING',
        amount: gbp(1000),
        settledAt: null,
      },
    });
    const paymentId = asked.payment.id;
    expect((await paid(server, id)).paymentState).toBe('UNPAID');
    const undecided = await expectUnchanged(server, () => settle(manager(), { paymentId }));
    expect(undecided.userErrors).toMatchObject([{ code: 'VALIDATION', path: ['succeeded'] }]);
    const settled = await settle(manager(), { paymentId, succeeded: true });
    expect(settled).toMatchObject({ payment: { state: 'SUCCEEDED' }, order: { status: 'CONFIRMED' } });
    const again = await expectUnchanged(server, () => settle(manager(), { paymentId, succeeded: false }));
    expect(again).toMatchObject({ userErrors: [], payment: { state: 'SUCCEEDED' } });
    expect(shortHistory((await historyOf(server, id)).slice(-4))).toEqual([
      'EDITED PENDING>PENDING',
      'PAYMENT_RECEIVED PENDING>PENDING',
      'CONFIRMED PENDING>CONFIRMED',
      'STATUS_CHANGED null>PENDING',
    ]);
  });

  test('asking twice, also at once, is asking for the same', async () => {
    const { id } = await orders.pending();
    const ask = () => create(manager(), { orderId: id, provider: 'MANUAL', amount: gbp(300) });
    const answers = await Promise.all([ask(), ask(), ask()]);
    expect(new Set(answers.map(({ payment }) => payment.id)).size).toBe(1);
    const other = await create(manager(), { orderId: id, provider: 'MANUAL', amount: gbp(200) });
    expect(other.payment.id).not.toBe(answers[0].payment.id);
  });

  test('of two who settle it at once, in both ways, one is believed', async () => {
    const { id } = await orders.pending();
    const { payment } = await create(manager(), { orderId: id, provider: 'MANUAL' });
    await Promise.all(
      [true, true, true].map((succeeded) => settle(manager(), { paymentId: payment.id, succeeded })),
    );
    expect(await paid(server, id)).toMatchObject({
      paymentState: 'PAID',
      payments: [{ state: 'SUCCEEDED' }],
    });
    const received = (await historyOf(server, id)).filter(({ action }) => action === 'PAYMENT_RECEIVED');
    expect(received).toHaveLength(1);
  });

  test('settlePayment is refused for others, for what is unknown, and for what is no id', async () => {
    const { id } = await orders.pending();
    const { payment } = await create(manager(), { orderId: id, provider: 'MANUAL' });
    const operation = `mutation ($id: ID!) { settlePayment(input: { paymentId: $id, succeeded: true }) { userErrors { code path } } }`;
    for (const role of ['warehouse_staff', 'customer_service', 'customer'] as const) {
      const answer = await expectUnchanged(server, () => server.as[role](operation, { id: payment.id }));
      expect(answer.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    }
    const unknown = { paymentId: '01900000-0000-7000-8000-000000000000', succeeded: true };
    expect((await settle(manager(), unknown)).userErrors).toMatchObject([
      { code: 'NOT_FOUND', path: ['paymentId'] },
    ]);
    expect((await settle(manager(), { paymentId: '42' })).userErrors).toMatchObject([
      { code: 'VALIDATION', path: ['paymentId'] },
    ]);
  });

  test('without its configuration Stripe is refused, with what to do', async () => {
    const { id } = await orders.pending();
    const answer = await expectUnchanged(server, () =>
      create(manager(), { orderId: id, provider: 'STRIPE' }),
    );
    expect(answer.userErrors).toMatchObject([
      {
        code: 'VALIDATION',
        path: ['provider'],
        message: expect.stringContaining('STRIPE_SECRET_KEY'),
      },
    ]);
    const webhook = await fetch(`${server.url}/webhooks/stripe`, { method: 'POST', body: '{}' });
    expect(webhook.status).toBe(404);
  });
});

describe('who sees payments', () => {
  test('the customer those of their own orders, the warehouse none', async () => {
    const { id } = await orders.delivered();
    const query = `query ($id: ID!) { order(id: $id) { payments { totalCount nodes { amount { amountMinor } } } } }`;
    expect((await server.as.customer(query, { id })).data.order.payments).toEqual({
      totalCount: 1,
      nodes: [{ amount: { amountMinor: 1000 } }],
    });
    expect((await server.as.warehouse_staff(query, { id })).data.order.payments).toBeNull();
  });
});
