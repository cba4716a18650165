/** An amount that never passes through a float: a whole number of the currency's minor units. */
export interface Money {
  /** Minor units: pennies, cents; yen for JPY, which has no smaller unit. */
  amountMinor: number;
  /** ISO 4217, such as GBP. */
  currency: string;
}

const currencies = new Set(Intl.supportedValuesOf('currency'));

export function isCurrency(code: string): boolean {
  return currencies.has(code);
}

/** Places after the decimal point in the currency (ISO 4217): 2 for GBP, 0 for JPY, 3 for KWD. */
export function minorUnitDigits(currency: string): number {
  return (
    new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2
  );
}
