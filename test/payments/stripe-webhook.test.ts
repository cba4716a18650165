import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { historyOf, shortHistory } from '../setup/command-rules.ts';
import { mutate } from '../setup/fixtures.ts';
import { createTestDatabase } from '../setup/database.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { serve, startTestServer, type TestServer } from '../setup/server.ts';
import { expectUnchanged } from '../setup/snapshot.ts';
import { create, gbp, Orders, paid, record, refund } from './arrange.ts';
import { FakeStripe } from './fake-stripe.ts';

let fake: FakeStripe;
let server: TestServer;
let orders: Orders;
beforeAll(async () => {
  fake = await FakeStripe.start();
  server = await startTestServer({ stripe: fake.options });
  orders = await Orders.on(server);
});
afterAll(async () => {
  await expectInvariants(server.databaseUrl);
  await server.stop();
  await fake.stop();
});
const manager = () => server.as.order_manager;
const deliver = (event: object) => fake.deliver(server.url, event);

/** An order for which a payment was opened at Stripe. */
async function opened(extra: object = {}) {
  const { id } = await orders.pending();
  const { payment } = await create(manager(), { orderId: id, provider: 'STRIPE', ...extra });
  const intent = fake.intents.get(payment.providerReference);
  const succeeded = () => fake.event('payment_intent.succeeded', fake.pay(intent.id));
  const failed = (declineCode = 'insufficient_funds') =>
    fake.event('payment_intent.payment_failed', {
      ...intent,
      status: 'requires_payment_method',
      last_payment_error: { code: 'card_declined', decline_code: declineCode },
    });
  return { id, paymentId: payment.id, intent, succeeded, failed };
}

async function paidAndCancelled() {
  const order = await opened();
  expect(await deliver(order.succeeded())).toBe(200);
  await mutate(manager(), 'cancelOrder', { orderId: order.id }, 'order { id }');
  return order;
}

describe('payments', () => {
  test('that succeeded are received by the system, and confirm the order', async () => {
    const { id, succeeded } = await opened({ autoConfirm: true });
    expect(await deliver(succeeded())).toBe(200);
    expect(await paid(server, id)).toMatchObject({
      status: 'CONFIRMED',
      paymentState: 'PAID',
      payments: [{ state: 'SUCCEEDED', settledAt: expect.any(String) }],
    });
    const history = (await historyOf(server, id)).slice(-3);
    expect(shortHistory(history)).toEqual([
      'PAYMENT_RECEIVED PENDING>PENDING',
      'CONFIRMED PENDING>CONFIRMED',
      'STATUS_CHANGED null>PENDING',
    ]);
    expect(history[0]).toMatchObject({
      performedBy: null,
      ipAddress: null,
      description: 'A payment came in through stripe.',
    });
  });

  test('that failed are told with the reason, and a later success counts', async () => {
    const { id, failed, succeeded } = await opened();
    await deliver(failed());
    expect(await paid(server, id)).toMatchObject({
      paymentState: 'FAILED',
      payments: [{ state: 'FAILED', failureCode: 'insufficient_funds' }],
    });
    await expectUnchangedButEvents(() => deliver(failed()));
    await deliver(succeeded());
    expect(await paid(server, id)).toMatchObject({
      paymentState: 'PAID',
      payments: [{ state: 'SUCCEEDED', failureCode: null }],
    });
  });

  test('a failure that comes after the success is late and changes nothing', async () => {
    const { id, failed, succeeded } = await opened();
    const late = failed();
    await deliver(succeeded());
    await expectUnchangedButEvents(() => deliver(late));
    expect((await paid(server, id)).paymentState).toBe('PAID');
  });

  test('declined once, the same payment is offered again with its secret', async () => {
    const { id, paymentId, failed } = await opened();
    await deliver(failed());
    const again = await create(manager(), { orderId: id, provider: 'STRIPE' });
    expect(again).toMatchObject({ clientSecret: expect.any(String), payment: { id: paymentId } });
  });

  test('cancelled at Stripe, the next one is a new one', async () => {
    const { id, paymentId, intent, failed } = await opened();
    await deliver(failed());
    Object.assign(intent, { status: 'canceled' });
    await deliver(fake.event('payment_intent.canceled', intent));
    expect((await paid(server, id)).payments).toMatchObject([{ state: 'FAILED', failureCode: 'canceled' }]);
    const next = await create(manager(), { orderId: id, provider: 'STRIPE' });
    expect(next.payment.id).not.toBe(paymentId);
    expect(next.userErrors).toEqual([]);
  });

  test('that come to a cancelled order are kept: the money is there, and can go back', async () => {
    const { id, succeeded } = await opened({ autoConfirm: true });
    await mutate(manager(), 'cancelOrder', { orderId: id }, 'order { id }');
    expect(await deliver(succeeded())).toBe(200);
    expect(await paid(server, id)).toMatchObject({ status: 'CANCELLED', paymentState: 'PAID' });
    expect((await refund(manager(), { orderId: id })).order.status).toBe('REFUNDED');
  });

  test('above the total are kept too: it is what Stripe has taken', async () => {
    const { id, succeeded } = await opened();
    await orders.pay(id, 1000);
    await deliver(succeeded());
    expect(await paid(server, id)).toMatchObject({ paymentState: 'PAID', payments: [{}, {}] });
    await mutate(manager(), 'cancelOrder', { orderId: id }, 'order { id }');
    const all = await refund(manager(), { orderId: id });
    expect(all.refunds.map(({ amount }: any) => amount.amountMinor)).toEqual([1000, 1000]);
  });

  test('that came in for less are counted as what came in', async () => {
    const { id, intent } = await opened({ autoConfirm: true });
    const part = { ...fake.pay(intent.id), amount_received: 600 };
    await deliver(fake.event('payment_intent.succeeded', part));
    expect(await paid(server, id)).toMatchObject({
      status: 'PENDING',
      paymentState: 'PARTIALLY_PAID',
      payments: [{ amount: gbp(600) }],
    });
  });

  test('are found by our id before the answer of createPayment was written down', async () => {
    const { id, paymentId, succeeded } = await opened();
    await server.database.transaction((transaction) =>
      transaction.execute(`update payments set provider_reference = null where id = '${paymentId}'`),
    );
    await deliver(succeeded());
    expect((await paid(server, id)).payments).toMatchObject([
      { id: paymentId, state: 'SUCCEEDED', providerReference: expect.stringMatching(/^pi_/) },
    ]);
  });

  test('recorded by hand first are not counted again, also at once', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { id, intent, succeeded } = await opened({ autoConfirm: true });
      const byHand = { orderId: id, method: 'PROVIDER', amount: gbp(1000), providerReference: intent.id };
      const event = succeeded();
      const [recorded, ...statuses] = await Promise.all([
        record(manager(), { ...byHand, autoConfirm: true }),
        deliver(event),
        deliver(event),
      ]);
      expect(statuses).toEqual([200, 200]);
      expect(recorded.userErrors).toEqual([]);
      expect(await paid(server, id)).toMatchObject({
        status: 'CONFIRMED',
        paymentState: 'PAID',
        payments: [{ state: 'SUCCEEDED' }],
      });
      const actions = (await historyOf(server, id)).map(({ action }) => action);
      expect(actions.filter((action) => action === 'PAYMENT_RECEIVED')).toHaveLength(1);
    }
  });

  test('told again, by many at once on two servers, have one effect', async () => {
    const another = await server.startAnother();
    const { id, succeeded } = await opened({ autoConfirm: true });
    const event = succeeded();
    const twin = { ...event, id: `${event.id}_twin` };
    const statuses = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        fake.deliver(index % 2 ? server.url : another.url, index % 3 ? event : twin),
      ),
    );
    await another.stop();
    expect(new Set(statuses)).toEqual(new Set([200]));
    const actions = (await historyOf(server, id)).map(({ action }) => action);
    expect(actions.filter((action) => action === 'PAYMENT_RECEIVED')).toHaveLength(1);
    expect(actions.filter((action) => action === 'CONFIRMED')).toHaveLength(1);
    await expectUnchanged(server, () => deliver(event));
  });
});

describe('refunds', () => {
  test('that took their time are done when Stripe says so', async () => {
    const { id, intent } = await paidAndCancelled();
    fake.faults.push('pending');
    await refund(manager(), { orderId: id });
    const [atStripe] = [...fake.refunds.values()].filter((each) => each.payment_intent === intent.id);
    await expectUnchangedButEvents(() => deliver(fake.event('refund.created', atStripe)));
    Object.assign(atStripe, { status: 'succeeded' });
    expect(await deliver(fake.event('refund.updated', atStripe))).toBe(200);
    await expectUnchangedButEvents(() => deliver(fake.event('refund.updated', atStripe)));
    expect(await paid(server, id)).toMatchObject({ status: 'REFUNDED', paymentState: 'REFUNDED' });
  });

  test('that the customer’s bank sends back are no longer counted', async () => {
    const { id, intent } = await paidAndCancelled();
    await refund(manager(), { orderId: id, amount: gbp(400) });
    const [atStripe] = [...fake.refunds.values()].filter((each) => each.payment_intent === intent.id);
    Object.assign(atStripe, { status: 'failed', failure_reason: 'declined' });
    expect(await deliver(fake.event('refund.failed', atStripe))).toBe(200);
    const order = await paid(server, id);
    expect(order).toMatchObject({ status: 'CANCELLED', paymentState: 'PAID' });
    expect(order.payments[1]).toMatchObject({ kind: 'REFUND', state: 'FAILED', failureCode: 'declined' });
    expect((await refund(manager(), { orderId: id })).order.status).toBe('REFUNDED');
  });

  test('given in Stripe’s dashboard are counted, once', async () => {
    const { id, intent } = await paidAndCancelled();
    const part = fake.addRefund(intent.id, 250);
    expect(await deliver(fake.event('refund.created', part))).toBe(200);
    await expectUnchangedButEvents(() => deliver(fake.event('refund.updated', part)));
    expect(await paid(server, id)).toMatchObject({
      status: 'CANCELLED',
      paymentState: 'PARTIALLY_REFUNDED',
      payments: [{ kind: 'PAYMENT' }, { kind: 'REFUND', provider: 'STRIPE', providerReference: part.id }],
    });
    await deliver(fake.event('refund.created', fake.addRefund(intent.id, 750)));
    expect((await paid(server, id)).status).toBe('REFUNDED');
  });

  test('that come before their payment are asked for again', async () => {
    const { id, intent, succeeded } = await opened();
    const event = succeeded();
    const early = fake.event('refund.created', fake.addRefund(intent.id, 250));
    expect(await expectUnchanged(server, () => deliver(early))).toBe(503);
    await deliver(event);
    expect(await deliver(early)).toBe(200);
    expect((await paid(server, id)).paymentState).toBe('PARTIALLY_REFUNDED');
  });
});

describe('what is not believed or not ours', () => {
  test('a wrong secret, changed bytes or no signature: 400, and nothing changes', async () => {
    const { succeeded } = await opened();
    const event = succeeded();
    const statuses = await expectUnchanged(server, async () => [
      await fake.deliver(server.url, event, { secret: 'whsec_of_somebody_else' }),
      // The same event, and not the same bytes.
      await fake.deliver(server.url, event, { body: JSON.stringify(event) }),
      await fake.deliver(server.url, event, { body: '' }),
      (
        await fetch(`${server.url}/webhooks/stripe`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(event),
        })
      ).status,
    ]);
    expect(statuses).toEqual([400, 400, 400, 400]);
  });

  test('events of other kinds, and of payments elsewhere: 200, and nothing changes', async () => {
    const { intent } = await opened();
    const foreign = { ...intent, id: 'pi_elsewhere', metadata: { paymentId: 'not-even-an-id' } };
    const statuses = await expectUnchanged(server, async () => [
      await deliver(fake.event('customer.created', { id: 'cus_1' })),
      await deliver(fake.event('charge.refunded', { id: 'ch_1', payment_intent: intent.id })),
      await deliver(fake.event('payment_intent.succeeded', { ...foreign, status: 'succeeded' })),
      await deliver(fake.event('payment_intent.payment_failed', { ...foreign, metadata: {} })),
      await deliver(
        fake.event('refund.updated', { id: 're_1', payment_intent: 'pi_elsewhere', metadata: {} }),
      ),
      await deliver(fake.event('refund.updated', { id: 're_2', payment_intent: null, metadata: null })),
    ]);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 200]);
  });

  test('GraphQL on the same server still reads JSON', async () => {
    expect((await manager()('{ viewer { id } }')).data.viewer.id).toBe(server.userIds.order_manager);
  });
});

test('while the database is away Stripe is asked to come again', async () => {
  const database = await createTestDatabase();
  const lonely = await serve(database.url, 0, { stripe: fake.options });
  await database.drop();
  const event = fake.event('payment_intent.succeeded', {
    id: 'pi_1',
    status: 'succeeded',
    currency: 'gbp',
    metadata: {},
  });
  expect(await fake.deliver(lonely.url, event)).toBe(503);
  await lonely.stop();
});

/** The event itself is kept, so that it is known when it comes again. */
async function expectUnchangedButEvents(act: () => Promise<number>): Promise<void> {
  const before = await contents();
  expect(await act()).toBe(200);
  expect(await contents()).toEqual(before);
}

async function contents() {
  const [row] = await server.database.read.execute(`
    select (select md5(string_agg(payments::text, '' order by id)) from payments) as payments,
      (select md5(string_agg(orders::text, '' order by id)) from orders) as orders,
      (select count(*)::integer from order_history) as history`);
  return row;
}
