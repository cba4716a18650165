import { randomBytes } from 'node:crypto';
import { confirmedOrder, mutate, placeOrder, stockedVariant, work } from '../setup/fixtures.ts';
import type { Ask, TestServer } from '../setup/server.ts';

export const gbp = (amountMinor: number) => ({ amountMinor, currency: 'GBP' });
export const reference = (prefix = 'ref'): string => `${prefix}_${randomBytes(6).toString('hex')}`;

export const paymentFields = `id kind method provider state providerReference failureCode settledAt
  amount { amountMinor currency } refundedPayment { id }`;

/** What the payments of an order have made of it. */
export async function paid(server: TestServer, id: string): Promise<any> {
  const { data } = await server.as.order_manager(
    `query ($id: ID!) { order(id: $id) { id status version paymentState allowedActions
      payments { totalCount nodes { ${paymentFields} } } } }`,
    { id },
  );
  return { ...data.order, payments: data.order.payments.nodes };
}

export const record = (ask: Ask, input: object): Promise<any> =>
  mutate(ask, 'recordPayment', input, `payment { ${paymentFields} } order { id status version }`);

export const create = (ask: Ask, input: object): Promise<any> =>
  mutate(ask, 'createPayment', input, `payment { ${paymentFields} } clientSecret order { id version }`);

export const refund = (ask: Ask, input: object): Promise<any> =>
  mutate(ask, 'refundOrder', input, `refunds { ${paymentFields} } order { id status version paymentState }`);

export const settle = (ask: Ask, input: object): Promise<any> =>
  mutate(ask, 'settlePayment', input, `payment { ${paymentFields} } order { id status }`);

/** Orders of four mugs at 2.50. */
export class Orders {
  private constructor(
    private readonly server: TestServer,
    readonly sku: string,
  ) {}

  static async on(server: TestServer): Promise<Orders> {
    const { sku } = await stockedVariant(server, { LONDON: 100_000 });
    return new Orders(server, sku);
  }

  pending() {
    return placeOrder(this.server, [{ sku: this.sku, quantity: 4 }]);
  }

  async cancelled(paidMinor = 0) {
    const { id } = await this.pending();
    if (paidMinor > 0) await this.pay(id, paidMinor);
    await mutate(this.server.as.order_manager, 'cancelOrder', { orderId: id }, 'order { id }');
    return paid(this.server, id);
  }

  async delivered(paidMinor = 1000) {
    const order = await confirmedOrder(this.server, [{ sku: this.sku, quantity: 4 }]);
    if (paidMinor > 0) await this.pay(order.id, paidMinor);
    await work(this.server, order.fulfillments[0]!.id, 'deliverFulfillment');
    return paid(this.server, order.id);
  }

  async pay(orderId: string, amountMinor: number, extra: object = {}) {
    const input = { orderId, method: 'CARD', amount: gbp(amountMinor), ...extra };
    const recorded = await record(this.server.as.order_manager, input);
    if (recorded.userErrors.length > 0) throw new Error(JSON.stringify(recorded.userErrors));
    return recorded.payment;
  }
}
