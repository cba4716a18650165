import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createTransport } from 'nodemailer';
import type { Recipient } from './mail.repository.ts';

export interface Mail {
  /** What it tells, such as `confirmed`: for the log. */
  readonly template: string;
  /** The order that it is about, if it is about one: for the log. */
  readonly orderNumber: string | null;
  /** The same for the same event: a message that is sent again can be recognised. Letters, digits, dots, hyphens. */
  readonly messageKey: string;
  readonly to: Recipient;
  readonly subject: string;
  readonly text: string;
}

export interface Mailer {
  /** Resolves when the message was accepted. */
  send(mail: Mail): Promise<void>;
  close(): void;
}

/** The address or the message was refused for ever: sending it again is no use. */
export class MailRefusedError extends Error {
  override readonly name = 'MailRefusedError';
}

/** It was not accepted this time. Carries nothing of what the mail server said: that often names the address. */
export class MailNotAcceptedError extends Error {
  override readonly name = 'MailNotAcceptedError';
}

export interface MailerOptions {
  /** `smtp://`, `smtps://` or `file:` with a folder; undefined: what would be sent is only logged. */
  readonly url: string | undefined;
  /** The sender: an address, with a name or without. */
  readonly from: string;
  readonly log: { info(details: object, message: string): void };
}

export function openMailer({ url, from, log }: MailerOptions): Mailer {
  if (url === undefined) return loggingMailer(log);
  if (url.startsWith('file:')) return fileMailer(url.slice('file:'.length), from);
  return smtpMailer(url, from);
}

function loggingMailer(log: MailerOptions['log']): Mailer {
  return {
    send: async ({ template, orderNumber }) => {
      const about = orderNumber === null ? '' : ` for order ${orderNumber}`;
      log.info({ template, orderNumber }, `would send ${template}${about}`);
    },
    close: () => {},
  };
}

/** The fields of a message. Header fields are encoded and folded by the library, which takes line breaks out. */
function messageOf(mail: Mail, from: string) {
  const host = /@([\w.-]+)/.exec(from)?.[1] ?? 'localhost';
  return {
    from,
    to: mail.to,
    subject: mail.subject,
    text: mail.text,
    messageId: `<${mail.messageKey}@${host}>`,
    headers: { 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** One address and nothing else, so that no list of addresses can come in as one. */
function requireOneAddress({ to }: Mail): void {
  if (!/^[^\s@<>,;:"()[\]\\]+@[^\s@<>,;:"()[\]\\]+$/.test(to.address)) {
    throw new MailRefusedError('The address is malformed.');
  }
}

/** Writes each message into a folder, to be looked at. One that is sent again takes the place of the first. */
function fileMailer(folder: string, from: string): Mailer {
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'unix' });
  return {
    async send(mail) {
      requireOneAddress(mail);
      const { message } = await transport.sendMail(messageOf(mail, from));
      await mkdir(folder, { recursive: true });
      const file = path.join(folder, `${mail.messageKey}.eml`);
      await writeFile(`${file}.part`, message as Buffer, { mode: 0o600 });
      await rename(`${file}.part`, file);
    },
    close: () => transport.close(),
  };
}

const connectionTimeoutMs = 5_000;
const silenceTimeoutMs = 10_000;

function smtpMailer(url: string, from: string): Mailer {
  const transport = createTransport({
    url,
    connectionTimeout: connectionTimeoutMs,
    greetingTimeout: connectionTimeoutMs,
    socketTimeout: silenceTimeoutMs,
    dnsTimeout: connectionTimeoutMs,
  });
  return {
    async send(mail) {
      requireOneAddress(mail);
      try {
        await transport.sendMail(messageOf(mail, from));
      } catch (error) {
        throw judge(error as SmtpFailure);
      }
    },
    close: () => transport.close(),
  };
}

interface SmtpFailure {
  /** The library's word for what failed, such as `ECONNECTION`. */
  readonly code?: string;
  /** What the server answered, such as 550. */
  readonly responseCode?: number;
  /** The command that it answered, such as `RCPT TO`. */
  readonly command?: string;
}

/**
 * A 5xx to the recipient or to the content is for ever. To anything else, such as signing in or the sender, it is a
 * fault of the configuration: mended, the same message goes.
 */
function judge({ code, responseCode, command }: SmtpFailure): Error {
  const words = [code, command, responseCode].filter((word) => word !== undefined).join(' ');
  const isForEver =
    (responseCode !== undefined && responseCode >= 500 && ['RCPT TO', 'DATA'].includes(command ?? '')) ||
    (code === 'EENVELOPE' && command === 'API');
  const message = `The mail server did not accept it (${words}).`;
  return isForEver ? new MailRefusedError(message) : new MailNotAcceptedError(message);
}
