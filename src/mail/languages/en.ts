import type { Texts } from '../texts.ts';

export const english: Texts = {
  greeting: { named: 'Hello {name},', nameless: 'Hello,' },
  closing: 'Kind regards',
  events: {
    confirmed: {
      subject: 'Your order {number} is confirmed',
      body: 'thank you. We have confirmed your order {number}:\n\n{items}\n\nTotal: {total}',
    },
    shipped: {
      subject: 'Your order {number} is on its way',
      body: 'your order {number} has left our warehouse.\n\n{parcels}',
    },
    delivered: {
      subject: 'Your order {number} was delivered',
      body: 'your order {number} was delivered. If anything is not right, answer this message.',
    },
    cancelled: {
      subject: 'Your order {number} was cancelled',
      body: 'your order {number} was cancelled. What you have paid for it will be returned to you.',
    },
    refunded: {
      subject: 'A refund for your order {number}',
      body: 'we have sent money back for your order {number}. Refunded so far: {refunded}.',
    },
  },
  note: {
    subject: 'A message about your order {number}',
    body: 'there is a message about your order {number}:\n\n{note}',
  },
  webhookDisabled: {
    subject: 'Events are no longer sent to {host}',
    body: 'the webhook endpoint {endpointId} at {host} was disabled: {reason}\n\nNothing is lost: what it has not taken waits. Look at webhookDeliveries for what went wrong, and enable it again with updateWebhookEndpoint.',
    reasons: {
      attempts_exhausted: 'all attempts to deliver an event have failed, over more than a day.',
      gone: 'it has answered 410 Gone.',
      by_manager: 'somebody has switched it off.',
    },
  },
  item: '  {quantity} x {name} ({sku})',
  parcel: '  {carrier}, tracking number {trackingNumber}',
  pickup: '  Ready to be collected',
};
