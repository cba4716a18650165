import type { RequestContext } from '../graphql/context.ts';
import { validateInput } from '../graphql/validation.ts';
import { Refusal, UserError } from '../shared/errors.ts';
import { ProviderUnavailableError, type ProviderAnswer } from '../shared/payment-provider.ts';
import { runCommand } from '../write/run-command.ts';
import { settlePayment, type PaymentOutcome, type SettlePaymentInput } from './commands/settle-payment.ts';
import { paymentById } from './payment.loaders.ts';
import type { PaymentRow } from './payment.repository.ts';
import { requireProvider } from './require-provider.ts';

/** What came of asking providers: what they refused, and what the shop's page needs. */
export interface ProviderWork {
  readonly clientSecret: string | null;
  readonly userErrors: readonly UserError[];
}

/**
 * The second half of a command that leaves work for a provider. The first has committed the pending row, so no
 * lock is held now; the row's id is the idempotency key of the call; a third transaction writes down the answer.
 * Wherever it breaks off, the row is still pending, and the same mutation or `settlePayment` goes on with it.
 */
export async function askProviders(
  context: RequestContext,
  paymentIds: readonly string[],
): Promise<ProviderWork> {
  const userErrors: UserError[] = [];
  let clientSecret: string | null = null;
  for (const id of paymentIds) {
    const payment = await context.loader(paymentById).load(id);
    if (!payment) continue;
    // Said again when the mutation is repeated: whoever looks at the errors only must not take it for done.
    if (payment.kind === 'refund' && payment.state === 'failed') {
      userErrors.push(refusedBy(payment, payment.failureCode));
    }
    if (!awaitsProvider(payment)) continue;
    try {
      const answer = await ask(context, payment);
      clientSecret = answer.clientSecret ?? clientSecret;
      if (answer.state === 'failed') userErrors.push(refusedBy(payment, answer.failureCode));
      const settled = await runCommand(context.services, context, settlePayment(outcomeOf(answer)), {
        paymentId: id,
      });
      userErrors.push(...settled.userErrors);
    } catch (error) {
      userErrors.push(...errorsOf(error));
    } finally {
      context.forgetLoaded();
    }
  }
  await context.services.replicas?.untilShown();
  return { clientSecret, userErrors };
}

/** `settlePayment`: a provider is asked how it stands; where people move the money, they say. */
export async function settle(context: RequestContext, input: SettlePaymentInput) {
  const problems = await validateInput(input);
  if (problems.length > 0) return { userErrors: problems };
  const payment = await context.loader(paymentById).load(input.paymentId);
  if (payment?.provider === 'stripe' && payment.state === 'pending') {
    if (typeof input.succeeded === 'boolean') {
      const message = 'STRIPE says itself whether it succeeded: leave this out.';
      return { userErrors: [new UserError('VALIDATION', message, ['succeeded'])] };
    }
    const { userErrors } = await askProviders(context, [payment.id]);
    return { orderId: payment.orderId, paymentId: payment.id, userErrors };
  }
  return context.run(settlePayment(payment ? saidByHand(payment, input) : undefined), input);
}

function saidByHand(payment: PaymentRow, { succeeded }: SettlePaymentInput): PaymentOutcome | undefined {
  if (payment.state !== 'pending' || typeof succeeded !== 'boolean') return undefined;
  const reference = payment.providerReference;
  return { state: succeeded ? 'succeeded' : 'failed', reference, failureCode: null };
}

/** A payment that was declined at the provider can be tried again there, so its secret is worth asking for. */
function awaitsProvider({ provider, state, kind }: PaymentRow): boolean {
  if (provider === null) return false;
  return state === 'pending' || (kind === 'payment' && state === 'failed');
}

async function ask(context: RequestContext, payment: PaymentRow): Promise<ProviderAnswer> {
  const provider = requireProvider(context.services.paymentProviders, payment.provider!, ['provider']);
  const { id, orderId, amountMinor, currency, providerReference: reference } = payment;
  const request = { id, orderId, amountMinor, currency, reference };
  if (payment.kind === 'payment') return provider.requestPayment(request);
  const refunded = await context.loader(paymentById).load(payment.refundedPaymentId!);
  return provider.requestRefund({ ...request, paymentReference: refunded?.providerReference ?? null });
}

const outcomeOf = ({ clientSecret: _secret, ...outcome }: ProviderAnswer): PaymentOutcome => outcome;

function refusedBy(payment: PaymentRow, failureCode: string | null): UserError {
  const provider = payment.provider?.toUpperCase() ?? 'The provider';
  const message = `${provider} refused the ${payment.kind} (${failureCode ?? 'no reason given'}).`;
  return new UserError('PAYMENT_REFUSED', message);
}

function errorsOf(error: unknown): readonly UserError[] {
  if (error instanceof Refusal) return error.errors;
  if (error instanceof ProviderUnavailableError) {
    return [new UserError('PROVIDER_UNAVAILABLE', `${error.message} It is kept as PENDING.`)];
  }
  throw error;
}
