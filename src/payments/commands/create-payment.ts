import type { PaymentProviderName } from '../../db/tables/enumerations.ts';
import { orderSubject } from '../../orders/order.subject.ts';
import { orderWorkflow } from '../../orders/order.workflow.ts';
import { invalid } from '../../shared/errors.ts';
import type { Money } from '../../shared/money.ts';
import type { PaymentProviders } from '../../shared/payment-provider.ts';
import { defineSubjectCommand, type CommandInput } from '../../write/command.ts';
import { permissionsOf } from '../../write/workflow.ts';
import { outstandingMinor, requireOrderCurrency, requireOutstanding } from '../outstanding.ts';
import { insertPayment, paymentsOf, type PaymentRow } from '../payment.repository.ts';
import { requireProvider } from '../require-provider.ts';

export interface CreatePaymentInput extends CommandInput {
  orderId: string;
  provider: PaymentProviderName;
  amount?: Money | null;
  autoConfirm?: boolean | null;
}

export const createPaymentPermissions = permissionsOf(orderWorkflow, 'createPayment');

/**
 * Writes down that a payment is wanted, before the provider hears of it. While one is open for the same amount it
 * is that one: a page that is loaded twice must not ask for the money twice.
 */
export const createPayment = (providers: PaymentProviders) =>
  defineSubjectCommand(
    'createPayment',
    orderSubject,
    async ({ target: order, transaction, actor, now }, input: CreatePaymentInput) => {
      requireProvider(providers, input.provider, ['provider']);
      if (input.amount) requireOrderCurrency(order, input.amount);
      const amountMinor = input.amount?.amountMinor ?? outstandingMinor(order);
      if (amountMinor === 0) throw invalid('Nothing is left to be paid on the order.', ['orderId']);
      requireOutstanding(order, amountMinor);
      const autoConfirm = input.autoConfirm ?? false;
      const open = (await paymentsOf(transaction, order.id)).find(
        (payment) =>
          isOpen(payment, input.provider) &&
          payment.amountMinor === amountMinor &&
          payment.autoConfirm === autoConfirm,
      );
      if (open) {
        const result = { orderId: order.id, paymentId: open.id };
        return { result, description: '', unchanged: true };
      }
      const payment = await insertPayment(transaction, {
        orderId: order.id,
        kind: 'payment',
        method: 'provider',
        provider: input.provider,
        state: 'pending',
        amountMinor,
        currency: order.currency,
        autoConfirm,
        performedById: actor.userId,
        createdAt: now,
      });
      return {
        result: { orderId: order.id, paymentId: payment!.id },
        description: `A payment was asked for (${input.provider}).`,
        additionalData: { paymentId: payment!.id, provider: input.provider, amountMinor },
      };
    },
  );

/** At the provider a declined payment can be tried again with the same secret; a cancelled one cannot. */
function isOpen(payment: PaymentRow, provider: PaymentProviderName): boolean {
  if (payment.kind !== 'payment' || payment.provider !== provider) return false;
  if (payment.state === 'pending') return true;
  return (
    payment.state === 'failed' && payment.providerReference !== null && payment.failureCode !== 'canceled'
  );
}
