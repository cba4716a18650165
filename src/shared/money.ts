import * as iso4217 from 'dinero.js/currencies';

/** An amount that never passes through a float: a whole number of the currency's minor units. */
export interface Money {
  /** Minor units: pennies, cents; yen for JPY, which has no smaller unit. */
  amountMinor: number;
  /** ISO 4217, such as GBP. */
  currency: string;
}

const currencies = new Map<string, { readonly base: number | readonly number[]; readonly exponent: number }>(
  Object.entries(iso4217),
);

export function isCurrency(code: string): boolean {
  return currencies.has(code);
}

/**
 * Places after the decimal point in the currency (ISO 4217): 2 for GBP and HUF, 0 for JPY, 3 for KWD. Intl would give
 * the places that people still write, which are none for HUF.
 */
export function minorUnitDigits(currency: string): number {
  const { base, exponent } = currencies.get(currency) ?? { base: 10, exponent: 2 };
  // The ariary and the ouguiya are divided by five; ISO 4217 counts them in hundredths all the same.
  return base === 10 ? exponent : 2;
}

/** An amount with its decimal point, such as `12.50` or `-0.05`. */
export function decimalAmount({ amountMinor, currency }: Money): string {
  const digits = minorUnitDigits(currency);
  const sign = amountMinor < 0 ? '-' : '';
  const text = String(Math.abs(amountMinor)).padStart(digits + 1, '0');
  return sign + (digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`);
}
