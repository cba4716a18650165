/** Currencies without minor units that Stripe counts in hundredths all the same. */
const countedInHundredths = new Set(['ISK', 'UGX']);

/** Stripe counts in minor units as we do, with these exceptions. */
export function toStripeAmount(amountMinor: number, currency: string): number {
  return countedInHundredths.has(currency.toUpperCase()) ? amountMinor * 100 : amountMinor;
}

export function fromStripeAmount(amount: number, currency: string): number {
  return countedInHundredths.has(currency.toUpperCase()) ? Math.trunc(amount / 100) : amount;
}
