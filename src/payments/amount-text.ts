import { minorUnitDigits } from '../shared/money.ts';

/** An amount for people, such as `12.50 GBP`. */
export function amountText(amountMinor: number, currency: string): string {
  const digits = minorUnitDigits(currency);
  const text = String(amountMinor).padStart(digits + 1, '0');
  if (digits === 0) return `${text} ${currency}`;
  return `${text.slice(0, -digits)}.${text.slice(-digits)} ${currency}`;
}
