import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  index,
  pgTable,
  text,
  uniqueIndex,
  uuid,
  type AnyPgColumn,
} from 'drizzle-orm/pg-core';
import { createdAt, identifier, instant, minorUnits, updatedAt } from '../columns.ts';
import { paymentKind, paymentMethod, paymentProvider, paymentResult } from './enumerations.ts';
import { orders } from './orders.ts';
import { returns } from './returns.ts';
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
    /** Who moves the money; null where it was only recorded. A refund goes the way that its payment came. */
    provider: paymentProvider('provider'),
    state: paymentResult('state').notNull(),
    amountMinor: minorUnits('amount_minor').notNull(),
    currency: text('currency').notNull(),
    /** The payment's or refund's key at the provider, such as `pi_…` or `re_…`. */
    providerReference: text('provider_reference'),
    /** The provider's word for why it failed, such as `card_declined`. */
    failureCode: text('failure_code'),
    /** Of a refund: which payment goes back. Imported refunds know none. */
    refundedPaymentId: uuid('refunded_payment_id').references((): AnyPgColumn => payments.id, {
      onDelete: 'cascade',
    }),
    /** Of a refund: for which return. */
    returnId: uuid('return_id').references(() => returns.id, { onDelete: 'cascade' }),
    /** Confirms the order when this pays it in full. */
    autoConfirm: boolean('auto_confirm').notNull().default(false),
    /** When it succeeded or failed, where that was known later than it was begun. */
    settledAt: instant('settled_at'),
    performedById: uuid('performed_by_id').references(() => users.id, { onDelete: 'set null' }),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    index('payments_order_id').on(table.orderId, table.createdAt),
    uniqueIndex('payments_provider_reference_unique')
      .on(table.method, table.kind, table.providerReference)
      .where(sql`provider_reference is not null`),
    check('payments_amount_positive', sql`amount_minor > 0`),
    check('payments_refunded_payment', sql`kind = 'refund' or refunded_payment_id is null`),
    check('payments_provider_method', sql`provider is null or method = 'provider'`),
  ],
);

/** Events of providers that have had their effect; one that comes again has none. */
export const paymentProviderEvents = pgTable('payment_provider_events', {
  /** The provider's own key, such as `evt_…`. */
  id: text('id').primaryKey(),
  paymentId: uuid('payment_id')
    .notNull()
    .references(() => payments.id, { onDelete: 'cascade' }),
  createdAt: createdAt(),
});
