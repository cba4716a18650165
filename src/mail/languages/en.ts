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
  item: '  {quantity} x {name} ({sku})',
  parcel: '  {carrier}, tracking number {trackingNumber}',
  pickup: '  Ready to be collected',
};
