import { sql } from 'drizzle-orm';
import { check, index, integer, pgTable, text, unique, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { createdAt, identifier, instant, minorUnits, updatedAt } from '../columns.ts';
import { orderStatus, returnDisposition, returnStatus } from './enumerations.ts';
import { orderItems, orders } from './orders.ts';
import { stockLocations } from './stock.ts';

export const returns = pgTable(
  'returns',
  {
    id: identifier(),
    orderId: uuid('order_id')
      .notNull()
      .references(() => orders.id, { onDelete: 'cascade' }),
    /** The return's key in the system it came from, such as the credit note `C536379`. */
    externalReference: text('external_reference'),
    status: returnStatus('status').notNull().default('requested'),
    reason: text('reason'),
    rejectReason: text('reject_reason'),
    /** The order's status to go back to when the return is rejected. */
    orderStatusBefore: orderStatus('order_status_before').notNull(),
    receivedAt: instant('received_at'),
    version: integer('version').notNull().default(1),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    index('returns_order_id').on(table.orderId, table.createdAt),
    index('returns_created_at').on(table.createdAt, table.id),
    index('returns_status').on(table.status, table.createdAt, table.id),
    // The last line against two returns that count on the same units.
    uniqueIndex('returns_one_open_per_order')
      .on(table.orderId)
      .where(sql`status in ('requested', 'approved')`),
    unique('returns_order_external_reference_unique').on(table.orderId, table.externalReference),
  ],
);

export const returnItems = pgTable(
  'return_items',
  {
    id: identifier(),
    returnId: uuid('return_id')
      .notNull()
      .references(() => returns.id, { onDelete: 'cascade' }),
    orderItemId: uuid('order_item_id')
      .notNull()
      .references(() => orderItems.id, { onDelete: 'cascade' }),
    /** Units asked for. */
    quantity: integer('quantity').notNull(),
    /** Units that came back; less than asked for where the customer kept some. */
    quantityReceived: integer('quantity_received').notNull().default(0),
    /** What the customer gets back: for the units asked for, and once they are received, for those. */
    refundMinor: minorUnits('refund_minor').notNull().default(0),
    disposition: returnDisposition('disposition'),
    /** Where it was put back on the shelf. */
    locationId: uuid('location_id').references(() => stockLocations.id, { onDelete: 'restrict' }),
    createdAt: createdAt(),
  },
  (table) => [
    unique('return_items_item_unique').on(table.returnId, table.orderItemId),
    index('return_items_order_item_id').on(table.orderItemId),
    check('return_items_quantity_positive', sql`quantity > 0`),
    check('return_items_quantity_received', sql`quantity_received between 0 and quantity`),
  ],
);
