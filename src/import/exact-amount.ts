/**
 * Amounts of the sources as whole millionths of the currency's main unit, so that a price of 0.001 stays exact
 * and no amount ever passes through a float.
 */
export type Millionths = bigint;

const placesKept = 6;
const decimalText = /^(-?)(\d+)(?:\.(\d{1,6}))?$/;
/** Pounds and dollars both have a hundred minor units. */
const millionthsPerMinorUnit = 10_000n;

/** Null when the text is not a plain decimal number of at most six places. */
export function parseMillionths(text: string): Millionths | null {
  const match = decimalText.exec(text);
  if (!match) return null;
  const [, sign, whole = '', fraction = ''] = match;
  const amount = BigInt(whole + fraction.padEnd(placesKept, '0'));
  return sign ? -amount : amount;
}

/** Rounded half up to the penny or cent; only amounts from zero up are ever rounded. */
export function toMinorUnits(amount: Millionths): number {
  return Number(divideHalfUp(amount, millionthsPerMinorUnit));
}

/** Rounded up to the penny or cent. */
export function toMinorUnitsUp(amount: Millionths): number {
  return Number((amount + millionthsPerMinorUnit - 1n) / millionthsPerMinorUnit);
}

export function fromMinorUnits(amountMinor: number): Millionths {
  return BigInt(amountMinor) * millionthsPerMinorUnit;
}

/** For numerators from zero up. */
export function divideHalfUp(numerator: bigint, denominator: bigint): bigint {
  return (2n * numerator + denominator) / (2n * denominator);
}

/** `748,957.02`; more places only where the amount has them. */
export function formatMillionths(amount: Millionths): string {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(placesKept + 1, '0');
  const whole = digits.slice(0, -placesKept).replace(/\B(?=(\d{3})+$)/g, ',');
  const fraction = digits.slice(-placesKept).replace(/0{1,4}$/, '');
  return `${amount < 0n ? '-' : ''}${whole}.${fraction}`;
}
