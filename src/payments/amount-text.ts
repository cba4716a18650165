import { decimalAmount } from '../shared/money.ts';

/** An amount for people, such as `12.50 GBP`. */
export const amountText = (amountMinor: number, currency: string): string =>
  `${decimalAmount({ amountMinor, currency })} ${currency}`;
