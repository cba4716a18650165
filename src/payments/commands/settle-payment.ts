import type { OrderRow } from '../../orders/order.repository.ts';
import { saveOrder } from '../../orders/order.subject.ts';
import { invalid } from '../../shared/errors.ts';
import type { ProviderAnswer } from '../../shared/payment-provider.ts';
import {
  defineSubjectCommand,
  type CommandInput,
  type CommandResult,
  type Outcome,
  type Scope,
} from '../../write/command.ts';
import { permissionsOf } from '../../write/workflow.ts';
import {
  claimEvent,
  findByReference,
  markReturnRefunded,
  updatePayment,
  type PaymentRow,
} from '../payment.repository.ts';
import { paymentSubject, type LockedPayment } from '../payment.subject.ts';
import { paymentWorkflow, statusWhenRefunded } from '../payment.workflow.ts';
import { receivePayment } from './receive-payment.ts';

export interface SettlePaymentInput extends CommandInput {
  paymentId: string;
  succeeded?: boolean | null;
}

/** What became of a payment or refund, and the provider's event that says so. */
export interface PaymentOutcome extends Omit<ProviderAnswer, 'clientSecret'> {
  readonly eventId?: string;
}

export const settlePaymentPermissions = permissionsOf(paymentWorkflow, 'settlePayment');

type Settling = Scope & { readonly target: LockedPayment };
type Settled = Omit<Outcome<CommandResult>, 'result'>;

const nothing: Settled = { description: '', unchanged: true };

/**
 * Writes what a provider, or somebody for it, says of a payment or refund. Answers come late, twice and in any
 * order: what has succeeded stays so, but for a refund that the customer's bank sends back.
 */
export const settlePayment = (outcome: PaymentOutcome | undefined) =>
  defineSubjectCommand('settlePayment', paymentSubject, async (scope, _input: SettlePaymentInput) => {
    const { target } = scope;
    const result = { orderId: target.id, paymentId: target.payment.id };
    if (!outcome) {
      if (target.payment.state !== 'pending') return { result, ...nothing };
      throw invalid('Say whether it succeeded: nobody else will.', ['succeeded']);
    }
    if (outcome.eventId !== undefined) {
      const isNew = await claimEvent(scope.transaction, outcome.eventId, target.payment.id);
      if (!isNew) return { result, ...nothing };
    }
    const change = await changeOf(scope, outcome);
    const { id: paymentId, kind, amountMinor, currency } = target.payment;
    const { reference, failureCode } = outcome;
    return {
      result,
      ...change,
      additionalData: { paymentId, kind, amountMinor, currency, reference, failureCode },
    };
  });

async function changeOf(scope: Settling, outcome: PaymentOutcome): Promise<Settled> {
  const { payment } = scope.target;
  const { reference } = outcome;
  if (reference !== null && reference !== payment.providerReference && payment.state !== 'succeeded') {
    // Somebody has recorded it by hand before the provider's answer was written down: it counts once.
    const other = await findByReference(scope.transaction, payment.kind, payment.method, reference);
    if (other) return fail(scope, { ...outcome, reference: null, failureCode: 'recorded_already' }, false);
  }
  if (payment.kind === 'payment') return changeOfPayment(scope, outcome);
  return changeOfRefund(scope, outcome);
}

async function changeOfPayment(scope: Settling, outcome: PaymentOutcome): Promise<Settled> {
  const { payment } = scope.target;
  if (payment.state === 'succeeded') return nothing;
  if (outcome.state === 'succeeded') {
    const amountMinor = outcome.amountMinor ?? payment.amountMinor;
    await settle(scope, payment, outcome, { amountMinor });
    const also = await receivePayment(scope, orderOf(scope), amountMinor, payment.autoConfirm);
    const description = `A payment came in through ${way(payment)}.`;
    return { action: 'payment_received', description, also };
  }
  if (payment.state === 'failed') {
    // A declined payment can be tried again at the provider; once it is cancelled there, it cannot.
    const isEnd = outcome.failureCode === 'canceled' && payment.failureCode !== 'canceled';
    if (isEnd) return fail(scope, outcome, false);
    return outcome.state === 'pending' ? attach(scope, outcome) : nothing;
  }
  if (outcome.state === 'failed') return fail(scope, outcome, true);
  return attach(scope, outcome);
}

async function changeOfRefund(scope: Settling, outcome: PaymentOutcome): Promise<Settled> {
  const { target } = scope;
  const { payment } = target;
  if (payment.state === 'succeeded' && outcome.state === 'failed') {
    await settle(scope, payment, outcome, {});
    await saveOrder(scope, target, target.status, {
      refundedMinor: target.refundedMinor - payment.amountMinor,
    });
    return { action: 'edited', description: 'A refund came back: it could not be paid out.' };
  }
  if (payment.state !== 'pending') return nothing;
  if (outcome.state === 'failed') return fail(scope, outcome, false);
  if (outcome.state === 'pending') return attach(scope, outcome);
  await settle(scope, payment, outcome, {});
  if (payment.returnId !== null) await markReturnRefunded(scope.transaction, payment.returnId);
  const refundedMinor = target.refundedMinor + payment.amountMinor;
  const status = statusWhenRefunded(target, refundedMinor);
  return {
    action: 'refunded',
    description: `A refund went back through ${way(payment)}.`,
    ...(status !== target.status && { status }),
    changes: { refundedMinor },
  };
}

/** The provider has taken it on, and is not done with it. */
async function attach({ transaction, target }: Settling, outcome: PaymentOutcome): Promise<Settled> {
  const { payment } = target;
  if (outcome.reference === null || outcome.reference === payment.providerReference) return nothing;
  await updatePayment(transaction, payment.id, { providerReference: outcome.reference });
  const what = payment.kind === 'payment' ? 'payment' : 'refund';
  return { description: `A ${what} is under way through ${way(payment)}.` };
}

async function fail(scope: Settling, outcome: PaymentOutcome, isDecline: boolean): Promise<Settled> {
  const { target } = scope;
  const { payment } = target;
  await settle(scope, payment, { ...outcome, state: 'failed' }, {});
  const why = outcome.failureCode === null ? '' : ` (${outcome.failureCode})`;
  if (payment.kind === 'refund') {
    return { action: 'edited', description: `A refund failed${why}. No money has moved.` };
  }
  if (!isDecline) return { action: 'edited', description: `A payment was dropped${why}.` };
  await saveOrder(scope, target, target.status, { lastPaymentFailed: true });
  return { action: 'payment_failed', description: `A payment failed${why}.` };
}

function settle(
  { transaction, now }: Scope,
  payment: PaymentRow,
  outcome: PaymentOutcome,
  more: { amountMinor?: number },
): Promise<void> {
  return updatePayment(transaction, payment.id, {
    state: outcome.state,
    providerReference: outcome.reference ?? payment.providerReference,
    failureCode: outcome.state === 'failed' ? outcome.failureCode : null,
    settledAt: now,
    ...more,
  });
}

const way = (payment: PaymentRow): string => payment.provider ?? payment.method;

/** The order alone, for what knows of orders and not of payments. */
function orderOf({ target }: Settling): OrderRow {
  const { payment: _payment, ...order } = target;
  return order;
}
