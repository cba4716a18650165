import { minorUnitDigits } from '../shared/money.ts';
import type { MailedEvent } from '../write/request-jobs.ts';
import type { DisabledEndpoint, OrderFacts } from './mail.repository.ts';
import { languages, type Language, type Texts } from './texts.ts';

export interface Composed {
  readonly subject: string;
  readonly text: string;
}

/** Puts values in the places of `{word}`. A value is never read as a text with places of its own. */
function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (place, word: string) => values[word] ?? place);
}

/** One line without control characters, of a length that a subject or a greeting bears. */
export function oneLine(text: string): string {
  return text
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, 200);
}

function amount(language: Language, minor: number, currency: string): string {
  // A decimal text, which the formatter takes as it is: an amount never passes through a float.
  const decimal = `${minor}E-${minorUnitDigits(currency)}` as `${number}`;
  return new Intl.NumberFormat(language, { style: 'currency', currency }).format(decimal);
}

function letter(texts: Texts, name: string, body: string): string {
  const { named, nameless } = texts.greeting;
  const greeting = oneLine(name) === '' ? nameless : fill(named, { name: oneLine(name) });
  return `${greeting}\n\n${body}\n\n${texts.closing}\n`;
}

function parcelLine(texts: Texts, parcel: OrderFacts['parcels'][number]): string {
  const { carrier, trackingNumber } = parcel;
  if (carrier === null || trackingNumber === null) return texts.pickup;
  return fill(texts.parcel, { carrier: oneLine(carrier), trackingNumber: oneLine(trackingNumber) });
}

export function composeOrderMail(
  language: Language,
  event: MailedEvent,
  order: OrderFacts,
  name: string,
): Composed {
  const texts: Texts = languages[language];
  const { subject, body } = texts.events[event];
  const values = {
    number: order.number,
    items: order.items
      .map((item) =>
        fill(texts.item, { quantity: String(item.quantity), name: oneLine(item.name), sku: item.sku }),
      )
      .join('\n'),
    parcels: order.parcels.map((parcel) => parcelLine(texts, parcel)).join('\n'),
    total: amount(language, order.totalMinor, order.currency),
    refunded: amount(language, order.refundedMinor, order.currency),
  };
  return { subject: fill(subject, values), text: letter(texts, name, fill(body, values)) };
}

export function composeNoteMail(
  language: Language,
  note: { readonly number: string; readonly note: string },
  name: string,
): Composed {
  const texts: Texts = languages[language];
  const values = { number: note.number, note: note.note };
  return {
    subject: fill(texts.note.subject, values),
    text: letter(texts, name, fill(texts.note.body, values)),
  };
}

/** Of the address only the host: what comes after it may be a secret of the receiver. */
export function composeWebhookMail(language: Language, endpoint: DisabledEndpoint, name: string): Composed {
  const texts: Texts = languages[language];
  const { subject, body, reasons } = texts.webhookDisabled;
  const { id: endpointId, reason } = endpoint;
  const values = { endpointId, host: new URL(endpoint.url).host, reason: reasons[reason] };
  return { subject: fill(subject, values), text: letter(texts, name, fill(body, values)) };
}
