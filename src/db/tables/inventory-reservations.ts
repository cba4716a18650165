import { sql } from 'drizzle-orm';
import { boolean, check, index, integer, pgTable, uuid } from 'drizzle-orm/pg-core';
import { createdAt, identifier, instant, updatedAt } from '../columns.ts';
import { productVariants } from './catalog.ts';
import { reservationReleaseReason } from './enumerations.ts';
import { orderItems, orders } from './orders.ts';
import { stockLocations } from './stock.ts';

export const inventoryReservations = pgTable(
  'inventory_reservations',
  {
    id: identifier(),
    orderId: uuid('order_id')
      .notNull()
      .references(() => orders.id, { onDelete: 'cascade' }),
    orderItemId: uuid('order_item_id')
      .notNull()
      .references(() => orderItems.id, { onDelete: 'cascade' }),
    variantId: uuid('variant_id')
      .notNull()
      .references(() => productVariants.id, { onDelete: 'restrict' }),
    locationId: uuid('location_id')
      .notNull()
      .references(() => stockLocations.id, { onDelete: 'restrict' }),
    quantityReserved: integer('quantity_reserved').notNull(),
    quantityFulfilled: integer('quantity_fulfilled').notNull().default(0),
    quantityReleased: integer('quantity_released').notNull().default(0),
    quantityRemaining: integer('quantity_remaining')
      .notNull()
      .generatedAlwaysAs(sql`quantity_reserved - quantity_fulfilled - quantity_released`),
    isActive: boolean('is_active')
      .notNull()
      .generatedAlwaysAs(sql`quantity_reserved > quantity_fulfilled + quantity_released`),
    expiresAt: instant('expires_at'),
    releasedAt: instant('released_at'),
    releaseReason: reservationReleaseReason('release_reason'),
    fulfilledAt: instant('fulfilled_at'),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    index('inventory_reservations_order_id').on(table.orderId, table.createdAt),
    index('inventory_reservations_order_item_id').on(table.orderItemId),
    index('inventory_reservations_level')
      .on(table.variantId, table.locationId)
      .where(sql`is_active`),
    index('inventory_reservations_expiry')
      .on(table.expiresAt)
      .where(sql`is_active`),
    check(
      'inventory_reservations_quantities',
      sql`quantity_reserved > 0 and quantity_fulfilled >= 0 and quantity_released >= 0
        and quantity_fulfilled + quantity_released <= quantity_reserved`,
    ),
  ],
);
