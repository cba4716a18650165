import { sql } from 'drizzle-orm';
import { boolean, check, index, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { createdAt, identifier, instant, updatedAt } from '../columns.ts';
import { orders } from './orders.ts';
import { users } from './users.ts';

export const orderNotes = pgTable(
  'order_notes',
  {
    id: identifier(),
    orderId: uuid('order_id')
      .notNull()
      .references(() => orders.id, { onDelete: 'cascade' }),
    note: text('note').notNull(),
    /** Internal notes are for staff; the others are shown to the customer too. */
    isInternal: boolean('is_internal').notNull(),
    notifyCustomer: boolean('notify_customer').notNull().default(false),
    notifiedAt: instant('notified_at'),
    createdById: uuid('created_by_id').references(() => users.id, { onDelete: 'set null' }),
    version: integer('version').notNull().default(1),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    index('order_notes_order_id').on(table.orderId, table.createdAt),
    check('order_notes_length', sql`char_length(note) between 1 and 5000`),
  ],
);
