import {
  bigint,
  boolean,
  date,
  index,
  integer,
  pgSchema,
  primaryKey,
  smallint,
  text,
  uuid,
} from 'drizzle-orm/pg-core';
import { sql } from 'drizzle-orm';
import { instant, minorUnits, transactionIdentifier } from '../columns.ts';
import { channel, fulfillmentStatus, orderStatus } from './enumerations.ts';

/**
 * What is derived from the data and can be made again from it: docs/figures.md says what each figure means,
 * docs/decisions/0008-figures.md how they are kept. Days are days in UTC, durations are whole microseconds.
 */
export const figuresSchema = pgSchema('figures');

/** Stands for all locations together, in the place of a location's id. */
export const everywhere = '00000000-0000-0000-0000-000000000000';

/** In the place of a day for what is counted over all of them. */
export const always = '0001-01-01';

/** What is counted or summed, a day. */
export const measure = figuresSchema.enum('measure', [
  'order_status',
  'order_standing',
  'order_open',
  'order_held',
  'order_completed',
  'order_cancelled',
  'order_refunded',
  'order_returned',
  'order_with_note',
  'note_internal',
  'note_public',
  'revenue',
  'refunds',
  'order_shipped',
  'order_promised',
  'order_on_time',
  'units_reserved',
  'units_fulfilled',
  'units_expired',
  'units_held',
  'fulfillment_status',
  'fulfillment_standing',
  'fulfillment_shipped',
  'fulfillment_packed',
  'units_picked',
  'mis_scans',
  'processing_time',
  'cycle_time',
  'packing_time',
  'response_time',
]);

/** Of which durations the distribution is kept. */
export const durationKind = figuresSchema.enum('duration_kind', [
  'processing_time',
  'cycle_time',
  'packing_time',
  'response_time',
]);
export const period = figuresSchema.enum('period', ['day', 'month']);

/** One row: up to which event of the log the figures are right. */
export const figuresProgress = figuresSchema.table('progress', {
  id: smallint('id').primaryKey().default(1),
  transactionId: transactionIdentifier('transaction_id')
    .notNull()
    .default(sql`'0'`),
  position: bigint('position', { mode: 'number' }).notNull().default(0),
});

/** What of an order is in the figures now: taken out again when the order has changed. */
export const orderFacts = figuresSchema.table(
  'order_facts',
  {
    orderId: uuid('order_id').primaryKey(),
    channel: channel('channel').notNull(),
    status: orderStatus('status').notNull(),
    isOpen: boolean('is_open').notNull(),
    isHeld: boolean('is_held').notNull(),
    createdOn: date('created_on').notNull(),
    promisedShipAt: instant('promised_ship_at'),
    shippedOn: date('shipped_on'),
    processingTime: bigint('processing_time', { mode: 'number' }),
    /** Null where nothing was promised or nothing is shipped. */
    wasOnTime: boolean('was_on_time'),
    wasCompleted: boolean('was_completed').notNull(),
    wasCancelled: boolean('was_cancelled').notNull(),
    wasRefunded: boolean('was_refunded').notNull(),
    wasReturned: boolean('was_returned').notNull(),
    currency: text('currency').notNull(),
    revenueMinor: minorUnits('revenue_minor').notNull(),
    refundedMinor: minorUnits('refunded_minor').notNull(),
    internalNotes: integer('internal_notes').notNull(),
    publicNotes: integer('public_notes').notNull(),
    /** The day of the customer's first note, and how long it took until somebody answered. */
    askedOn: date('asked_on'),
    responseTime: bigint('response_time', { mode: 'number' }),
    /** Every location that has ever reserved or fulfilled something of it. */
    locationIds: uuid('location_ids').array().notNull(),
  },
  (table) => [
    // Late is what the clock makes of it, so it is counted when it is asked for: from the few that are open.
    index('order_facts_due')
      .on(table.promisedShipAt)
      .where(sql`is_open and promised_ship_at is not null`),
  ],
);

/** What of a fulfillment is in the figures now. */
export const fulfillmentFacts = figuresSchema.table(
  'fulfillment_facts',
  {
    orderId: uuid('order_id').notNull(),
    fulfillmentId: uuid('fulfillment_id').notNull(),
    channel: channel('channel').notNull(),
    locationId: uuid('location_id').notNull(),
    status: fulfillmentStatus('status').notNull(),
    createdOn: date('created_on').notNull(),
    shippedOn: date('shipped_on'),
    cycleTime: bigint('cycle_time', { mode: 'number' }),
    packedOn: date('packed_on'),
    packingTime: bigint('packing_time', { mode: 'number' }),
    pickedOn: date('picked_on'),
    unitsPicked: bigint('units_picked', { mode: 'number' }).notNull(),
    misScans: bigint('mis_scans', { mode: 'number' }).notNull(),
  },
  (table) => [primaryKey({ name: 'fulfillment_facts_key', columns: [table.orderId, table.fulfillmentId] })],
);

/** What of an order's reservations at one location is in the figures now. */
export const reservationFacts = figuresSchema.table(
  'reservation_facts',
  {
    orderId: uuid('order_id').notNull(),
    locationId: uuid('location_id').notNull(),
    channel: channel('channel').notNull(),
    createdOn: date('created_on').notNull(),
    unitsReserved: bigint('units_reserved', { mode: 'number' }).notNull(),
    unitsFulfilled: bigint('units_fulfilled', { mode: 'number' }).notNull(),
    unitsExpired: bigint('units_expired', { mode: 'number' }).notNull(),
    unitsHeld: bigint('units_held', { mode: 'number' }).notNull(),
  },
  (table) => [primaryKey({ name: 'reservation_facts_key', columns: [table.orderId, table.locationId] })],
);

/** Counts and sums a day. */
export const figuresDaily = figuresSchema.table(
  'daily',
  {
    locationId: uuid('location_id').notNull(),
    measure: measure('measure').notNull(),
    day: date('day').notNull(),
    channel: channel('channel').notNull(),
    /** A status or a currency, where the measure is told apart by one. */
    label: text('label').notNull(),
    amount: bigint('amount', { mode: 'number' }).notNull(),
  },
  (table) => [
    primaryKey({
      name: 'daily_key',
      columns: [table.locationId, table.measure, table.day, table.channel, table.label],
    }),
  ],
);

/** How many took how long, a day, and again a month so that long ranges read little. */
export const figuresDurations = figuresSchema.table(
  'durations',
  {
    locationId: uuid('location_id').notNull(),
    kind: durationKind('kind').notNull(),
    period: period('period').notNull(),
    startsOn: date('starts_on').notNull(),
    channel: channel('channel').notNull(),
    /** Rounded by figures.round_duration. */
    seconds: integer('seconds').notNull(),
    count: bigint('count', { mode: 'number' }).notNull(),
  },
  (table) => [
    primaryKey({
      name: 'durations_key',
      columns: [table.locationId, table.kind, table.period, table.startsOn, table.channel, table.seconds],
    }),
  ],
);

/**
 * Commands refused for want of stock, a day. They leave no event, since nothing happened, so this is the one figure that
 * cannot be made again. The share keeps servers that refuse at once from waiting for one row.
 */
export const stockOuts = figuresSchema.table(
  'stock_outs',
  {
    locationId: uuid('location_id').notNull(),
    day: date('day').notNull(),
    share: smallint('share').notNull(),
    incidents: bigint('incidents', { mode: 'number' }).notNull(),
  },
  (table) => [primaryKey({ name: 'stock_outs_key', columns: [table.locationId, table.day, table.share] })],
);

type Values<Enumeration extends { enumValues: readonly string[] }> = Enumeration['enumValues'][number];
export type Measure = Values<typeof measure>;
export type DurationKind = Values<typeof durationKind>;
