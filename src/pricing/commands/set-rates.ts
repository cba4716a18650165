import { and, eq } from 'drizzle-orm';
import { shippingRates, taxRates } from '../../db/tables/pricing.ts';
import type { CommandInput, FreeCommand } from '../../write/command.ts';

export interface SetTaxRateInput extends CommandInput {
  country: string;
  /** Null: the rate of any other country. */
  basisPoints: number | null;
}

/** What is added to orders that go to a country, from the next one on. */
export const setTaxRate: FreeCommand<SetTaxRateInput, { country: string }> = {
  name: 'setTaxRate',
  permissions: ['prices.edit'],
  async execute({ transaction }, { country, basisPoints }) {
    if (basisPoints === null) await transaction.delete(taxRates).where(eq(taxRates.country, country));
    else {
      await transaction
        .insert(taxRates)
        .values({ country, rateBasisPoints: basisPoints })
        .onConflictDoUpdate({ target: taxRates.country, set: { rateBasisPoints: basisPoints } });
    }
    return { result: { country }, history: [] };
  },
};

export interface SetShippingRateInput extends CommandInput {
  country: string;
  currency: string;
  /** Null: the rate of any other country. */
  amountMinor: number | null;
  freeFromMinor?: number | null;
}

/** What sending an order to a country costs, from the next one on. */
export const setShippingRate: FreeCommand<SetShippingRateInput, { country: string; currency: string }> = {
  name: 'setShippingRate',
  permissions: ['prices.edit'],
  async execute({ transaction }, { country, currency, amountMinor, freeFromMinor }) {
    if (amountMinor === null) {
      await transaction
        .delete(shippingRates)
        .where(and(eq(shippingRates.country, country), eq(shippingRates.currency, currency)));
    } else {
      const rate = { priceMinor: amountMinor, freeFromMinor: freeFromMinor ?? null };
      await transaction
        .insert(shippingRates)
        .values({ country, currency, ...rate })
        .onConflictDoUpdate({ target: [shippingRates.country, shippingRates.currency], set: rate });
    }
    return { result: { country, currency }, history: [] };
  },
};
