import { sql } from 'drizzle-orm';
import { check, index, integer, jsonb, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core';
import { createdAt, identifier, instant, updatedAt } from '../columns.ts';
import { fulfillmentStatus } from './enumerations.ts';
import { orderItems, orders } from './orders.ts';
import { stockLocations } from './stock.ts';
import { users } from './users.ts';

export interface PackingMaterial {
  name: string;
  quantity: number;
}

export const orderFulfillments = pgTable(
  'order_fulfillments',
  {
    id: identifier(),
    number: text('number').notNull().unique('order_fulfillments_number_unique'),
    orderId: uuid('order_id')
      .notNull()
      .references(() => orders.id, { onDelete: 'cascade' }),
    status: fulfillmentStatus('status').notNull().default('pending'),
    locationId: uuid('location_id')
      .notNull()
      .references(() => stockLocations.id, { onDelete: 'restrict' }),
    /** The bin or staging place inside the location. */
    warehouseLocation: text('warehouse_location'),
    assignedToId: uuid('assigned_to_id').references(() => users.id, { onDelete: 'set null' }),
    boxSize: text('box_size'),
    weightGrams: integer('weight_grams'),
    packingMaterials: jsonb('packing_materials').$type<PackingMaterial[]>(),
    carrier: text('carrier'),
    trackingNumber: text('tracking_number'),
    /** Scans that matched no line of this fulfillment: wrong items and unknown barcodes. */
    misScanCount: integer('mis_scan_count').notNull().default(0),
    pickingStartedAt: instant('picking_started_at'),
    pickingCompletedAt: instant('picking_completed_at'),
    packingStartedAt: instant('packing_started_at'),
    packingCompletedAt: instant('packing_completed_at'),
    shippedAt: instant('shipped_at'),
    deliveredAt: instant('delivered_at'),
    version: integer('version').notNull().default(1),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    index('order_fulfillments_order_id').on(table.orderId, table.createdAt),
    index('order_fulfillments_queue').on(table.locationId, table.status, table.createdAt),
    /** What a location has to do, oldest first, whatever states are asked for. */
    index('order_fulfillments_open')
      .on(table.locationId, table.createdAt, table.id)
      .where(sql`status in ('pending', 'picking', 'packing', 'ready_to_ship')`),
    index('order_fulfillments_assigned_to').on(table.assignedToId, table.status),
    index('order_fulfillments_tracking_number').on(table.trackingNumber),
    check('order_fulfillments_weight_positive', sql`weight_grams > 0`),
  ],
);

export const fulfillmentItems = pgTable(
  'fulfillment_items',
  {
    id: identifier(),
    fulfillmentId: uuid('fulfillment_id')
      .notNull()
      .references(() => orderFulfillments.id, { onDelete: 'cascade' }),
    orderItemId: uuid('order_item_id')
      .notNull()
      .references(() => orderItems.id, { onDelete: 'cascade' }),
    quantity: integer('quantity').notNull(),
    quantityPicked: integer('quantity_picked').notNull().default(0),
    /** Scans of this item beyond what was to be picked. */
    quantityMisScanned: integer('quantity_mis_scanned').notNull().default(0),
    quantityShort: integer('quantity_short').notNull().default(0),
    shortReason: text('short_reason'),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    unique('fulfillment_items_item_unique').on(table.fulfillmentId, table.orderItemId),
    index('fulfillment_items_order_item_id').on(table.orderItemId),
    check(
      'fulfillment_items_quantities',
      sql`quantity > 0 and quantity_picked >= 0 and quantity_short >= 0 and quantity_mis_scanned >= 0
        and quantity_picked + quantity_short <= quantity`,
    ),
    check('fulfillment_items_short_has_reason', sql`quantity_short = 0 or short_reason is not null`),
  ],
);
