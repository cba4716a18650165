import type { PaymentProviderName } from '../db/tables/enumerations.ts';
import { invalid, type InputPath } from '../shared/errors.ts';
import type { PaymentProvider, PaymentProviders } from '../shared/payment-provider.ts';

/** What an operator has to set for a provider. */
const settings: Readonly<Record<PaymentProviderName, string>> = {
  manual: 'nothing',
  stripe: 'STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET',
};

export function requireProvider(
  providers: PaymentProviders,
  name: PaymentProviderName,
  path: InputPath,
): PaymentProvider {
  const provider = providers[name];
  if (provider) return provider;
  throw invalid(
    `The provider ${name.toUpperCase()} is not configured: the operator sets ${settings[name]} and restarts the server.`,
    path,
  );
}
