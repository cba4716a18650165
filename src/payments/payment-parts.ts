import type { PaymentProviders } from '../shared/payment-provider.ts';
import type { WriteServices } from '../write/run-command.ts';
import { manualProvider } from './providers/manual-provider.ts';
import { createStripeProvider, openStripe, type StripeOptions } from './providers/stripe-provider.ts';
import { createStripeWebhook, type StripeWebhook, type WebhookLog } from './stripe-webhook.ts';

/** The providers that this server can use, and the ear for the one that calls back. */
export function createPaymentParts(
  options: StripeOptions | undefined,
  services: WriteServices,
  log: WebhookLog,
): { paymentProviders: PaymentProviders; stripeWebhook: StripeWebhook | undefined } {
  if (!options) return { paymentProviders: { manual: manualProvider }, stripeWebhook: undefined };
  const stripe = openStripe(options);
  return {
    paymentProviders: { manual: manualProvider, stripe: createStripeProvider(stripe) },
    stripeWebhook: createStripeWebhook(stripe, options.webhookSecret, services, log),
  };
}
