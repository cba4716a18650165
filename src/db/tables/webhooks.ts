import { sql } from 'drizzle-orm';
import { bigint, boolean, check, index, integer, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core';
import { createdAt, identifier, instant, transactionIdentifier, updatedAt } from '../columns.ts';
import {
  channel,
  orderHistoryAction,
  orderStatus,
  webhookDeliveryStatus,
  webhookDisabledReason,
} from './enumerations.ts';
import { orders } from './orders.ts';

/** Receivers of events at other programs, and which events each of them wants; null is all. */
export const webhookEndpoints = pgTable(
  'webhook_endpoints',
  {
    id: identifier(),
    url: text('url').notNull(),
    actions: orderHistoryAction('actions').array(),
    channels: channel('channels').array(),
    locationCodes: text('location_codes').array(),
    orderStatuses: orderStatus('order_statuses').array(),
    /** Signs, and so is kept as it is; no answer of the API has it but the one of the mutation that made it. */
    secret: text('secret').notNull(),
    /** The one before, which signs beside it for a day, so that a receiver can be changed over. */
    previousSecret: text('previous_secret'),
    previousSecretUntil: instant('previous_secret_until'),
    active: boolean('active').notNull().default(true),
    disabledAt: instant('disabled_at'),
    disabledReason: webhookDisabledReason('disabled_reason'),
    version: integer('version').notNull().default(1),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    check(
      'webhook_endpoints_disabled',
      sql`${table.active} = (${table.disabledAt} is null) and ${table.active} = (${table.disabledReason} is null)`,
    ),
  ],
);

/**
 * How far each endpoint has read the log. Apart from the endpoint, because it moves with every order: what a manager
 * sees of the endpoint, and its version, does not.
 */
export const webhookCursors = pgTable('webhook_cursors', {
  endpointId: uuid('endpoint_id')
    .primaryKey()
    .references(() => webhookEndpoints.id, { onDelete: 'cascade' }),
  transactionId: transactionIdentifier('transaction_id').notNull(),
  position: bigint('position', { mode: 'number' }).notNull(),
});

/** One event for one endpoint: what is sent, and what has become of it. */
export const webhookDeliveries = pgTable(
  'webhook_deliveries',
  {
    id: identifier(),
    endpointId: uuid('endpoint_id')
      .notNull()
      .references(() => webhookEndpoints.id, { onDelete: 'cascade' }),
    orderId: uuid('order_id')
      .notNull()
      .references(() => orders.id, { onDelete: 'cascade' }),
    /** `order_history.id`. The history is partitioned, so that no foreign key can name its id alone. */
    eventId: uuid('event_id').notNull(),
    /** The event's place in the log: what is sent for one order goes in this order. */
    transactionId: transactionIdentifier('transaction_id').notNull(),
    position: bigint('position', { mode: 'number' }).notNull(),
    eventType: text('event_type').notNull(),
    /** The body, byte for byte the same at each attempt. Identifiers and statuses only. */
    payload: text('payload').notNull(),
    status: webhookDeliveryStatus('status').notNull().default('pending'),
    /** Since it was made or asked for again. */
    attempts: integer('attempts').notNull().default(0),
    nextAttemptAt: instant('next_attempt_at')
      .notNull()
      .default(sql`now()`),
    /** Whoever sends it has it until then. A sender that dies leaves it to the next. */
    lockedUntil: instant('locked_until'),
    lastAttemptAt: instant('last_attempt_at'),
    lastStatusCode: integer('last_status_code'),
    lastDurationMs: integer('last_duration_ms'),
    lastError: text('last_error'),
    /** The beginning of what the receiver answered to an attempt that failed. */
    lastResponse: text('last_response'),
    deliveredAt: instant('delivered_at'),
    createdAt: createdAt(),
  },
  (table) => [
    // What makes it exactly one, however often the log is read.
    unique('webhook_deliveries_endpoint_event').on(table.endpointId, table.eventId),
    index('webhook_deliveries_due')
      .on(table.endpointId, table.nextAttemptAt, table.transactionId, table.position)
      .where(sql`status = 'pending'`),
    // Whether something of the same order has to go first.
    index('webhook_deliveries_waiting')
      .on(table.endpointId, table.orderId, table.transactionId, table.position)
      .where(sql`status = 'pending'`),
    index('webhook_deliveries_locked')
      .on(table.endpointId, table.lockedUntil)
      .where(sql`locked_until is not null`),
    index('webhook_deliveries_endpoint').on(table.endpointId, table.position, table.id),
    index('webhook_deliveries_list').on(table.position, table.id),
    index('webhook_deliveries_failed')
      .on(table.endpointId, table.createdAt)
      .where(sql`status = 'failed'`),
    index('webhook_deliveries_order').on(table.orderId),
    index('webhook_deliveries_event').on(table.eventId),
    index('webhook_deliveries_created_at').on(table.createdAt),
  ],
);
