import { sql } from 'drizzle-orm';
import { check, index, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { createdAt, identifier, minorUnits } from '../columns.ts';
import { paymentKind, paymentMethod, paymentResult } from './enumerations.ts';
import { orders } from './orders.ts';
import { users } from './users.ts';

export const payments = pgTable(
  'payments',
  {
    id: identifier(),
    orderId: uuid('order_id')
      .notNull()
      .references(() => orders.id, { onDelete: 'cascade' }),
    kind: paymentKind('kind').notNull(),
    method: paymentMethod('method').notNull(),
    state: paymentResult('state').notNull(),
    amountMinor: minorUnits('amount_minor').notNull(),
    currency: text('currency').notNull(),
    providerReference: text('provider_reference'),
    performedById: uuid('performed_by_id').references(() => users.id, { onDelete: 'set null' }),
    createdAt: createdAt(),
  },
  (table) => [
    index('payments_order_id').on(table.orderId, table.createdAt),
    check('payments_amount_positive', sql`amount_minor > 0`),
  ],
);
