import { sql } from 'drizzle-orm';
import { boolean, check, index, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { createdAt, identifier, minorUnits, updatedAt } from '../columns.ts';

export const products = pgTable(
  'products',
  {
    id: identifier(),
    name: text('name').notNull(),
    version: integer('version').notNull().default(1),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [index('products_name').on(table.name, table.id)],
);

export const productVariants = pgTable(
  'product_variants',
  {
    id: identifier(),
    productId: uuid('product_id')
      .notNull()
      .references(() => products.id, { onDelete: 'restrict' }),
    sku: text('sku').notNull().unique('product_variants_sku_unique'),
    barcode: text('barcode').unique('product_variants_barcode_unique'),
    name: text('name').notNull(),
    priceMinor: minorUnits('price_minor').notNull(),
    currency: text('currency').notNull(),
    weightGrams: integer('weight_grams'),
    /** False for what has no stock, such as a service or a fee: it is never reserved, picked or shipped. */
    tracksStock: boolean('tracks_stock').notNull().default(true),
    version: integer('version').notNull().default(1),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    index('product_variants_product_id').on(table.productId),
    check('product_variants_price_not_negative', sql`${table.priceMinor} >= 0`),
    check('product_variants_currency_form', sql`${table.currency} ~ '^[A-Z]{3}$'`),
  ],
);
