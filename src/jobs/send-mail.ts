import { composeNoteMail, composeOrderMail, composeWebhookMail, type Composed } from '../mail/compose.ts';
import {
  findDisabledEndpoint,
  findManager,
  findNoteToMail,
  findOrderFacts,
  findRecipient,
} from '../mail/mail.repository.ts';
import { MailRefusedError, type Mail, type Mailer } from '../mail/mailer.ts';
import type { Language } from '../mail/texts.ts';
import { recordNoteMail } from '../notes/commands/record-note-mail.ts';
import type { MailedEvent } from '../write/request-jobs.ts';
import { runCommand } from '../write/run-command.ts';
import { bySystem, type JobServices } from './job-services.ts';

export interface MailServices extends JobServices {
  readonly mailer: Mailer;
  readonly language: Language;
}

export interface OrderMailPayload {
  readonly orderId: string;
  readonly event: MailedEvent;
  readonly occurredAt: string;
}

export interface NoteMailPayload {
  readonly orderId: string;
  readonly noteId: string;
}

export interface WebhookMailPayload {
  readonly endpointId: string;
  /** Of the endpoint when it was disabled. */
  readonly version: number;
  readonly userId: string;
}

/** Tells the customer of an order what has happened to it. A till hands out receipts and tells nobody. */
export async function sendOrderMail(services: MailServices, payload: OrderMailPayload): Promise<void> {
  const { orderId, event, occurredAt } = payload;
  const { read } = services.write.database;
  const order = await findOrderFacts(read, orderId);
  if (!order || order.channel === 'retail_pos') return;
  const key = `${event}.${orderId}.${occurredAt.replace(/\D/g, '')}`;
  await sendToCustomer(services, { orderId, number: order.number, template: event, key }, (name) =>
    composeOrderMail(services.language, event, order, name),
  );
}

/** Sends a note to the customer of its order, and stamps the note once the mail server has taken it. */
export async function sendNoteMail(services: MailServices, { noteId }: NoteMailPayload): Promise<void> {
  const note = await findNoteToMail(services.write.database.read, noteId);
  // Deleted, hidden from the customer, or sent before the worker was killed.
  if (!note) return;
  const about = { orderId: note.orderId, number: note.number, template: 'note', key: `note.${noteId}` };
  const isSent = await sendToCustomer(services, about, (name) =>
    composeNoteMail(services.language, note, name),
  );
  if (!isSent) return;
  await runCommand(services.write, bySystem, recordNoteMail, { noteId });
}

/** Tells one manager that nothing is sent to a webhook endpoint any more. */
export async function sendWebhookMail(services: MailServices, payload: WebhookMailPayload): Promise<void> {
  const { endpointId, version, userId } = payload;
  const { read } = services.write.database;
  const endpoint = await findDisabledEndpoint(read, endpointId, version);
  const to = await findManager(read, userId);
  if (!endpoint || !to) return;
  const template = 'webhookDisabled';
  const composed = composeWebhookMail(services.language, endpoint, to.name);
  const messageKey = `${template}.${endpointId}.${version}.${userId}`;
  const mail: Mail = { template, orderNumber: null, messageKey, to, ...composed };
  await sendUnlessRefused(services, mail, { endpointId });
}

interface About {
  readonly orderId: string;
  readonly number: string;
  readonly template: string;
  readonly key: string;
}

/** True when it was accepted; false where it cannot be sent at all. Throws what may be tried again. */
async function sendToCustomer(
  services: MailServices,
  { orderId, number, template, key }: About,
  compose: (name: string) => Composed,
): Promise<boolean> {
  const { log } = services;
  const to = await findRecipient(services.write.database.read, orderId);
  if (!to) {
    log.info({ template, orderId }, 'no e-mail: the order has no address');
    return false;
  }
  const mail: Mail = { template, orderNumber: number, messageKey: key, to, ...compose(to.name) };
  return sendUnlessRefused(services, mail, { orderId });
}

async function sendUnlessRefused({ mailer, log }: MailServices, mail: Mail, about: object): Promise<boolean> {
  try {
    await mailer.send(mail);
    return true;
  } catch (error) {
    if (!(error instanceof MailRefusedError)) throw error;
    log.warn({ template: mail.template, ...about, reason: error.message }, 'an e-mail was refused for ever');
    return false;
  }
}
