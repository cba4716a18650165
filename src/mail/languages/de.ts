import type { Texts } from '../texts.ts';

export const german: Texts = {
  greeting: { named: 'Guten Tag {name},', nameless: 'Guten Tag,' },
  closing: 'Mit freundlichen Grüßen',
  events: {
    confirmed: {
      subject: 'Ihre Bestellung {number} ist bestätigt',
      body: 'vielen Dank. Wir haben Ihre Bestellung {number} bestätigt:\n\n{items}\n\nGesamtbetrag: {total}',
    },
    shipped: {
      subject: 'Ihre Bestellung {number} ist unterwegs',
      body: 'Ihre Bestellung {number} hat unser Lager verlassen.\n\n{parcels}',
    },
    delivered: {
      subject: 'Ihre Bestellung {number} wurde zugestellt',
      body: 'Ihre Bestellung {number} wurde zugestellt. Sollte etwas nicht stimmen, antworten Sie bitte auf diese Nachricht.',
    },
    cancelled: {
      subject: 'Ihre Bestellung {number} wurde storniert',
      body: 'Ihre Bestellung {number} wurde storniert. Was Sie dafür bezahlt haben, erhalten Sie zurück.',
    },
    refunded: {
      subject: 'Eine Erstattung zu Ihrer Bestellung {number}',
      body: 'wir haben Ihnen zu Ihrer Bestellung {number} Geld zurückgezahlt. Bisher erstattet: {refunded}.',
    },
  },
  note: {
    subject: 'Eine Nachricht zu Ihrer Bestellung {number}',
    body: 'es gibt eine Nachricht zu Ihrer Bestellung {number}:\n\n{note}',
  },
  webhookDisabled: {
    subject: 'An {host} werden keine Ereignisse mehr gesendet',
    body: 'der Webhook-Empfänger {endpointId} bei {host} wurde abgeschaltet: {reason}\n\nNichts ist verloren: Was er nicht angenommen hat, wartet. Unter webhookDeliveries steht, was geschehen ist; mit updateWebhookEndpoint schalten Sie ihn wieder ein.',
    reasons: {
      attempts_exhausted:
        'Alle Versuche, ein Ereignis zuzustellen, sind über mehr als einen Tag gescheitert.',
      gone: 'Er hat mit 410 Gone geantwortet.',
      by_manager: 'Jemand hat ihn abgeschaltet.',
    },
  },
  item: '  {quantity} x {name} ({sku})',
  parcel: '  {carrier}, Sendungsnummer {trackingNumber}',
  pickup: '  Zur Abholung bereit',
};
