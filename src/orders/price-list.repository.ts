import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import type { Executor } from '../db/driver/database.ts';
import type { PostalAddress } from '../db/tables/orders.ts';
import { customerPrices, shippingRates, taxRates } from '../db/tables/pricing.ts';
import { countryCode } from '../shared/country.ts';
import type { Charges } from './pricing.ts';

/** The row of every country that has none of its own. */
export const anyCountry = '*';

/** Contract prices of a customer in a currency, by variant. */
export async function findContractPrices(
  executor: Executor,
  customerId: string | null,
  currency: string,
  variantIds: readonly string[],
): Promise<Map<string, number>> {
  if (customerId === null || variantIds.length === 0) return new Map();
  const rows = await executor
    .select({ variantId: customerPrices.variantId, priceMinor: customerPrices.priceMinor })
    .from(customerPrices)
    .where(
      and(
        eq(customerPrices.customerId, customerId),
        eq(customerPrices.currency, currency),
        inArray(customerPrices.variantId, [...variantIds]),
      ),
    );
  return new Map(rows.map(({ variantId, priceMinor }) => [variantId, priceMinor]));
}

/** Null where no rate says anything. */
export interface ConfiguredCharges {
  readonly tax: Charges['tax'] | null;
  readonly shipping: Charges['shipping'];
}

/**
 * What is added to an order that goes to an address: the rates of its country, else those of any country. Without
 * an address nothing is sent, and the tax is that of any country: it is handed over at a till.
 */
export async function findCharges(
  executor: Executor,
  shippingAddress: PostalAddress | null,
  currency: string,
): Promise<ConfiguredCharges> {
  const country = (shippingAddress && countryCode(shippingAddress.country)) ?? anyCountry;
  const countries = [country, anyCountry];
  const [tax] = await executor
    .select({ basisPoints: taxRates.rateBasisPoints })
    .from(taxRates)
    .where(inArray(taxRates.country, countries))
    .orderBy(asc(sql`${taxRates.country} = ${anyCountry}`))
    .limit(1);
  const [shipping] =
    shippingAddress === null
      ? []
      : await executor
          .select({ priceMinor: shippingRates.priceMinor, freeFromMinor: shippingRates.freeFromMinor })
          .from(shippingRates)
          .where(and(inArray(shippingRates.country, countries), eq(shippingRates.currency, currency)))
          .orderBy(asc(sql`${shippingRates.country} = ${anyCountry}`))
          .limit(1);
  return { tax: tax ? { part: tax.basisPoints, whole: 10_000 } : null, shipping: shipping ?? null };
}
