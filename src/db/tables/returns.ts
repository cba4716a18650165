import { sql } from 'drizzle-orm';
import { check, index, integer, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core';
import { createdAt, identifier, instant, minorUnits, updatedAt } from '../columns.ts';
import { orderStatus, returnDisposition, returnStatus } from './enumerations.ts';
import { orderItems, orders } from './orders.ts';

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
    /** The order's status to go back to when the return is rejected. */
    orderStatusBefore: orderStatus('order_status_before').notNull(),
    receivedAt: instant('received_at'),
    version: integer('version').notNull().default(1),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    index('returns_order_id').on(table.orderId, table.createdAt),
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
    quantity: integer('quantity').notNull(),
    /** What the customer gets back for it. */
    refundMinor: minorUnits('refund_minor').notNull().default(0),
    disposition: returnDisposition('disposition'),
    createdAt: createdAt(),
  },
  (table) => [
    unique('return_items_item_unique').on(table.returnId, table.orderItemId),
    index('return_items_order_item_id').on(table.orderItemId),
    check('return_items_quantity_positive', sql`quantity > 0`),
  ],
);
