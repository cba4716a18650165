import { expect, test } from 'vitest';
import { amountText } from '../../src/payments/amount-text.ts';
import { fromStripeAmount, toStripeAmount } from '../../src/payments/providers/stripe-amount.ts';

test.each([
  [1050, 'GBP', '10.50 GBP'],
  [5, 'GBP', '0.05 GBP'],
  [100, 'GBP', '1.00 GBP'],
  [1050, 'JPY', '1050 JPY'],
  [1050, 'KWD', '1.050 KWD'],
  [9_007_199_254_740_991, 'EUR', '90071992547409.91 EUR'],
])('%i minor units of %s for people: %s', (amountMinor, currency, text) => {
  expect(amountText(amountMinor, currency)).toBe(text);
});

test.each([
  ['GBP', 1050, 1050],
  ['JPY', 1050, 1050],
  ['KWD', 1050, 1050],
  ['ISK', 1050, 105_000],
  ['UGX', 1050, 105_000],
])('%s: %i is %i at Stripe, and back', (currency, amountMinor, atStripe) => {
  expect(toStripeAmount(amountMinor, currency)).toBe(atStripe);
  expect(fromStripeAmount(atStripe, currency.toLowerCase())).toBe(amountMinor);
});
