import type { Stripe } from 'stripe';
import { systemActor } from '../auth/actor.ts';
import { withoutStatement } from '../db/pg-errors.ts';
import type { UserError } from '../shared/errors.ts';
import { runCommand, type CommandRequest, type WriteServices } from '../write/run-command.ts';
import { recordProviderRefund } from './commands/record-provider-refund.ts';
import { settlePayment, type PaymentOutcome } from './commands/settle-payment.ts';
import { findAtProvider } from './payment.repository.ts';
import { fromStripeAmount } from './providers/stripe-amount.ts';
import { answerOfIntent, answerOfRefund } from './providers/stripe-provider.ts';

export interface WebhookLog {
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** What Stripe is told: with anything but 200 it sends the event again, for up to three days. */
export interface WebhookAnswer {
  readonly status: 200 | 400 | 503;
  readonly message: string;
}

export type StripeWebhook = (body: unknown, signature: unknown) => Promise<WebhookAnswer>;

interface Receiving {
  readonly services: WriteServices;
  readonly log: WebhookLog;
  readonly eventId: string;
}

const bySystem: CommandRequest = { actor: systemActor, ipAddress: null, userAgent: null };

/** Takes Stripe's word for what became of payments: signed, however often and in whatever order it comes. */
export function createStripeWebhook(
  stripe: Stripe,
  secret: string,
  services: WriteServices,
  log: WebhookLog,
): StripeWebhook {
  return async (body, signature) => {
    let event: Stripe.Event;
    try {
      if (!Buffer.isBuffer(body) || typeof signature !== 'string') throw new Error('unsigned');
      event = stripe.webhooks.constructEvent(body, signature, secret);
    } catch {
      return { status: 400, message: 'The signature does not fit the body: check STRIPE_WEBHOOK_SECRET.' };
    }
    try {
      const userErrors = await receive({ services, log, eventId: event.id }, event);
      if (userErrors.length === 0) return { status: 200, message: 'Received.' };
      const codes = userErrors.map(({ code }) => code);
      log.error({ eventId: event.id, type: event.type, codes }, 'an event of Stripe was refused');
    } catch (error) {
      const fault = withoutStatement(error);
      const message = fault instanceof Error ? fault.message : 'unknown';
      log.error({ eventId: event.id, type: event.type, fault: message }, 'an event of Stripe failed');
    }
    return { status: 503, message: 'Not now: send it again.' };
  };
}

async function receive(receiving: Receiving, event: Stripe.Event): Promise<readonly UserError[]> {
  switch (event.type) {
    case 'payment_intent.succeeded':
    case 'payment_intent.canceled':
      return receiveIntent(receiving, event.data.object, answerOfIntent(event.data.object));
    case 'payment_intent.payment_failed': {
      const { id: reference, last_payment_error: error } = event.data.object;
      const failureCode = error?.decline_code ?? error?.code ?? 'payment_failed';
      return receiveIntent(receiving, event.data.object, { state: 'failed', reference, failureCode });
    }
    case 'refund.created':
    case 'refund.updated':
    case 'refund.failed':
    case 'charge.refund.updated':
      return receiveRefund(receiving, event.data.object);
    default:
      // Endpoints at Stripe may be set to send everything; a refund comes as an event of its own.
      return [];
  }
}

async function receiveIntent(
  { services, log, eventId }: Receiving,
  intent: Stripe.PaymentIntent,
  { state, reference, failureCode, amountMinor }: PaymentOutcome,
): Promise<readonly UserError[]> {
  const payment = await findAtProvider(services.database.read, 'stripe', 'payment', {
    id: intent.metadata['paymentId'],
    reference: intent.id,
  });
  if (!payment) return unknown(log, eventId, intent.id);
  if (payment.currency !== intent.currency.toUpperCase()) return unknown(log, eventId, intent.id);
  const outcome = {
    state,
    reference,
    failureCode,
    eventId,
    ...(amountMinor !== undefined && { amountMinor }),
  };
  const { userErrors } = await runCommand(services, bySystem, settlePayment(outcome), {
    paymentId: payment.id,
  });
  return userErrors;
}

async function receiveRefund(
  { services, log, eventId }: Receiving,
  refund: Stripe.Refund,
): Promise<readonly UserError[]> {
  const ours = await findAtProvider(services.database.read, 'stripe', 'refund', {
    id: refund.metadata?.['paymentId'],
    reference: refund.id,
  });
  const { state, reference, failureCode } = answerOfRefund(refund);
  if (ours) {
    const outcome = { state, reference, failureCode, eventId };
    const { userErrors } = await runCommand(services, bySystem, settlePayment(outcome), {
      paymentId: ours.id,
    });
    return userErrors;
  }
  const intent = refund.payment_intent;
  const intentId = typeof intent === 'string' ? intent : intent?.id;
  const payment =
    intentId === undefined
      ? undefined
      : await findAtProvider(services.database.read, 'stripe', 'payment', { reference: intentId });
  if (!payment) return unknown(log, eventId, refund.id);
  if (state !== 'succeeded') return [];
  const amountMinor = fromStripeAmount(refund.amount, refund.currency);
  const { userErrors } = await runCommand(services, bySystem, recordProviderRefund, {
    paymentId: payment.id,
    reference: refund.id,
    amountMinor,
    eventId,
  });
  return userErrors;
}

/** The account at Stripe may serve other programs too. */
function unknown(log: WebhookLog, eventId: string, reference: string): readonly UserError[] {
  log.warn({ eventId, reference }, 'an event of Stripe names a payment that is not ours');
  return [];
}
