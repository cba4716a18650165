import { sql } from 'drizzle-orm';
import { check, index, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { createdAt, identifier, instant, minorUnits, updatedAt } from '../columns.ts';
import { productVariants } from './catalog.ts';
import { customers } from './customers.ts';
import { orders, type PostalAddress } from './orders.ts';

/** An offer to a customer at prices that hold for a time. It reserves nothing, until it becomes an order. */
export const quotes = pgTable(
  'quotes',
  {
    id: identifier(),
    number: text('number').notNull().unique('quotes_number_unique'),
    customerId: uuid('customer_id')
      .notNull()
      .references(() => customers.id, { onDelete: 'restrict' }),
    currency: text('currency').notNull(),
    /** What the customer was told; the lines have the prices that hold. */
    subtotalMinor: minorUnits('subtotal_minor').notNull(),
    discountMinor: minorUnits('discount_minor').notNull(),
    discountBasisPoints: integer('discount_basis_points'),
    taxMinor: minorUnits('tax_minor').notNull(),
    shippingMinor: minorUnits('shipping_minor').notNull(),
    totalMinor: minorUnits('total_minor').notNull(),
    shippingAddress: jsonb('shipping_address').$type<PostalAddress>(),
    expiresAt: instant('expires_at').notNull(),
    /** What it has become; its state follows from this and from the clock. */
    orderId: uuid('order_id')
      .unique('quotes_order_unique')
      .references(() => orders.id, { onDelete: 'restrict' }),
    version: integer('version').notNull().default(1),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    index('quotes_created_at').on(table.createdAt, table.id),
    index('quotes_customer').on(table.customerId, table.createdAt, table.id),
    check('quotes_currency_form', sql`currency ~ '^[A-Z]{3}$'`),
  ],
);

export const quoteItems = pgTable(
  'quote_items',
  {
    quoteId: uuid('quote_id')
      .notNull()
      .references(() => quotes.id, { onDelete: 'cascade' }),
    /** The line's place in the quote, from 1. */
    position: integer('position').notNull(),
    variantId: uuid('variant_id')
      .notNull()
      .references(() => productVariants.id, { onDelete: 'restrict' }),
    sku: text('sku').notNull(),
    name: text('name').notNull(),
    quantity: integer('quantity').notNull(),
    unitPriceMinor: minorUnits('unit_price_minor').notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ name: 'quote_items_primary_key', columns: [table.quoteId, table.position] }),
    index('quote_items_variant_id').on(table.variantId),
    check('quote_items_quantity_positive', sql`quantity > 0`),
  ],
);
