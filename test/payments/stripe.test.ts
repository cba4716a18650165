import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { historyOf, shortHistory } from '../setup/command-rules.ts';
import { mutate } from '../setup/fixtures.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { asker, serve, startTestServer, type TestServer } from '../setup/server.ts';
import { expectUnchanged } from '../setup/snapshot.ts';
import { create, gbp, Orders, paid, record, reference, refund, settle } from './arrange.ts';
import { FakeStripe, type Fault } from './fake-stripe.ts';

let fake: FakeStripe;
let server: TestServer;
let orders: Orders;
beforeAll(async () => {
  fake = await FakeStripe.start();
  server = await startTestServer({ stripe: fake.options });
  orders = await Orders.on(server);
});
afterEach(() => expect(fake.faults).toEqual([]));
afterAll(async () => {
  await expectInvariants(server.databaseUrl);
  await server.stop();
  await fake.stop();
});
const manager = () => server.as.order_manager;
const stripe = (orderId: string, extra: object = {}) => ({ orderId, provider: 'STRIPE', ...extra });

/** An order that was paid through Stripe and cancelled. */
async function cancelledAndPaid(): Promise<{ id: string; intentId: string }> {
  const { id } = await orders.pending();
  const { payment } = await create(manager(), stripe(id));
  fake.pay(payment.providerReference);
  await settle(manager(), { paymentId: payment.id });
  await mutate(manager(), 'cancelOrder', { orderId: id }, 'order { id }');
  return { id, intentId: payment.providerReference };
}

const refundsAt = (intentId: string) =>
  [...fake.refunds.values()].filter((each) => each.payment_intent === intentId);
const refundsOf = (order: any) => order.payments.filter(({ kind }: any) => kind === 'REFUND');

describe('createPayment', () => {
  test('makes a PaymentIntent whose secret is for the shop’s page', async () => {
    const { id, version } = await orders.pending();
    const answer = await create(manager(), stripe(id));
    const { payment } = answer;
    expect(answer).toMatchObject({
      userErrors: [],
      clientSecret: `${payment.providerReference}_secret`,
      order: { version },
      payment: {
        kind: 'PAYMENT',
        method: 'PROVIDER',
        provider: 'STRIPE',
        state: 'PENDING',
        amount: gbp(1000),
      },
    });
    expect(fake.intents.get(payment.providerReference)).toMatchObject({
      amount: 1000,
      currency: 'gbp',
      metadata: { paymentId: payment.id, orderId: id },
    });
    expect(shortHistory((await historyOf(server, id)).slice(-2))).toEqual([
      'EDITED PENDING>PENDING',
      'EDITED PENDING>PENDING',
    ]);
    const stored = await server.database.read.execute(
      `select 1 from payments where payments::text like '%_secret%'`,
    );
    expect(stored).toHaveLength(0);
  });

  test('again, with its key or without, is the same payment with the same secret', async () => {
    const { id } = await orders.pending();
    const input = stripe(id, { idempotencyKey: randomUUID() });
    const first = await create(manager(), input);
    expect(await create(manager(), input)).toEqual(first);
    expect(await create(manager(), stripe(id))).toEqual(first);
    expect(fake.posts.filter(({ key }) => key === first.payment.id)).toHaveLength(1);
    const other = await create(manager(), { ...input, amount: gbp(7) });
    expect(other.userErrors).toMatchObject([{ code: 'IDEMPOTENCY_CONFLICT' }]);
  });

  test('by many at once on two servers makes one PaymentIntent', async () => {
    const another = await server.startAnother();
    const elsewhere = asker(another.url, server.tokens.order_manager);
    const { id } = await orders.pending();
    const answers = await Promise.all(
      [0, 1, 2, 3, 4, 5].map((index) => create(index % 2 ? manager() : elsewhere, stripe(id))),
    );
    await another.stop();
    expect(new Set(answers.map(({ clientSecret }) => clientSecret)).size).toBe(1);
    expect([...fake.intents.values()].filter(({ metadata }) => metadata.orderId === id)).toHaveLength(1);
  });

  test.each([
    [{ amount: gbp(1001) }, 'amount.amountMinor'],
    [{ amount: gbp(0) }, 'amount.amountMinor'],
    [{ amount: { amountMinor: 5, currency: 'EUR' } }, 'amount.currency'],
    [{ orderId: 'x' }, 'orderId'],
  ])('refuses %j, and Stripe hears nothing', async (extra, path) => {
    const { id } = await orders.pending();
    const posts = fake.posts.length;
    const answer = await expectUnchanged(server, () => create(manager(), { ...stripe(id), ...extra }));
    expect(answer).toMatchObject({ payment: null, clientSecret: null });
    expect(answer.userErrors.map((error: any) => [error.code, error.path.join('.')])).toEqual([
      ['VALIDATION', path],
    ]);
    expect(fake.posts).toHaveLength(posts);
  });

  test('is refused for others, for an unknown order, in a wrong state, and when all is paid', async () => {
    const { id } = await orders.pending();
    const operation = `mutation ($id: ID!) { createPayment(input: { orderId: $id, provider: STRIPE }) { userErrors { code } } }`;
    for (const role of ['warehouse_staff', 'customer_service', 'customer'] as const) {
      const answer = await expectUnchanged(server, () => server.as[role](operation, { id }));
      expect(answer.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    }
    expect((await server.anonymous(operation, { id })).errors).toMatchObject([
      { extensions: { code: 'UNAUTHENTICATED' } },
    ]);
    expect((await create(manager(), stripe(randomUUID()))).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    const cancelled = await orders.cancelled();
    expect((await create(manager(), stripe(cancelled.id))).userErrors).toMatchObject([
      { code: 'INVALID_TRANSITION', from: 'CANCELLED' },
    ]);
    await orders.pay(id, 1000);
    expect((await create(manager(), stripe(id))).userErrors).toMatchObject([
      { code: 'VALIDATION', message: 'Nothing is left to be paid on the order.' },
    ]);
  });

  test('that Stripe refuses is kept as FAILED, and the next one is a new one', async () => {
    const { id } = await orders.pending();
    fake.faults.push('declined');
    const refused = await create(manager(), stripe(id));
    expect(refused).toMatchObject({
      clientSecret: null,
      payment: { state: 'FAILED', failureCode: 'card_declined' },
      userErrors: [{ code: 'PAYMENT_REFUSED', message: 'STRIPE refused the payment (card_declined).' }],
    });
    const next = await create(manager(), stripe(id));
    expect(next).toMatchObject({ userErrors: [], payment: { state: 'PENDING' } });
    expect(next.payment.id).not.toBe(refused.payment.id);
  });

  test.each<Fault>(['cut', 'broken', 'lost', 'silent'])('survives one answer that is %s', async (fault) => {
    const { id } = await orders.pending();
    fake.faults.push(fault);
    const answer = await create(manager(), stripe(id));
    expect(answer).toMatchObject({ userErrors: [], clientSecret: expect.any(String) });
    expect([...fake.intents.values()].filter(({ metadata }) => metadata.orderId === id)).toHaveLength(1);
  });

  test('stays PENDING while Stripe says nothing, and the same mutation goes on with it', async () => {
    const { id } = await orders.pending();
    const input = stripe(id, { idempotencyKey: randomUUID() });
    fake.faults.push('broken', 'broken', 'lost');
    const silent = await create(manager(), input);
    expect(silent).toMatchObject({
      clientSecret: null,
      payment: { state: 'PENDING', providerReference: null },
      userErrors: [{ code: 'PROVIDER_UNAVAILABLE' }],
    });
    const again = await create(manager(), input);
    expect(again).toMatchObject({ userErrors: [], clientSecret: expect.any(String) });
    expect(again.payment.id).toBe(silent.payment.id);
    expect([...fake.intents.values()].filter(({ metadata }) => metadata.orderId === id)).toHaveLength(1);
  });
});

describe('settlePayment', () => {
  test('asks Stripe, where its event got lost, and confirms the order', async () => {
    const { id } = await orders.pending();
    const { payment } = await create(manager(), stripe(id, { autoConfirm: true }));
    const paymentId = payment.id;
    expect(await expectUnchanged(server, () => settle(manager(), { paymentId }))).toMatchObject({
      userErrors: [],
      payment: { state: 'PENDING' },
    });
    const word = await expectUnchanged(server, () => settle(manager(), { paymentId, succeeded: true }));
    expect(word.userErrors).toMatchObject([{ code: 'VALIDATION', path: ['succeeded'] }]);
    fake.pay(payment.providerReference);
    const settled = await settle(manager(), { paymentId });
    expect(settled).toMatchObject({ payment: { state: 'SUCCEEDED' }, order: { status: 'CONFIRMED' } });
    await expectUnchanged(server, () => settle(manager(), { paymentId }));
    expect((await paid(server, id)).paymentState).toBe('PAID');
  });
});

test('a payment that was recorded by hand before Stripe’s answer was written down counts once', async () => {
  const { id } = await orders.pending();
  const { payment } = await create(manager(), stripe(id));
  await server.database.transaction((transaction) =>
    transaction.execute(`update payments set provider_reference = null where id = '${payment.id}'`),
  );
  const byHand = { method: 'PROVIDER', provider: 'STRIPE', providerReference: payment.providerReference };
  await record(manager(), { orderId: id, amount: gbp(1000), ...byHand });
  await settle(manager(), { paymentId: payment.id });
  expect(await paid(server, id)).toMatchObject({
    paymentState: 'PAID',
    payments: [
      { id: payment.id, state: 'FAILED', failureCode: 'recorded_already', providerReference: null },
      { state: 'SUCCEEDED', providerReference: payment.providerReference },
    ],
  });
});

describe('refundOrder', () => {
  test('gives back through Stripe, and is done when Stripe has done it', async () => {
    const { id, intentId } = await cancelledAndPaid();
    const answer = await refund(manager(), { orderId: id, amount: gbp(400) });
    expect(answer).toMatchObject({
      userErrors: [],
      order: { status: 'CANCELLED', paymentState: 'PARTIALLY_REFUNDED' },
      refunds: [{ method: 'PROVIDER', provider: 'STRIPE', state: 'SUCCEEDED', amount: gbp(400) }],
    });
    const rest = await refund(manager(), { orderId: id });
    expect(rest.order).toMatchObject({ status: 'REFUNDED', paymentState: 'REFUNDED' });
    expect(refundsAt(intentId).map(({ amount }) => amount)).toEqual([400, 600]);
    const keys = fake.posts.filter(({ body }) => body['payment_intent'] === intentId).map(({ key }) => key);
    expect(keys).toEqual([answer.refunds[0].id, rest.refunds[0].id]);
    expect(shortHistory((await historyOf(server, id)).slice(-4))).toEqual([
      'EDITED CANCELLED>CANCELLED',
      'REFUNDED CANCELLED>CANCELLED',
      'EDITED CANCELLED>CANCELLED',
      'REFUNDED CANCELLED>REFUNDED',
    ]);
  });

  test('cash goes back by hand and the rest through Stripe, in one', async () => {
    const { id } = await orders.pending();
    await orders.pay(id, 300, { method: 'CASH' });
    const { payment } = await create(manager(), stripe(id));
    fake.pay(payment.providerReference);
    await settle(manager(), { paymentId: payment.id });
    await mutate(manager(), 'cancelOrder', { orderId: id }, 'order { id }');
    fake.faults.push('pending');
    const answer = await refund(manager(), { orderId: id });
    expect(answer).toMatchObject({
      userErrors: [],
      order: { status: 'CANCELLED', paymentState: 'PARTIALLY_REFUNDED' },
      refunds: [
        { provider: 'STRIPE', state: 'PENDING', amount: gbp(700) },
        { method: 'CASH', state: 'SUCCEEDED', amount: gbp(300) },
      ],
    });
  });

  test.each<Fault>(['cut', 'broken', 'lost', 'silent'])('makes one refund through %s', async (fault) => {
    const { id, intentId } = await cancelledAndPaid();
    fake.faults.push(fault);
    const answer = await refund(manager(), { orderId: id });
    expect(answer).toMatchObject({ userErrors: [], order: { status: 'REFUNDED' } });
    expect(refundsAt(intentId)).toHaveLength(1);
    const posts = fake.posts.filter(({ body }) => body['payment_intent'] === intentId);
    expect(posts.length).toBe(2);
    expect(new Set(posts.map(({ key }) => key)).size).toBe(1);
  });

  test.each([
    ['the same mutation', false],
    ['settlePayment', false],
    ['settlePayment, a day later, when Stripe has forgotten the key', true],
  ])('what stayed PENDING is finished by %s, once', async (how, isDayLater) => {
    const { id, intentId } = await cancelledAndPaid();
    const input = { orderId: id, idempotencyKey: randomUUID() };
    fake.faults.push('lost', 'broken', 'broken');
    const silent = await refund(manager(), input);
    expect(silent).toMatchObject({
      refunds: [{ state: 'PENDING', providerReference: null }],
      order: { status: 'CANCELLED', paymentState: 'PAID' },
      userErrors: [{ code: 'PROVIDER_UNAVAILABLE' }],
    });
    if (isDayLater) fake.forgetKeys();
    const [{ id: paymentId }] = silent.refunds;
    const finished =
      how === 'the same mutation' ? await refund(manager(), input) : await settle(manager(), { paymentId });
    expect(finished.userErrors).toEqual([]);
    expect(await paid(server, id)).toMatchObject({ status: 'REFUNDED', paymentState: 'REFUNDED' });
    expect(refundsAt(intentId)).toHaveLength(1);
  });

  test('what is PENDING cannot be promised again, and what failed can', async () => {
    const { id, intentId } = await cancelledAndPaid();
    fake.faults.push('pending');
    await refund(manager(), { orderId: id, amount: gbp(600) });
    const tooMuch = await expectUnchanged(server, () => refund(manager(), { orderId: id, amount: gbp(401) }));
    expect(tooMuch.userErrors).toMatchObject([
      { message: 'At most 4.00 GBP can be refunded, and 6.00 GBP is under way already.' },
    ]);
    const [pending] = refundsAt(intentId);
    Object.assign(pending, { status: 'failed', failure_reason: 'lost_or_stolen_card' });
    const [row] = refundsOf(await paid(server, id));
    expect(await settle(manager(), { paymentId: row.id })).toMatchObject({
      payment: { state: 'FAILED', failureCode: 'lost_or_stolen_card' },
      userErrors: [{ code: 'PAYMENT_REFUSED' }],
    });
    const all = await refund(manager(), { orderId: id });
    expect(all).toMatchObject({ refunds: [{ amount: gbp(1000) }], order: { status: 'REFUNDED' } });
  });

  test('that Stripe refuses is FAILED, says so again when repeated, and the money can still go back', async () => {
    const { id } = await cancelledAndPaid();
    const input = { orderId: id, idempotencyKey: randomUUID() };
    fake.faults.push('declined');
    const refused = await refund(manager(), input);
    expect(refused).toMatchObject({
      refunds: [{ state: 'FAILED', failureCode: 'card_declined' }],
      order: { status: 'CANCELLED', paymentState: 'PAID' },
      userErrors: [{ code: 'PAYMENT_REFUSED' }],
    });
    expect(await expectUnchanged(server, () => refund(manager(), input))).toEqual(refused);
    expect((await refund(manager(), { orderId: id })).order.status).toBe('REFUNDED');
  });

  test('with a key of ours that Stripe does not know stays PENDING', async () => {
    const { id } = await cancelledAndPaid();
    fake.faults.push('wrong key');
    const answer = await refund(manager(), { orderId: id });
    expect(answer).toMatchObject({
      refunds: [{ state: 'PENDING' }],
      userErrors: [{ code: 'PROVIDER_UNAVAILABLE' }],
    });
    expect((await settle(manager(), { paymentId: answer.refunds[0].id })).order.status).toBe('REFUNDED');
  });

  test('of a payment that Stripe does not have fails at once', async () => {
    const { id } = await orders.pending();
    const input = { orderId: id, method: 'PROVIDER', provider: 'STRIPE', providerReference: reference('pi') };
    await record(manager(), { ...input, amount: gbp(1000) });
    await mutate(manager(), 'cancelOrder', { orderId: id }, 'order { id }');
    expect(await refund(manager(), { orderId: id })).toMatchObject({
      refunds: [{ state: 'FAILED', failureCode: 'resource_missing' }],
      userErrors: [{ code: 'PAYMENT_REFUSED' }],
    });
  });

  test('of many at once on two servers, no more goes back than came in, at Stripe too', async () => {
    const another = await server.startAnother();
    const elsewhere = asker(another.url, server.tokens.order_manager);
    const { id, intentId } = await cancelledAndPaid();
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        refund(index % 2 ? manager() : elsewhere, { orderId: id, amount: gbp(300) }),
      ),
    );
    await another.stop();
    expect(answers.filter(({ userErrors }) => userErrors.length === 0)).toHaveLength(3);
    expect(refundsAt(intentId).map(({ amount }) => amount)).toEqual([300, 300, 300]);
    const order = await paid(server, id);
    expect(refundsOf(order).map(({ state }: any) => state)).toEqual(['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED']);
  });

  test('by two at once with one key is one refund', async () => {
    const { id, intentId } = await cancelledAndPaid();
    const input = { orderId: id, amount: gbp(300), idempotencyKey: randomUUID() };
    const answers = await Promise.all([1, 2, 3].map(() => refund(manager(), input)));
    expect(new Set(answers.map(({ refunds }) => refunds[0].id)).size).toBe(1);
    expect(answers.flatMap(({ userErrors }) => userErrors)).toEqual([]);
    expect(refundsAt(intentId)).toHaveLength(1);
  });

  test('on a server without Stripe is refused, and nothing is set aside', async () => {
    const { id } = await cancelledAndPaid();

    const bare = await serve(server.databaseUrl);
    const ask = asker(bare.url, server.tokens.order_manager);
    const answer = await expectUnchanged(server, () => refund(ask, { orderId: id }));
    await bare.stop();
    expect(answer).toMatchObject({ refunds: null, userErrors: [{ code: 'VALIDATION', path: ['orderId'] }] });
    expect(answer.userErrors[0].message).toContain('STRIPE_SECRET_KEY');
  });
});
