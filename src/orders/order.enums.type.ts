import type * as database from '../db/tables/enumerations.ts';
import { enumType } from '../graphql/enum-type.ts';

export const OrderStatus = enumType('OrderStatus', 'Where an order stands.', {
  pending: 'Placed; its stock is reserved.',
  confirmed: 'Accepted; its fulfillments wait to be picked.',
  processing: 'Being picked or packed.',
  packed: 'Everything is packed and waits for the carrier.',
  shipped: 'Everything is on its way.',
  delivered: 'Everything has arrived.',
  completed: 'Done.',
  return_requested: 'The customer wants to send something back.',
  returned: 'What was to come back has come back.',
  refunded: 'Paid back in full.',
  cancelled: 'Ended before anything was shipped; its stock is free again.',
});
export type OrderStatus = database.OrderStatus;

export const Channel = enumType('Channel', 'The sales channel.', {
  wholesale: 'Business to business.',
  retail_pos: 'The till of a shop.',
  ecommerce: 'A web shop.',
});
export type Channel = database.Channel;

export const PaymentState = enumType('PaymentState', 'What was paid of an order; derived, never set.', {
  unpaid: 'Nothing yet.',
  partially_paid: 'Less than the total.',
  paid: 'The total or more.',
  partially_refunded: 'Some of what was paid went back.',
  refunded: 'All that was paid went back.',
  failed: 'The last payment failed, and nothing was paid.',
});
export type PaymentState = (typeof database.paymentState.enumValues)[number];

export const FulfillmentState = enumType(
  'FulfillmentState',
  'What was shipped of an order; derived, never set.',
  {
    unfulfilled: 'Nothing yet.',
    partially_fulfilled: 'Some units.',
    fulfilled: 'Every unit.',
  },
);
export type FulfillmentState = (typeof database.fulfillmentState.enumValues)[number];

export const OrderPriority = enumType('OrderPriority', 'How urgent an order is.', {
  low: 'After all others.',
  normal: 'In the order of arrival.',
  high: 'Before normal ones.',
  urgent: 'First.',
});
export type OrderPriority = (typeof database.orderPriority.enumValues)[number];

export const OrderHistoryAction = enumType('OrderHistoryAction', 'What happened to an order.', {
  created: 'The order was placed.',
  confirmed: 'The order was accepted.',
  payment_received: 'A payment came in.',
  processing_started: 'The first picking started.',
  packed: 'A fulfillment, or the whole order, was packed.',
  shipped: 'A fulfillment, or the whole order, was shipped.',
  delivered: 'A fulfillment, or the whole order, arrived.',
  cancelled: 'The order or a fulfillment was cancelled.',
  refunded: 'Money went back.',
  status_changed: 'The status changed in a way that has no word of its own.',
  note_added: 'A note was added.',
  payment_failed: 'A payment failed.',
  return_requested: 'A return was requested.',
  returned: 'Goods came back.',
  edited: 'Something was changed that is no status.',
  assigned: 'Somebody was put in charge.',
  inventory_reserved: 'Stock was reserved.',
  inventory_released: 'Reserved stock was given back.',
});
export type OrderHistoryAction = database.OrderHistoryAction;
