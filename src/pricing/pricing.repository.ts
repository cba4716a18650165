import { asc } from 'drizzle-orm';
import type { Executor } from '../db/driver/database.ts';
import { shippingRates, taxRates, type customerPrices } from '../db/tables/pricing.ts';

export type TaxRateRow = typeof taxRates.$inferSelect;
export type ShippingRateRow = typeof shippingRates.$inferSelect;
export type CustomerPriceRow = typeof customerPrices.$inferSelect;

/** One a country: a few hundred at most. */
export function listTaxRates(executor: Executor): Promise<TaxRateRow[]> {
  return executor.select().from(taxRates).orderBy(asc(taxRates.country));
}

export function listShippingRates(executor: Executor): Promise<ShippingRateRow[]> {
  return executor
    .select()
    .from(shippingRates)
    .orderBy(asc(shippingRates.country), asc(shippingRates.currency));
}
