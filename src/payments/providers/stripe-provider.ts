import { Stripe } from 'stripe';
import {
  ProviderUnavailableError,
  type PaymentProvider,
  type PaymentRequest,
  type ProviderAnswer,
  type RefundRequest,
} from '../../shared/payment-provider.ts';
import { fromStripeAmount, toStripeAmount } from './stripe-amount.ts';

export interface StripeOptions {
  readonly secretKey: string;
  readonly webhookSecret: string;
  /** Another server that speaks Stripe's HTTP. */
  readonly apiUrl?: string | undefined;
  readonly timeoutMs?: number;
}

const timeoutMs = 10_000;
/** The SDK repeats with the same idempotency key when a connection is lost or Stripe fails. */
const maxNetworkRetries = 2;

export function openStripe(options: StripeOptions): Stripe {
  const url = options.apiUrl === undefined ? undefined : new URL(options.apiUrl);
  return new Stripe(options.secretKey, {
    timeout: options.timeoutMs ?? timeoutMs,
    maxNetworkRetries,
    telemetry: false,
    ...(url && {
      protocol: url.protocol === 'http:' ? 'http' : 'https',
      host: url.hostname,
      port: url.port || (url.protocol === 'http:' ? 80 : 443),
    }),
  });
}

export function createStripeProvider(stripe: Stripe): PaymentProvider {
  return {
    requestPayment: (request) => answering(() => requestPayment(stripe, request), request.reference),
    requestRefund: (request) => answering(() => requestRefund(stripe, request), request.reference),
  };
}

async function requestPayment(stripe: Stripe, request: PaymentRequest): Promise<ProviderAnswer> {
  const intent =
    request.reference === null
      ? await stripe.paymentIntents.create(
          {
            amount: toStripeAmount(request.amountMinor, request.currency),
            currency: request.currency.toLowerCase(),
            automatic_payment_methods: { enabled: true },
            metadata: { paymentId: request.id, orderId: request.orderId },
          },
          { idempotencyKey: request.id },
        )
      : await stripe.paymentIntents.retrieve(request.reference);
  return answerOfIntent(intent);
}

async function requestRefund(stripe: Stripe, request: RefundRequest): Promise<ProviderAnswer> {
  if (request.reference !== null) return answerOfRefund(await stripe.refunds.retrieve(request.reference));
  if (request.paymentReference === null) {
    return { state: 'failed', reference: null, failureCode: 'payment_not_at_provider' };
  }
  // Stripe forgets idempotency keys after a day. A refund that it has carried out carries our id for ever.
  const earlier = await findRefund(stripe, request.paymentReference, request.id);
  const refund =
    earlier ??
    (await stripe.refunds.create(
      {
        payment_intent: request.paymentReference,
        amount: toStripeAmount(request.amountMinor, request.currency),
        metadata: { paymentId: request.id, orderId: request.orderId },
      },
      { idempotencyKey: request.id },
    ));
  return answerOfRefund(refund);
}

async function findRefund(stripe: Stripe, paymentIntent: string, id: string) {
  for await (const refund of stripe.refunds.list({ payment_intent: paymentIntent, limit: 100 })) {
    if (refund.metadata?.['paymentId'] === id) return refund;
  }
  return undefined;
}

export function answerOfIntent(intent: Stripe.PaymentIntent): ProviderAnswer {
  const reference = intent.id;
  if (intent.status === 'succeeded') {
    const amountMinor = fromStripeAmount(intent.amount_received, intent.currency);
    return { state: 'succeeded', reference, failureCode: null, amountMinor };
  }
  if (intent.status === 'canceled') return { state: 'failed', reference, failureCode: 'canceled' };
  return { state: 'pending', reference, failureCode: null, clientSecret: intent.client_secret };
}

export function answerOfRefund(refund: Stripe.Refund): ProviderAnswer {
  const reference = refund.id;
  if (refund.status === 'succeeded') return { state: 'succeeded', reference, failureCode: null };
  if (refund.status === 'failed' || refund.status === 'canceled') {
    return { state: 'failed', reference, failureCode: refund.failure_reason ?? refund.status };
  }
  return { state: 'pending', reference, failureCode: null };
}

/** Stripe's refusals as answers, and its silence as silence. */
async function answering(
  ask: () => Promise<ProviderAnswer>,
  reference: string | null,
): Promise<ProviderAnswer> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeError)) throw error;
    if (isRefusal(error, reference)) return { state: 'failed', reference, failureCode: codeOf(error) };
    throw new ProviderUnavailableError(`Stripe gave no answer to go by (${codeOf(error)}).`);
  }
}

/**
 * A wrong key, too many requests and a key in use say nothing of the payment: it was not tried, or is being
 * tried. Neither does it when Stripe does not find what it has taken on before.
 */
function isRefusal(error: InstanceType<typeof Stripe.errors.StripeError>, reference: string | null): boolean {
  if (error instanceof Stripe.errors.StripeCardError) return true;
  if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) return false;
  return (
    error.statusCode === 400 || error.statusCode === 402 || (error.statusCode === 404 && reference === null)
  );
}

/** A word of Stripe's; its message may repeat what a person has entered. */
function codeOf(error: InstanceType<typeof Stripe.errors.StripeError>): string {
  return error.code ?? error.type;
}
