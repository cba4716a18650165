import { sql } from 'drizzle-orm';
import { boolean, check, index, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { createdAt, identifier, updatedAt } from '../columns.ts';
import { productVariants } from './catalog.ts';
import { stockMovementReason } from './enumerations.ts';
import { orders } from './orders.ts';
import { users } from './users.ts';

export const stockLocations = pgTable('stock_locations', {
  id: identifier(),
  code: text('code').notNull().unique('stock_locations_code_unique'),
  name: text('name').notNull(),
  /** Lines without a named location are allocated from the lowest number first. */
  priority: integer('priority').notNull().default(100),
  active: boolean('active').notNull().default(true),
  version: integer('version').notNull().default(1),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
});

export const stockLevels = pgTable(
  'stock_levels',
  {
    variantId: uuid('variant_id')
      .notNull()
      .references(() => productVariants.id, { onDelete: 'restrict' }),
    locationId: uuid('location_id')
      .notNull()
      .references(() => stockLocations.id, { onDelete: 'restrict' }),
    onHand: integer('on_hand').notNull().default(0),
    reserved: integer('reserved').notNull().default(0),
    /** With no more available than this the level is low; null where nobody wants to know. */
    lowStockThreshold: integer('low_stock_threshold'),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    primaryKey({ name: 'stock_levels_primary_key', columns: [table.variantId, table.locationId] }),
    index('stock_levels_location_id').on(table.locationId),
    // Without the quantities in it: were they, each reservation would have to write to every index of the table.
    index('stock_levels_low_stock')
      .on(table.locationId, table.variantId)
      .where(sql`low_stock_threshold is not null`),
    check('stock_levels_low_stock_threshold', sql`${table.lowStockThreshold} >= 0`),
    // The last line against overselling: whatever the code does, this holds.
    check(
      'stock_levels_never_oversold',
      sql`0 <= ${table.reserved} and ${table.reserved} <= ${table.onHand}`,
    ),
  ],
);

/** The append-only ledger: the sum of its changes equals the levels. */
export const stockMovements = pgTable(
  'stock_movements',
  {
    id: identifier(),
    variantId: uuid('variant_id')
      .notNull()
      .references(() => productVariants.id, { onDelete: 'restrict' }),
    locationId: uuid('location_id')
      .notNull()
      .references(() => stockLocations.id, { onDelete: 'restrict' }),
    onHandChange: integer('on_hand_change').notNull(),
    reservedChange: integer('reserved_change').notNull(),
    reason: stockMovementReason('reason').notNull(),
    /** Why, in words, where somebody changed the stock by hand. */
    note: text('note'),
    orderId: uuid('order_id').references(() => orders.id, { onDelete: 'restrict' }),
    performedById: uuid('performed_by_id').references(() => users.id, { onDelete: 'restrict' }),
    createdAt: createdAt(),
  },
  (table) => [
    index('stock_movements_variant_location').on(table.variantId, table.locationId, table.createdAt),
    index('stock_movements_order_id').on(table.orderId),
    check(
      'stock_movements_change_something',
      sql`${table.onHandChange} <> 0 or ${table.reservedChange} <> 0`,
    ),
  ],
);
