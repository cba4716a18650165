import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openMailer, type Mailer } from '../../src/mail/mailer.ts';
import { confirmedOrder, mutate, placeOrder, stockedVariant, work, type Stocked } from '../setup/fixtures.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { waitUntil } from '../setup/wait-until.ts';
import { startMailServer, type MailServer, type ReceivedMail } from './mail-server.ts';

const refused = 'gone@refused.example';
let mailServer: MailServer;
let mailer: Mailer;
let server: TestServer;
let mug: Stocked;
beforeAll(async () => {
  mailServer = await startMailServer({ refuse: (address) => (address === refused ? 550 : undefined) });
  mailer = openMailer({ url: mailServer.url, from: 'The shop <orders@shop.example>', log: { info() {} } });
  server = await startTestServer({ worker: { mailer } });
  mug = await stockedVariant(server, { LONDON: 1_000 });
});
afterAll(async () => {
  await server?.stop();
  mailer?.close();
  await mailServer?.stop();
});

const lines = (quantity = 1) => [{ sku: mug.sku, quantity }];
const subjectsFor = (number: string): string[] =>
  mailServer.received
    .filter(({ headers }) => headers['subject']![0]!.includes(number))
    .map(({ headers }) => headers['subject']![0]!);
async function mailAbout(number: string, words: RegExp): Promise<ReceivedMail> {
  const find = () =>
    mailServer.received.find(
      ({ headers }) => headers['subject']![0]!.includes(number) && words.test(headers['subject']![0]!),
    );
  await waitUntil(() => find() !== undefined, `the mail ${String(words)} about ${number} arrives`);
  return find()!;
}
/** All that was asked for has been worked on, or has failed. */
async function idle(): Promise<void> {
  await waitUntil(async () => {
    const [row] = await server.database.read.execute<{ count: number }>(sql`
      select ((select count(*) from jobs.job_requests) + (select count(*) from graphile_worker.jobs
        where task_identifier like 'send%' and attempts = 0 or locked_at is not null))::integer as count`);
    return row!.count === 0;
  }, 'the queue is empty');
}
const customerNamed = (name: string, email: string | null): Promise<string> =>
  server.database.transaction(async (transaction) => {
    const [row] = await transaction.execute<{ id: string }>(sql`
      insert into customers (name, email, kind) values (${name}, ${email}, 'online') returning id`);
    return row!.id;
  });

test('from the confirmation to the delivery, each event is told once, in the words of its template', async () => {
  const order = await confirmedOrder(server, lines(3));
  const confirmed = await mailAbout(order.number, /confirmed/);
  expect(confirmed.to).toEqual(['ada@buyer.example']);
  expect(confirmed.headers).toMatchObject({
    from: ['The shop <orders@shop.example>'],
    to: ['Ada Buyer <ada@buyer.example>'],
    subject: [`Your order ${order.number} is confirmed`],
    'auto-submitted': ['auto-generated'],
    'message-id': [expect.stringMatching(new RegExp(`^<confirmed\\.${order.id}\\.\\d+@shop\\.example>$`))],
  });
  expect(confirmed.text).toContain('Hello Ada Buyer,');
  expect(confirmed.text).toContain(`  3 x Product ${mug.sku} (${mug.sku})\n\nTotal: £7.50`);

  await work(server, order.fulfillments[0]!.id, 'deliverFulfillment');
  const shipped = await mailAbout(order.number, /on its way/);
  expect(shipped.text).toContain('  DPD, tracking number T-1');
  await mailAbout(order.number, /was delivered/);
  await idle();
  expect(subjectsFor(order.number).toSorted()).toEqual([
    `Your order ${order.number} is confirmed`,
    `Your order ${order.number} is on its way`,
    `Your order ${order.number} was delivered`,
  ]);
});

test('a cancelled order is told of; one that is only placed, or refused, is not', async () => {
  const order = await placeOrder(server, lines());
  const again = { orderId: order.id, expectedVersion: 99 };
  const refusal = await mutate(server.as.order_manager, 'cancelOrder', again, 'order { id }');
  expect(refusal.userErrors).toMatchObject([{ code: 'VERSION_CONFLICT' }]);
  await idle();
  expect(subjectsFor(order.number)).toEqual([]);
  await mutate(server.as.order_manager, 'cancelOrder', { orderId: order.id }, 'order { id }');
  expect((await mailAbout(order.number, /cancelled/)).text).toContain('was cancelled');
});

test('an order whose reservation expired is cancelled by the job, and its customer told', async () => {
  const order = await placeOrder(server, lines());
  await server.database.transaction((transaction) =>
    transaction.execute(sql`
      update inventory_reservations set expires_at = now() - interval '1 second' where order_id = ${order.id}::uuid`),
  );
  await server.database.transaction((transaction) =>
    transaction.execute(sql`select graphile_worker.add_job('releaseExpired')`),
  );
  await mailAbout(order.number, /cancelled/);
  const { data } = await server.as.order_manager(
    `{ order(id: "${order.id}") { status history(first: 2) { nodes { action performedBy { id } } } } }`,
  );
  expect(data.order.status).toBe('CANCELLED');
  expect(data.order.history.nodes.map((entry: any) => entry.performedBy)).toEqual([null, null]);
});

test('names and addresses cannot add a header or a recipient', async () => {
  const name = 'Eve\r\nBcc: mallory@evil.example\r\n\r\nBuy now "Ünï" 🎁 {total}';
  const eve = await customerNamed(name, 'eve@buyer.example');
  const order = await confirmedOrder(server, lines(), { customerId: eve });
  const mail = await mailAbout(order.number, /confirmed/);
  expect(mail.to).toEqual(['eve@buyer.example']);
  expect(mail.headers['bcc']).toBeUndefined();
  expect(mail.headers['to']).toHaveLength(1);
  expect(mail.text).toContain('Hello Eve Bcc: mallory@evil.example Buy now "Ünï" 🎁 {total},');

  for (const address of [
    'a@b.example, mallory@evil.example',
    'a@b.example\r\nRCPT TO:<mallory@evil.example>',
  ]) {
    const customerId = await customerNamed('Eve', address);
    const other = await confirmedOrder(server, lines(), { customerId });
    await idle();
    expect(subjectsFor(other.number)).toEqual([]);
  }
  expect(mailServer.tried.filter((address) => address.includes('mallory'))).toEqual([]);
});

test('an address that is refused for ever is tried once, and nobody without an address is told', async () => {
  const gone = await customerNamed('Gone', refused);
  const silent = await customerNamed('Silent', null);
  const one = await confirmedOrder(server, lines(), { customerId: gone });
  const two = await confirmedOrder(server, lines(), { customerId: silent });
  const three = await confirmedOrder(server, lines(), { customerId: null });
  await waitUntil(() => mailServer.tried.includes(refused), 'it is tried');
  await idle();
  expect(mailServer.tried.filter((address) => address === refused)).toHaveLength(1);
  const left = await server.database.read.execute(
    sql`select id from graphile_worker.jobs where task_identifier = 'sendOrderMail'`,
  );
  expect([...left]).toEqual([]);
  for (const { number } of [one, two, three]) expect(subjectsFor(number)).toEqual([]);
});

test('a guest is told at the address of the order', async () => {
  const contact = { name: 'Grace Guest', email: 'grace@guest.example' };
  const order = await confirmedOrder(server, lines(), { customerId: null, contact });
  const mail = await mailAbout(order.number, /confirmed/);
  expect(mail.to).toEqual([contact.email]);
  expect(mail.text).toContain('Hello Grace Guest,');
});

test('a refund is told of, with what went back', async () => {
  const order = await placeOrder(server, lines(2));
  const manager = server.as.order_manager;
  const amount = { amountMinor: 500, currency: 'GBP' };
  await mutate(manager, 'recordPayment', { orderId: order.id, method: 'CASH', amount }, 'order { id }');
  await mutate(manager, 'cancelOrder', { orderId: order.id }, 'order { id }');
  const refund = { orderId: order.id, amount: { ...amount, amountMinor: 120 } };
  expect((await mutate(manager, 'refundOrder', refund, 'order { id }')).userErrors).toEqual([]);
  expect((await mailAbout(order.number, /[Rr]efund/)).text).toContain('£1.20');
});

test('a till hands out receipts and sends nothing', async () => {
  const order = await confirmedOrder(server, lines(), { channel: 'RETAIL_POS' });
  await idle();
  expect(subjectsFor(order.number)).toEqual([]);
});

test('what jobs and requests hold names no person', async () => {
  const order = await confirmedOrder(server, lines());
  await mailAbout(order.number, /confirmed/);
  const rows = await server.database.read.execute<{ payload: string }>(sql`
    select payload::text from graphile_worker._private_jobs union all select payload::text from jobs.job_requests`);
  expect(JSON.stringify([...rows])).not.toMatch(/ada|buyer|example/i);
});
