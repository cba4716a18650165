import { sql } from 'drizzle-orm';
import { boolean, check, index, integer, jsonb, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core';
import { createdAt, identifier, instant, minorUnits, updatedAt } from '../columns.ts';
import { productVariants } from './catalog.ts';
import { customers } from './customers.ts';
import { channel, fulfillmentState, orderPriority, orderStatus, paymentState } from './enumerations.ts';
import { users } from './users.ts';

export interface PostalAddress {
  name?: string | null;
  company?: string | null;
  line1: string;
  line2?: string | null;
  city: string;
  region?: string | null;
  postalCode?: string | null;
  /** As the channel gives it: an ISO 3166 code or a country's name. */
  country: string;
}

export const orders = pgTable(
  'orders',
  {
    id: identifier(),
    number: text('number').notNull().unique('orders_number_unique'),
    channel: channel('channel').notNull(),
    externalReference: text('external_reference'),
    status: orderStatus('status').notNull().default('pending'),
    customerId: uuid('customer_id').references(() => customers.id, { onDelete: 'restrict' }),
    /** Of a guest: who ordered without being a customer. */
    contactName: text('contact_name'),
    contactEmail: text('contact_email'),
    contactPhone: text('contact_phone'),
    currency: text('currency').notNull(),
    subtotalMinor: minorUnits('subtotal_minor').notNull(),
    discountMinor: minorUnits('discount_minor').notNull().default(0),
    /** Where the discount is a part of the goods: how much, so that it follows when they change. */
    discountBasisPoints: integer('discount_basis_points'),
    taxMinor: minorUnits('tax_minor').notNull().default(0),
    shippingMinor: minorUnits('shipping_minor').notNull().default(0),
    totalMinor: minorUnits('total_minor').notNull(),
    /** What came in and went back, kept by the payment commands under the order's lock. */
    paidMinor: minorUnits('paid_minor').notNull().default(0),
    refundedMinor: minorUnits('refunded_minor').notNull().default(0),
    lastPaymentFailed: boolean('last_payment_failed').notNull().default(false),
    /** Units of goods to fulfil (without what was cancelled) and units shipped. */
    unitsOrdered: integer('units_ordered').notNull(),
    unitsFulfilled: integer('units_fulfilled').notNull().default(0),
    /** Derived by the database, so that it can be filtered and never be set wrong. */
    paymentState: paymentState('payment_state')
      .notNull()
      .generatedAlwaysAs(
        sql`case
          when refunded_minor > 0 and refunded_minor >= paid_minor then 'refunded'::payment_state
          when refunded_minor > 0 then 'partially_refunded'::payment_state
          when paid_minor >= total_minor then 'paid'::payment_state
          when paid_minor > 0 then 'partially_paid'::payment_state
          when last_payment_failed then 'failed'::payment_state
          else 'unpaid'::payment_state end`,
      ),
    fulfillmentState: fulfillmentState('fulfillment_state')
      .notNull()
      .generatedAlwaysAs(
        sql`case
          when units_fulfilled = 0 then 'unfulfilled'::fulfillment_state
          when units_fulfilled < units_ordered then 'partially_fulfilled'::fulfillment_state
          else 'fulfilled'::fulfillment_state end`,
      ),
    shippingAddress: jsonb('shipping_address').$type<PostalAddress>(),
    billingAddress: jsonb('billing_address').$type<PostalAddress>(),
    assignedToId: uuid('assigned_to_id').references(() => users.id, { onDelete: 'set null' }),
    priority: orderPriority('priority').notNull().default('normal'),
    tags: text('tags')
      .array()
      .notNull()
      .default(sql`'{}'`),
    holdReason: text('hold_reason'),
    heldAt: instant('held_at'),
    heldById: uuid('held_by_id').references(() => users.id, { onDelete: 'set null' }),
    cancelReason: text('cancel_reason'),
    promisedShipAt: instant('promised_ship_at'),
    confirmedAt: instant('confirmed_at'),
    processingStartedAt: instant('processing_started_at'),
    packedAt: instant('packed_at'),
    shippedAt: instant('shipped_at'),
    deliveredAt: instant('delivered_at'),
    completedAt: instant('completed_at'),
    cancelledAt: instant('cancelled_at'),
    /** Set in the archive alone, which has tables of its own: docs/decisions/0009-archive.md. */
    archivedAt: instant('archived_at'),
    version: integer('version').notNull().default(1),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    unique('orders_channel_external_reference_unique').on(table.channel, table.externalReference),
    index('orders_created_at').on(table.createdAt, table.id),
    index('orders_updated_at').on(table.updatedAt, table.id),
    index('orders_total').on(table.totalMinor, table.id),
    index('orders_promised_ship_at').on(table.promisedShipAt, table.id),
    index('orders_priority').on(table.priority, table.id),
    index('orders_status').on(table.status, table.createdAt, table.id),
    index('orders_channel').on(table.channel, table.createdAt, table.id),
    index('orders_customer').on(table.customerId, table.createdAt, table.id),
    index('orders_assigned_to').on(table.assignedToId, table.createdAt, table.id),
    index('orders_payment_state').on(table.paymentState, table.createdAt, table.id),
    index('orders_fulfillment_state').on(table.fulfillmentState, table.createdAt, table.id),
    index('orders_shipped_at')
      .on(table.shippedAt, table.id)
      .where(sql`shipped_at is not null`),
    index('orders_delivered_at')
      .on(table.deliveredAt, table.id)
      .where(sql`delivered_at is not null`),
    /** Of the newest orders none has been delivered yet. */
    index('orders_delivered_created')
      .on(table.createdAt, table.id)
      .where(sql`delivered_at is not null`),
    /** Exceptions, so that what is asked of these moments can be looked for among the orders that came before. */
    index('orders_promised_before_created')
      .on(table.promisedShipAt, table.createdAt)
      .where(sql`promised_ship_at < created_at`),
    index('orders_shipped_before_created')
      .on(table.shippedAt, table.createdAt)
      .where(sql`shipped_at < created_at`),
    index('orders_delivered_before_created')
      .on(table.deliveredAt, table.createdAt)
      .where(sql`delivered_at < created_at`),
    index('orders_held')
      .on(table.createdAt, table.id)
      .where(sql`held_at is not null`),
    /** Whatever may still be late: what is done is many times as much. */
    index('orders_open_created')
      .on(table.createdAt, table.id)
      .where(sql`status in ('pending', 'confirmed', 'processing', 'packed')`),
    index('orders_open_promised')
      .on(table.promisedShipAt, table.id)
      .where(sql`status in ('pending', 'confirmed', 'processing', 'packed')`),
    /** What is to be picked first. */
    index('orders_open_urgent')
      .on(table.priority.desc().nullsFirst(), table.promisedShipAt, table.id.desc().nullsFirst())
      .where(sql`status in ('pending', 'confirmed', 'processing', 'packed')`),
    /** The dearest of all are done long ago: their index would be walked for long before it comes to one that is open. */
    index('orders_open_total')
      .on(table.totalMinor, table.id)
      .where(sql`status in ('pending', 'confirmed', 'processing', 'packed')`),
    index('orders_tags').using('gin', table.tags),
    check(
      'orders_total_adds_up',
      sql`total_minor = subtotal_minor - discount_minor + tax_minor + shipping_minor`,
    ),
    check('orders_refund_within_payment', sql`0 <= refunded_minor and refunded_minor <= paid_minor`),
    check('orders_discount_basis_points', sql`discount_basis_points between 0 and 10000`),
    check(
      'orders_contact_of_guests',
      sql`customer_id is null or num_nonnulls(contact_name, contact_email, contact_phone) = 0`,
    ),
    check('orders_units', sql`0 <= units_fulfilled and units_fulfilled <= units_ordered`),
    check('orders_currency_form', sql`currency ~ '^[A-Z]{3}$'`),
    check('orders_hold_complete', sql`(hold_reason is null) = (held_at is null)`),
    // So that the orders of a variant can be walked by age in the index of its items, which has their ids.
    check(
      'orders_id_tells_time',
      sql`abs(extract(epoch from created_at) * 1000 - uuid_v7_ms(id)) <= 7200000`,
    ),
  ],
);

export const orderItems = pgTable(
  'order_items',
  {
    id: identifier(),
    orderId: uuid('order_id')
      .notNull()
      .references(() => orders.id, { onDelete: 'cascade' }),
    /** The line's place in the order, from 1. */
    position: integer('position').notNull(),
    variantId: uuid('variant_id')
      .notNull()
      .references(() => productVariants.id, { onDelete: 'restrict' }),
    /** SKU and name as sold; the variant's own may change later. */
    sku: text('sku').notNull(),
    name: text('name').notNull(),
    quantity: integer('quantity').notNull(),
    unitPriceMinor: minorUnits('unit_price_minor').notNull(),
    discountMinor: minorUnits('discount_minor').notNull().default(0),
    taxMinor: minorUnits('tax_minor').notNull().default(0),
    totalMinor: minorUnits('total_minor').notNull(),
    quantityFulfilled: integer('quantity_fulfilled').notNull().default(0),
    quantityCancelled: integer('quantity_cancelled').notNull().default(0),
    quantityReturned: integer('quantity_returned').notNull().default(0),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    unique('order_items_order_position_unique').on(table.orderId, table.position),
    // With the order, so that whether an order has a variant is told by the index alone.
    index('order_items_variant_order').on(table.variantId, table.orderId),
    // None is left of a line that was taken out.
    check('order_items_quantity_not_negative', sql`quantity >= 0`),
    check(
      'order_items_quantities',
      sql`quantity_fulfilled >= 0 and quantity_cancelled >= 0 and quantity_returned >= 0
        and quantity_fulfilled + quantity_cancelled <= quantity and quantity_returned <= quantity_fulfilled`,
    ),
    check(
      'order_items_total_adds_up',
      sql`total_minor = quantity * unit_price_minor - discount_minor + tax_minor`,
    ),
  ],
);
