import type { OrderHistoryAction } from '../db/tables/enumerations.ts';

/**
 * Every word of the timeline, in one place for translators. In braces: {by} who did it, {fulfillment} its number,
 * {from} and {to} the statuses, {description} the sentence of the audit trail, {shipments} carriers with tracking
 * numbers.
 */
interface TimelineTexts {
  readonly title: string;
  /** For the customer, who is not told who did it. Only of what customers see; see `publicActions`. */
  readonly customer?: string;
  readonly staff: string;
  /** Where it is about one fulfillment and not about the whole order. */
  readonly fulfillment?: string;
}

export const timelineTexts: Readonly<Record<OrderHistoryAction, TimelineTexts>> = {
  created: {
    title: 'Order placed',
    customer: 'We have received your order.',
    staff: '{by} placed the order.',
  },
  confirmed: {
    title: 'Order confirmed',
    customer: 'We have confirmed your order.',
    staff: '{by} confirmed the order.',
  },
  payment_received: {
    title: 'Payment received',
    customer: 'We have received your payment.',
    staff: '{by} recorded a payment.',
  },
  payment_failed: {
    title: 'Payment failed',
    customer: 'A payment did not go through.',
    staff: '{by} recorded that a payment failed.',
  },
  processing_started: {
    title: 'In preparation',
    customer: 'We have begun to prepare your order.',
    staff: '{by} began to work on the order.',
  },
  packed: {
    title: 'Packed',
    customer: 'We have packed your order.',
    staff: 'The whole order is packed; {by} packed the last of it.',
    fulfillment: '{by} packed fulfillment {fulfillment}.',
  },
  shipped: {
    title: 'Shipped',
    customer: 'We have shipped your order.',
    staff: 'The whole order is shipped; {by} shipped the last of it.',
    fulfillment: '{by} shipped fulfillment {fulfillment}.',
  },
  delivered: {
    title: 'Delivered',
    customer: 'Your order was delivered.',
    staff: 'The whole order was delivered; {by} recorded it.',
    fulfillment: '{by} recorded that fulfillment {fulfillment} was delivered.',
  },
  cancelled: {
    title: 'Cancelled',
    customer: 'Your order was cancelled.',
    staff: '{by} cancelled the order.',
    fulfillment: '{by} cancelled fulfillment {fulfillment}.',
  },
  refunded: {
    title: 'Refunded',
    customer: 'We have sent money back to you.',
    staff: '{by} recorded a refund.',
  },
  return_requested: {
    title: 'Return requested',
    customer: 'A return was requested.',
    staff: '{by} requested a return.',
  },
  returned: {
    title: 'Returned',
    customer: 'We have received what you returned.',
    staff: '{by} recorded that goods came back.',
  },
  status_changed: {
    title: 'Status changed',
    staff: '{by} moved the order from {from} to {to}.',
    fulfillment: '{by} moved fulfillment {fulfillment} from {from} to {to}.',
  },
  note_added: { title: 'Note added', staff: '{by} added a note.' },
  edited: { title: 'Order edited', staff: '{by}: {description}', fulfillment: '{by}: {description}' },
  assigned: { title: 'Assigned', staff: '{by}: {description}', fulfillment: '{by}: {description}' },
  inventory_reserved: { title: 'Stock reserved', staff: '{by} reserved stock for the order.' },
  inventory_released: { title: 'Reservation released', staff: '{by} released reserved stock.' },
};

/** Where a status was recorded that did not change, or that did not exist before, the audit trail says it better. */
export const sameStatusText = '{by}: {description}';
export const trackingText = ' Tracking: {shipments}.';
export const shipmentText = '{carrier} {tracking}';
export const systemName = 'The system';

/** A status in words: ready_to_ship is "ready to ship". A language of its own needs its own words here. */
export function statusWords(status: string | null): string {
  return (status ?? '').replaceAll('_', ' ');
}

/** Puts the values into the braces. */
export function fillIn(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
}
