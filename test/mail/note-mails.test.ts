import { afterAll, beforeAll, expect, test } from 'vitest';
import { bySystem } from '../../src/jobs/job-services.ts';
import { openMailer, type Mailer } from '../../src/mail/mailer.ts';
import type { Role } from '../../src/db/tables/enumerations.ts';
import { recordNoteMail } from '../../src/notes/commands/record-note-mail.ts';
import { runCommand } from '../../src/write/run-command.ts';
import { historyOf } from '../setup/command-rules.ts';
import { mutate, placeOrder, stockedVariant, type Stocked } from '../setup/fixtures.ts';
import { startTestServer, startTestWorker, type TestServer } from '../setup/server.ts';
import { expectUnchanged } from '../setup/snapshot.ts';
import { waitUntil } from '../setup/wait-until.ts';
import { startMailServer, type MailServer } from './mail-server.ts';

let mailServer: MailServer;
let mailer: Mailer;
let server: TestServer;
let mug: Stocked;
beforeAll(async () => {
  mailServer = await startMailServer();
  mailer = openMailer({ url: mailServer.url, from: 'laden@shop.example', log: { info() {} } });
  server = await startTestServer();
  mug = await stockedVariant(server, { LONDON: 1_000 });
});
afterAll(async () => {
  await server?.stop();
  mailer?.close();
  await mailServer?.stop();
});

const place = (extra: object = {}) => placeOrder(server, [{ sku: mug.sku, quantity: 1 }], extra);
const fields = 'id isInternal notifyCustomer notifiedAt version';
const add = (role: Role, input: object) =>
  mutate(server.as[role], 'addNote', input, `note { ${fields} } order { id }`);
const noteNow = async (id: string): Promise<any> => {
  const { data } = await server.as.order_manager(`{ note(id: "${id}") { ${fields} } }`);
  return data.note;
};
async function whileWorking(act: () => Promise<void>): Promise<void> {
  const { databaseUrl, database } = server;
  const worker = startTestWorker({ databaseUrl, database, mailer, language: 'de' });
  try {
    await act();
  } finally {
    await worker.stop();
  }
}
const mailsOf = (noteId: string) =>
  mailServer.received.filter(({ headers }) => headers['message-id']![0] === `<note.${noteId}@shop.example>`);

test('a worker that comes late, when another has stamped the note, changes nothing', async () => {
  const order = await place();
  const input = { orderId: order.id, note: 'Soon', isInternal: false, notifyCustomer: true };
  const { note } = await add('customer_service', input);
  await whileWorking(async () => {
    await waitUntil(async () => (await noteNow(note.id)).notifiedAt !== null, 'the note is stamped');
  });
  const write = { database: server.database, wakeListeners() {}, reportFault() {} };
  const again = () => runCommand(write, bySystem, recordNoteMail, { noteId: note.id });
  expect(await expectUnchanged(server, again)).toMatchObject({ result: { noteId: note.id }, userErrors: [] });
});

test('a note is sent to the customer, in the language that is set, and stamped', async () => {
  const order = await place();
  const text = 'Ihr Paket kommt später.\n\n.\nBcc: nobody@evil.example\n日本語 🔔 {number}';
  const { note, userErrors } = await add('customer_service', {
    orderId: order.id,
    note: text,
    isInternal: false,
    notifyCustomer: true,
  });
  expect(userErrors).toEqual([]);
  expect(note).toMatchObject({ notifyCustomer: true, notifiedAt: null, version: 1 });
  await whileWorking(async () => {
    await waitUntil(async () => (await noteNow(note.id)).notifiedAt !== null, 'the note is stamped');
  });
  const [mail, ...others] = mailsOf(note.id);
  expect(others).toEqual([]);
  expect(mail!.to).toEqual(['ada@buyer.example']);
  expect(mail!.headers['subject']).toEqual([`Eine Nachricht zu Ihrer Bestellung ${order.number}`]);
  expect(mail!.headers['bcc']).toBeUndefined();
  expect(mail!.text.trimEnd()).toBe(
    `Guten Tag Ada Buyer,\n\nes gibt eine Nachricht zu Ihrer Bestellung ${order.number}:\n\n${text}\n\nMit freundlichen Grüßen`,
  );
  const history = await historyOf(server, order.id);
  expect(history.at(-1)).toMatchObject({
    action: 'EDITED',
    description: 'The customer was sent a note by e-mail.',
    additionalData: { noteId: note.id },
    performedBy: null,
  });
  expect(await noteNow(note.id)).toMatchObject({ version: 2 });
  expect(JSON.stringify(history)).not.toMatch(/Paket|ada@/);
});

test.each([
  ['one that is hidden again before it was sent', { isInternal: true }],
  ['one that is removed', null],
  ['one without anybody to send it to', 'nobody'],
])('%s is not sent, and the job is done', async (_name, change) => {
  const order = await place(change === 'nobody' ? { customerId: null } : {});
  const input = { orderId: order.id, note: 'Hello', isInternal: false, notifyCustomer: true };
  const { note } = await add('order_manager', input);
  if (change === null)
    await mutate(server.as.order_manager, 'deleteNote', { noteId: note.id }, 'order { id }');
  else if (change !== 'nobody')
    await mutate(
      server.as.order_manager,
      'updateNote',
      { noteId: note.id, ...(change as object) },
      'note { id }',
    );
  await whileWorking(async () => {
    await waitUntil(async () => {
      const [row] = await server.database.read.execute<{ count: number }>(
        `select ((select count(*) from jobs.job_requests) + (select count(*) from graphile_worker.jobs
          where task_identifier = 'sendNoteMail'))::integer as count`,
      );
      return row!.count === 0;
    }, 'the job is done');
  });
  expect(mailsOf(note.id)).toEqual([]);
  if (change !== null) expect(await noteNow(note.id)).toMatchObject({ notifiedAt: null });
});

test.each<[Role, object]>([
  ['order_manager', { isInternal: true }],
  ['order_manager', {}],
  ['customer', { isInternal: false }],
  ['customer', {}],
])('%s, with %j: a note that may not be sent is refused', async (role, more) => {
  const order = await place();
  const answer = await expectUnchanged(server, () =>
    add(role, { orderId: order.id, note: 'Hello', notifyCustomer: true, ...more }),
  );
  expect(answer).toMatchObject({
    note: null,
    userErrors: [{ code: 'VALIDATION', path: ['notifyCustomer'] }],
  });
  const requests = await server.database.read.execute(`select id from jobs.job_requests`);
  expect([...requests]).toEqual([]);
});

test('sent again with its key, it is one note and one e-mail', async () => {
  const order = await place();
  const input = {
    orderId: order.id,
    note: 'Hello',
    isInternal: false,
    notifyCustomer: true,
    idempotencyKey: `key-${order.id}`,
  };
  const [one, two] = await Promise.all([add('order_manager', input), add('order_manager', input)]);
  expect(two).toEqual(one);
  await whileWorking(async () => {
    await waitUntil(async () => (await noteNow(one.note.id)).notifiedAt !== null, 'the note is stamped');
  });
  expect(mailsOf(one.note.id)).toHaveLength(1);
});
