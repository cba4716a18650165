import { sql, Subquery } from 'drizzle-orm';
import { bigint, index, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { instant, transactionIdentifier } from '../columns.ts';
import { orderHistoryAction } from './enumerations.ts';
import { orders } from './orders.ts';
import { users } from './users.ts';
import { orderFulfillments } from './fulfillments.ts';

/**
 * The audit trail, which is also the event log. A custom migration makes it a table partitioned by month and
 * append-only; nothing but `record-history.ts` inserts.
 *
 * The columns of the hash chain (chain_place, hash, origin_digest, origin_salt) and the table of the chains' ends,
 * order_history_heads, are in the migration `history_chain` alone: a trigger writes them and verification reads them,
 * and no list should fetch them with every row. See docs/history.md.
 */
export const orderHistory = pgTable(
  'order_history',
  {
    id: uuid('id')
      .notNull()
      .default(sql`generate_uuid_v7()`),
    orderId: uuid('order_id')
      .notNull()
      .references(() => orders.id, { onDelete: 'cascade' }),
    fulfillmentId: uuid('fulfillment_id').references(() => orderFulfillments.id, { onDelete: 'cascade' }),
    action: orderHistoryAction('action').notNull(),
    /** Of the fulfillment where one is concerned, else of the order. */
    oldStatus: text('old_status'),
    newStatus: text('new_status'),
    description: text('description').notNull(),
    performedById: uuid('performed_by_id').references(() => users.id, { onDelete: 'restrict' }),
    additionalData: jsonb('additional_data').$type<Record<string, unknown>>(),
    ipAddress: text('ip_address'),
    userAgent: text('user_agent'),
    /**
     * The place in the log is (transaction_id, position). Sequence numbers alone are given before commit, so a
     * reader that trusted them would lose rows; see docs/decisions/0003-log-order.md.
     */
    transactionId: transactionIdentifier('transaction_id')
      .notNull()
      .default(sql`pg_current_xact_id()`),
    position: bigint('position', { mode: 'number' })
      .notNull()
      .default(sql`nextval('order_history_position')`),
    createdAt: instant('created_at')
      .notNull()
      .default(sql`clock_timestamp()`),
  },
  (table) => [
    primaryKey({ name: 'order_history_primary_key', columns: [table.id, table.createdAt] }),
    index('order_history_order').on(table.orderId, table.createdAt, table.position),
    index('order_history_log').on(table.transactionId, table.position),
    index('order_history_created_at').on(table.createdAt, table.position),
    index('order_history_performer')
      .on(table.performedById, table.createdAt, table.position)
      .where(sql`performed_by_id is not null`),
  ],
);

/**
 * The history with the months that are no longer part of the log, in the place of `order_history` in a statement: the
 * columns are those of `orderHistory`. Each month costs such a read, so that only what may need it uses it.
 */
export const everyHistoryEntry = new Subquery(
  sql`select * from archive.every_history_entry`,
  {},
  'order_history',
);
