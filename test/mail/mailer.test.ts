import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { composeOrderMail, oneLine } from '../../src/mail/compose.ts';
import type { OrderFacts } from '../../src/mail/mail.repository.ts';
import { MailNotAcceptedError, MailRefusedError, openMailer, type Mail } from '../../src/mail/mailer.ts';
import { languageCodes, languages, type Language, type Texts } from '../../src/mail/texts.ts';
import { mailedEvents } from '../../src/write/request-jobs.ts';
import { startMailServer } from './mail-server.ts';
import { parseMail } from './parse.ts';

const mail: Mail = {
  template: 'confirmed',
  orderNumber: 'ORD-20261123-0001',
  messageKey: 'confirmed.42',
  to: { name: 'Ünï "The" Buyer', address: 'ada@buyer.example' },
  subject: 'Straße\r\nBcc: mallory@evil.example 🎁',
  text: 'Für Sie.\n',
};
const from = 'The shop <orders@shop.example>';
const log = { info() {} };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'mails-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('without a mail server it is only logged, without the address', async () => {
  const lines: unknown[] = [];
  const mailer = openMailer({ url: undefined, from, log: { info: (...line) => lines.push(line) } });
  await mailer.send(mail);
  expect(lines).toEqual([
    [
      { template: 'confirmed', orderNumber: 'ORD-20261123-0001' },
      'would send confirmed for order ORD-20261123-0001',
    ],
  ]);
});

test('into a folder: a file a message, and a repeated one takes the place of the first', async () => {
  const target = path.join(folder, 'out', 'mails');
  const mailer = openMailer({ url: `file:${target}`, from, log });
  await mailer.send(mail);
  await mailer.send({ ...mail, text: 'Noch einmal.\n' });
  expect(await readdir(target)).toEqual(['confirmed.42.eml']);
  const file = path.join(target, 'confirmed.42.eml');
  expect((await stat(file)).mode & 0o077).toBe(0);
  const { headers, text } = parseMail(await readFile(file, 'utf8'));
  expect(text).toBe('Noch einmal.\n');
  expect(headers['message-id']).toEqual(['<confirmed.42@shop.example>']);
  expect(headers['subject']).toEqual([expect.stringMatching(/^Straße\s+Bcc: mallory@evil\.example 🎁$/)]);
  expect(headers['bcc']).toBeUndefined();
  expect(headers['to']![0]).toContain('ada@buyer.example');
});

describe('a mail server that answers with', () => {
  test.each([
    [450, MailNotAcceptedError],
    [452, MailNotAcceptedError],
    [550, MailRefusedError],
    [553, MailRefusedError],
  ])('%i to the recipient', async (code, type) => {
    const mailServer = await startMailServer({ refuse: () => code });
    const mailer = openMailer({ url: mailServer.url, from, log });
    try {
      const error: Error = await mailer.send(mail).then(
        () => expect.fail('It was accepted.'),
        (thrown: Error) => thrown,
      );
      expect(error).toBeInstanceOf(type);
      expect(error.message).toContain(String(code));
      expect(error.message).not.toContain('ada');
    } finally {
      mailer.close();
      await mailServer.stop();
    }
  });

  test('nothing, since there is none', async () => {
    const mailServer = await startMailServer();
    await mailServer.stop();
    const mailer = openMailer({ url: mailServer.url, from, log });
    await expect(mailer.send(mail)).rejects.toBeInstanceOf(MailNotAcceptedError);
    mailer.close();
  });
});

const order: OrderFacts = {
  number: 'ORD-20261123-0001',
  channel: 'ecommerce',
  currency: 'GBP',
  totalMinor: 123_456,
  refundedMinor: 50,
  items: [{ sku: 'MUG', name: 'A {number} mug', quantity: 2 }],
  parcels: [
    { carrier: 'DPD', trackingNumber: 'T-1' },
    { carrier: 'PICKUP', trackingNumber: null },
  ],
};

describe.each(languageCodes)('the texts in %s', (language: Language) => {
  test.each(mailedEvents)('%s: every place is filled', (event) => {
    const { subject, text } = composeOrderMail(language, event, { ...order, items: [] }, 'Ada');
    expect(`${subject}${text}`).not.toMatch(/[{}]|undefined|null/);
    expect(subject).toContain(order.number);
    expect(text).toContain('Ada');
  });

  test('have the places of the English ones, and other words', () => {
    const places = (texts: Texts): string[] =>
      JSON.stringify(texts)
        .match(/\{\w+\}/g)!
        .toSorted();
    expect(places(languages[language])).toEqual(places(languages.en));
    if (language !== 'en') expect(languages[language].closing).not.toBe(languages.en.closing);
  });
});

test('amounts are exact, in the currency and the language', () => {
  const german = composeOrderMail('de', 'confirmed', { ...order, currency: 'EUR' }, '');
  expect(german.text).toMatch(/Gesamtbetrag: 1\.234,56\s€/);
  expect(german.text).toContain('Guten Tag,\n');
  expect(composeOrderMail('en', 'refunded', { ...order, currency: 'JPY' }, '').text).toContain('¥50');
  const large = { ...order, totalMinor: 9_007_199_254_740_991 };
  expect(composeOrderMail('en', 'confirmed', large, '').text).toContain('£90,071,992,547,409.91');
});

test('a value is not read as a text with places', () => {
  expect(composeOrderMail('en', 'confirmed', order, '{total}').text).toMatch(
    /Hello \{total\},[^]*A \{number\} mug/,
  );
  expect(oneLine(`a\r\n\tb\u0000c${'x'.repeat(300)}`)).toHaveLength(200);
  expect(oneLine('a\r\n\tb\u0000c')).toBe('a b c');
});
