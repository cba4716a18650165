import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeCommandRules, historyOf, shortHistory } from '../setup/command-rules.ts';
import { mutate } from '../setup/fixtures.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { asker, startTestServer, type TestServer } from '../setup/server.ts';
import { expectUnchanged } from '../setup/snapshot.ts';
import { gbp, Orders, paid, refund, settle } from './arrange.ts';

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
const statesOf = (order: any) => [order.status, order.paymentState];

describeCommandRules(() => server, {
  name: 'refundOrder',
  inputType: 'RefundOrderInput',
  subject: 'order',
  by: 'order_manager',
  mayNot: ['warehouse_staff', 'customer_service', 'customer'],
  permissions: ['payments.manage'],
  arrange: () => orders.cancelled(1000),
  otherExtra: { amount: gbp(5) },
  wrongState: { arrange: () => orders.pending(), from: 'PENDING', allowed: ['recordPayment'] },
});

describe('refundOrder', () => {
  test('gives all back, and the order is REFUNDED', async () => {
    const order = await orders.delivered();
    const answer = await refund(manager(), { orderId: order.id });
    expect(answer).toMatchObject({
      userErrors: [],
      order: { status: 'REFUNDED', paymentState: 'REFUNDED', version: order.version + 1 },
      refunds: [
        {
          kind: 'REFUND',
          method: 'CARD',
          provider: null,
          state: 'SUCCEEDED',
          amount: gbp(1000),
          refundedPayment: { id: order.payments[0].id },
        },
      ],
    });
    const [entry] = (await historyOf(server, order.id)).slice(-1);
    expect(shortHistory([entry])).toEqual(['REFUNDED DELIVERED>REFUNDED']);
    expect(entry).toMatchObject({
      description: 'A refund was paid out.',
      additionalData: { amountMinor: 1000, pendingMinor: 0, currency: 'GBP' },
    });
  });

  test('gives some back and leaves the status, until the rest makes it full', async () => {
    const { id } = await orders.cancelled(1000);
    await refund(manager(), { orderId: id, amount: gbp(300) });
    expect(statesOf(await paid(server, id))).toEqual(['CANCELLED', 'PARTIALLY_REFUNDED']);
    await refund(manager(), { orderId: id, amount: gbp(300) });
    const rest = await refund(manager(), { orderId: id });
    expect(rest.refunds).toMatchObject([{ amount: gbp(400) }]);
    expect(statesOf(await paid(server, id))).toEqual(['REFUNDED', 'REFUNDED']);
    expect(shortHistory((await historyOf(server, id)).slice(-3))).toEqual([
      'REFUNDED CANCELLED>CANCELLED',
      'REFUNDED CANCELLED>CANCELLED',
      'REFUNDED CANCELLED>REFUNDED',
    ]);
  });

  test('an order that was paid in part is refunded in full by that part', async () => {
    const { id } = await orders.cancelled(200);
    await refund(manager(), { orderId: id });
    expect(statesOf(await paid(server, id))).toEqual(['REFUNDED', 'REFUNDED']);
  });

  test('takes the latest payment first, and the one that is named', async () => {
    const { id } = await orders.pending();
    const cash = await orders.pay(id, 400, { method: 'CASH' });
    const card = await orders.pay(id, 600);
    await server.as.order_manager(
      `mutation ($id: ID!) { cancelOrder(input: { orderId: $id }) { order { id } } }`,
      { id },
    );
    const named = await refund(manager(), { orderId: id, paymentId: cash.id, amount: gbp(100) });
    expect(named.refunds).toMatchObject([
      { method: 'CASH', amount: gbp(100), refundedPayment: { id: cash.id } },
    ]);
    const both = await refund(manager(), { orderId: id, amount: gbp(700) });
    expect(both.refunds).toMatchObject([
      { method: 'CARD', amount: gbp(600), refundedPayment: { id: card.id } },
      { method: 'CASH', amount: gbp(100), refundedPayment: { id: cash.id } },
    ]);
    const tooMuch = await expectUnchanged(server, () =>
      refund(manager(), { orderId: id, paymentId: cash.id, amount: gbp(201) }),
    );
    expect(tooMuch.userErrors).toMatchObject([
      { message: 'At most 2.00 GBP can be refunded.', path: ['amount', 'amountMinor'] },
    ]);
    const spent = await expectUnchanged(server, () => refund(manager(), { orderId: id, paymentId: card.id }));
    expect(spent.userErrors).toMatchObject([{ code: 'VALIDATION', path: ['paymentId'] }]);
  });

  test.each([
    [{ amount: gbp(1001) }, 'VALIDATION', 'amount.amountMinor'],
    [{ amount: gbp(0) }, 'VALIDATION', 'amount.amountMinor'],
    [{ amount: { amountMinor: 5, currency: 'EUR' } }, 'VALIDATION', 'amount.currency'],
    [{ paymentId: 'x' }, 'VALIDATION', 'paymentId'],
    [{ paymentId: '01900000-0000-7000-8000-000000000000' }, 'NOT_FOUND', 'paymentId'],
    [{ returnId: 'x' }, 'VALIDATION', 'returnId'],
    [{ returnId: '01900000-0000-7000-8000-000000000000' }, 'NOT_FOUND', 'returnId'],
  ])('refuses %j with %s', async (extra, code, path) => {
    const { id } = await orders.cancelled(1000);
    const answer = await expectUnchanged(server, () => refund(manager(), { orderId: id, ...extra }));
    expect(answer.refunds).toBeNull();
    expect(answer.userErrors.map((error: any) => [error.code, error.path.join('.')])).toEqual([[code, path]]);
  });

  test('of nothing is refused', async () => {
    const { id } = await orders.cancelled();
    expect((await refund(manager(), { orderId: id })).userErrors).toMatchObject([
      { code: 'VALIDATION', message: 'Nothing is left to refund on the order.', path: ['orderId'] },
    ]);
  });

  test('of many at once on two servers, no more goes back than came in', async () => {
    const another = await server.startAnother();
    const elsewhere = asker(another.url, server.tokens.order_manager);
    const { id } = await orders.delivered();
    const answers = await Promise.all(
      Array.from({ length: 16 }, (_, index) =>
        refund(index % 2 ? manager() : elsewhere, { orderId: id, amount: gbp(150) }),
      ),
    );
    await another.stop();
    expect(answers.filter(({ userErrors }) => userErrors.length === 0)).toHaveLength(6);
    const order = await paid(server, id);
    expect(order.payments.filter(({ kind }: any) => kind === 'REFUND')).toHaveLength(6);
    expect(statesOf(order)).toEqual(['DELIVERED', 'PARTIALLY_REFUNDED']);
  });

  test('what came through the manual provider goes back through it', async () => {
    const { id } = await orders.pending();
    const asked = await server.as.order_manager(
      `mutation ($id: ID!) { createPayment(input: { orderId: $id, provider: MANUAL }) { payment { id } } }`,
      { id },
    );
    await settle(manager(), { paymentId: asked.data.createPayment.payment.id, succeeded: true });
    await server.as.order_manager(
      `mutation ($id: ID!) { cancelOrder(input: { orderId: $id }) { order { id } } }`,
      { id },
    );
    const answer = await refund(manager(), { orderId: id });
    expect(answer).toMatchObject({
      userErrors: [],
      refunds: [{ provider: 'MANUAL', state: 'SUCCEEDED' }],
      order: { status: 'REFUNDED', paymentState: 'REFUNDED' },
    });
    expect(shortHistory((await historyOf(server, id)).slice(-2))).toEqual([
      'EDITED CANCELLED>CANCELLED',
      'REFUNDED CANCELLED>REFUNDED',
    ]);
  });
});

describe('the refund of a return', () => {
  async function requested() {
    const order = await orders.delivered();
    const { data } = await manager()(`{ order(id: "${order.id}") { items { nodes { id } } } }`);
    const lines = [{ orderItemId: data.order.items.nodes[0].id, quantity: 1 }];
    const input = { orderId: order.id, reason: 'Too big', lines };
    const asked = await mutate(manager(), 'requestReturn', input, 'return { id items { id } }');
    expect(asked.userErrors).toEqual([]);
    return { orderId: order.id, returnId: asked.return.id, itemId: asked.return.items[0].id };
  }

  async function returned(refundMinor: number) {
    const { orderId, returnId, itemId } = await requested();
    const lines = [{ returnItemId: itemId, quantity: 1, disposition: 'WRITE_OFF' }];
    const received = await mutate(manager(), 'receiveReturn', { returnId, lines }, 'return { id }');
    expect(received.userErrors).toEqual([]);
    await server.database.transaction(async (transaction) => {
      await transaction.execute(
        `update return_items set refund_minor = ${refundMinor} where return_id = '${returnId}'`,
      );
    });
    return { orderId, returnId };
  }

  const statusOf = async (returnId: string) => {
    const [row] = await server.database.read.execute<{ status: string; version: number }>(
      `select status, version from returns where id = '${returnId}'`,
    );
    return [row!.status, row!.version];
  };

  test('is of what the return says, once, and the return is refunded with it', async () => {
    const input = await returned(250);
    const answer = await refund(manager(), input);
    expect(answer).toMatchObject({ userErrors: [], refunds: [{ amount: gbp(250), state: 'SUCCEEDED' }] });
    expect(await statusOf(input.returnId)).toEqual(['refunded', 3]);
    const again = await expectUnchanged(server, () => refund(manager(), input));
    expect(again.userErrors).toMatchObject([{ code: 'VALIDATION', path: ['returnId'] }]);
  });

  test('twice at once is done once', async () => {
    const input = await returned(250);
    const answers = await Promise.all([1, 2, 3].map(() => refund(manager(), input)));
    expect(answers.filter(({ userErrors }) => userErrors.length === 0)).toHaveLength(1);
  });

  test('takes another amount, and needs one where the return says none', async () => {
    const input = await returned(0);
    const unsaid = await expectUnchanged(server, () => refund(manager(), input));
    expect(unsaid.userErrors).toMatchObject([{ code: 'VALIDATION', path: ['amount'] }]);
    const said = await refund(manager(), { ...input, amount: gbp(120) });
    expect(said.refunds).toMatchObject([{ amount: gbp(120) }]);
  });

  test('waits until it was received, and is of the order that it belongs to', async () => {
    const { orderId, returnId } = await requested();
    const input = { orderId, returnId };
    expect((await expectUnchanged(server, () => refund(manager(), input))).userErrors).toMatchObject([
      { code: 'INVALID_TRANSITION', from: 'RETURN_REQUESTED' },
    ]);
    await mutate(manager(), 'rejectReturn', { returnId, reason: 'Worn' }, 'return { id }');
    expect((await expectUnchanged(server, () => refund(manager(), input))).userErrors).toMatchObject([
      { message: 'The return is REJECTED: only a RECEIVED one is refunded.', path: ['returnId'] },
    ]);
    const other = await orders.delivered();
    expect((await refund(manager(), { ...input, orderId: other.id })).userErrors).toMatchObject([
      { code: 'NOT_FOUND', path: ['returnId'] },
    ]);
  });
});
