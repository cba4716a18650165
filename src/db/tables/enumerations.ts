import { pgEnum } from 'drizzle-orm/pg-core';

/** The closed enumerations of the specification. GraphQL shows the same words in UPPER_CASE. */
export const role = pgEnum('role', ['order_manager', 'warehouse_staff', 'customer_service', 'customer']);
export const customerKind = pgEnum('customer_kind', ['wholesale', 'retail', 'online']);
export const channel = pgEnum('channel', ['wholesale', 'retail_pos', 'ecommerce']);
export const orderPriority = pgEnum('order_priority', ['low', 'normal', 'high', 'urgent']);
export const orderStatus = pgEnum('order_status', [
  'pending',
  'confirmed',
  'processing',
  'packed',
  'shipped',
  'delivered',
  'completed',
  'return_requested',
  'returned',
  'refunded',
  'cancelled',
]);
export const paymentState = pgEnum('payment_state', [
  'unpaid',
  'partially_paid',
  'paid',
  'partially_refunded',
  'refunded',
  'failed',
]);
export const fulfillmentState = pgEnum('fulfillment_state', [
  'unfulfilled',
  'partially_fulfilled',
  'fulfilled',
]);
export const orderHistoryAction = pgEnum('order_history_action', [
  'created',
  'confirmed',
  'payment_received',
  'processing_started',
  'packed',
  'shipped',
  'delivered',
  'cancelled',
  'refunded',
  'status_changed',
  'note_added',
  'payment_failed',
  'return_requested',
  'returned',
  'edited',
  'assigned',
  'inventory_reserved',
  'inventory_released',
]);
export const fulfillmentStatus = pgEnum('fulfillment_status', [
  'pending',
  'picking',
  'packing',
  'ready_to_ship',
  'shipped',
  'partially_fulfilled',
  'fulfilled',
  'cancelled',
]);
export const stockMovementReason = pgEnum('stock_movement_reason', [
  'received',
  'adjusted',
  'transferred',
  'reserved',
  'released',
  'expired',
  'shipped',
  'sold',
  'returned',
]);
export const reservationReleaseReason = pgEnum('reservation_release_reason', [
  'released',
  'order_cancelled',
  'fulfillment_cancelled',
  'short_pick',
  'expired',
]);
export const paymentKind = pgEnum('payment_kind', ['payment', 'refund']);
export const paymentMethod = pgEnum('payment_method', ['cash', 'card', 'transfer', 'provider']);
export const paymentProvider = pgEnum('payment_provider', ['manual', 'stripe']);
export const paymentResult = pgEnum('payment_result', ['pending', 'succeeded', 'failed']);
export const returnStatus = pgEnum('return_status', [
  'requested',
  'approved',
  'rejected',
  'received',
  'refunded',
]);
export const returnDisposition = pgEnum('return_disposition', ['restock', 'write_off']);
export const webhookDeliveryStatus = pgEnum('webhook_delivery_status', ['pending', 'delivered', 'failed']);
export const webhookDisabledReason = pgEnum('webhook_disabled_reason', [
  'attempts_exhausted',
  'gone',
  'by_manager',
]);

type Values<Enumeration extends { enumValues: readonly string[] }> = Enumeration['enumValues'][number];
export type Role = Values<typeof role>;
export type CustomerKind = Values<typeof customerKind>;
export type Channel = Values<typeof channel>;
export type OrderStatus = Values<typeof orderStatus>;
export type OrderHistoryAction = Values<typeof orderHistoryAction>;
export type FulfillmentStatus = Values<typeof fulfillmentStatus>;
export type StockMovementReason = Values<typeof stockMovementReason>;
export type PaymentMethod = Values<typeof paymentMethod>;
export type PaymentProviderName = Values<typeof paymentProvider>;
export type PaymentResult = Values<typeof paymentResult>;
export type ReservationReleaseReason = Values<typeof reservationReleaseReason>;
export type ReturnStatus = Values<typeof returnStatus>;
export type ReturnDisposition = Values<typeof returnDisposition>;
export type WebhookDeliveryStatus = Values<typeof webhookDeliveryStatus>;
export type WebhookDisabledReason = Values<typeof webhookDisabledReason>;
