import { sql } from 'drizzle-orm';
import { check, index, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { createdAt, minorUnits, updatedAt } from '../columns.ts';
import { productVariants } from './catalog.ts';
import { customers } from './customers.ts';

/** What a customer pays for a variant by contract, instead of the list price. */
export const customerPrices = pgTable(
  'customer_prices',
  {
    customerId: uuid('customer_id')
      .notNull()
      .references(() => customers.id, { onDelete: 'cascade' }),
    variantId: uuid('variant_id')
      .notNull()
      .references(() => productVariants.id, { onDelete: 'restrict' }),
    currency: text('currency').notNull(),
    priceMinor: minorUnits('price_minor').notNull(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    primaryKey({
      name: 'customer_prices_primary_key',
      columns: [table.customerId, table.variantId, table.currency],
    }),
    index('customer_prices_variant_id').on(table.variantId),
    check('customer_prices_price_not_negative', sql`${table.priceMinor} >= 0`),
    check('customer_prices_currency_form', sql`${table.currency} ~ '^[A-Z]{3}$'`),
  ],
);

/** What is added to net prices, by the country that the goods go to. `*` is every country without a rate of its own. */
export const taxRates = pgTable(
  'tax_rates',
  {
    country: text('country').primaryKey(),
    /** Hundredths of a per cent: 2,000 is 20%. */
    rateBasisPoints: integer('rate_basis_points').notNull(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    check('tax_rates_country_form', sql`${table.country} ~ '^([A-Z]{2}|[*])$'`),
    check('tax_rates_rate', sql`${table.rateBasisPoints} between 0 and 10000`),
  ],
);

/** What sending an order costs, by country and currency. */
export const shippingRates = pgTable(
  'shipping_rates',
  {
    country: text('country').notNull(),
    currency: text('currency').notNull(),
    priceMinor: minorUnits('price_minor').notNull(),
    /** From this value of the goods, after discount, it costs nothing. */
    freeFromMinor: minorUnits('free_from_minor'),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    primaryKey({ name: 'shipping_rates_primary_key', columns: [table.country, table.currency] }),
    check('shipping_rates_country_form', sql`${table.country} ~ '^([A-Z]{2}|[*])$'`),
    check('shipping_rates_currency_form', sql`${table.currency} ~ '^[A-Z]{3}$'`),
    check('shipping_rates_price_not_negative', sql`${table.priceMinor} >= 0`),
  ],
);
