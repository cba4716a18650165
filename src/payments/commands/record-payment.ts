import type { PaymentMethod, PaymentProviderName } from '../../db/tables/enumerations.ts';
import type { OrderRow } from '../../orders/order.repository.ts';
import { orderSubject, saveOrder } from '../../orders/order.subject.ts';
import { invalid } from '../../shared/errors.ts';
import type { Money } from '../../shared/money.ts';
import { defineSubjectCommand, type CommandInput, type Scope } from '../../write/command.ts';
import { amountText } from '../amount-text.ts';
import { requireOrderCurrency, requireOutstanding } from '../outstanding.ts';
import { findByReference, insertPayment, updatePayment, type PaymentRow } from '../payment.repository.ts';
import { receivePayment } from './receive-payment.ts';

export interface RecordPaymentInput extends CommandInput {
  orderId: string;
  method: PaymentMethod;
  amount: Money;
  provider?: PaymentProviderName | null;
  providerReference?: string | null;
  succeeded?: boolean | null;
  autoConfirm?: boolean | null;
}

/**
 * Money that came in outside of the system, or that did not come. A provider's key names one payment: recorded
 * again it is the first, and one that failed may still succeed.
 */
export const recordPayment = defineSubjectCommand(
  'recordPayment',
  orderSubject,
  async ({ target: order, ...scope }, input: RecordPaymentInput) => {
    checkProvider(input);
    requireOrderCurrency(order, input.amount);
    const succeeded = input.succeeded ?? true;
    const known = input.providerReference
      ? await findByReference(scope.transaction, 'payment', input.method, input.providerReference)
      : undefined;
    if (known) requireSame(known, order, input);
    if (known && (known.state === 'succeeded' || (known.state === 'failed' && !succeeded))) {
      return { result: { orderId: order.id, paymentId: known.id }, description: '', unchanged: true };
    }
    if (succeeded) requireOutstanding(order, input.amount.amountMinor);
    const payment = await write(scope, order, input, known);
    const also = succeeded
      ? await receivePayment(scope, order, payment.amountMinor, input.autoConfirm ?? false)
      : [];
    if (!succeeded) await saveOrder(scope, order, order.status, { lastPaymentFailed: true });
    return {
      result: { orderId: order.id, paymentId: payment.id },
      action: succeeded ? ('payment_received' as const) : ('payment_failed' as const),
      description: succeeded
        ? `A payment came in by ${input.method}.`
        : `A payment by ${input.method} failed.`,
      additionalData: {
        paymentId: payment.id,
        method: payment.method,
        amountMinor: payment.amountMinor,
        currency: payment.currency,
      },
      also,
    };
  },
);

function checkProvider({ method, provider, providerReference }: RecordPaymentInput): void {
  if (method === 'provider' && !providerReference) {
    throw invalid('A payment through a provider needs the provider’s reference, such as pi_….', [
      'providerReference',
    ]);
  }
  if (method !== 'provider' && provider) {
    throw invalid('Name a provider only with the method PROVIDER.', ['provider']);
  }
}

function requireSame(known: PaymentRow, order: OrderRow, { amount }: RecordPaymentInput): void {
  if (known.orderId !== order.id) {
    throw invalid('Another payment has this reference: check it, each payment has one of its own.', [
      'providerReference',
    ]);
  }
  if (known.amountMinor === amount.amountMinor) return;
  throw invalid(
    `The payment with this reference is of ${amountText(known.amountMinor, known.currency)}: send that amount, or another reference.`,
    ['amount', 'amountMinor'],
  );
}

async function write(
  { transaction, actor, now }: Scope,
  order: OrderRow,
  input: RecordPaymentInput,
  known: PaymentRow | undefined,
): Promise<PaymentRow> {
  const state = (input.succeeded ?? true) ? ('succeeded' as const) : ('failed' as const);
  if (known) {
    await updatePayment(transaction, known.id, { state, failureCode: null, settledAt: now });
    return known;
  }
  const inserted = await insertPayment(transaction, {
    orderId: order.id,
    kind: 'payment',
    method: input.method,
    provider: input.provider ?? null,
    state,
    amountMinor: input.amount.amountMinor,
    currency: order.currency,
    providerReference: input.providerReference ?? null,
    autoConfirm: input.autoConfirm ?? false,
    settledAt: now,
    performedById: actor.userId,
    createdAt: now,
  });
  if (inserted) return inserted;
  // Nobody can have written it on this order, which is locked: it was on another one, a moment ago.
  throw invalid('Another payment has this reference: check it, each payment has one of its own.', [
    'providerReference',
  ]);
}
