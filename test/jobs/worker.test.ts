import { sql } from 'drizzle-orm';
import { pino } from 'pino';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { openMailer, type Mailer } from '../../src/mail/mailer.ts';
import { requestJobs } from '../../src/write/request-jobs.ts';
import { startMailServer, type MailServer, type MailServerOptions } from '../mail/mail-server.ts';
import { endProcesses, startProcess } from '../operations/server-process.ts';
import { reservedOrder } from '../reservations/arrange.ts';
import { confirmedOrder, mutate, placeOrder, stockedVariant, type Stocked } from '../setup/fixtures.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { startTestServer, startTestWorker, type TestServer } from '../setup/server.ts';
import { waitUntil } from '../setup/wait-until.ts';

vi.setConfig({ testTimeout: 120_000 });

const from = 'orders@shop.example';
let server: TestServer;
let mug: Stocked;
beforeAll(async () => {
  server = await startTestServer();
  mug = await stockedVariant(server, { LONDON: 1_000 });
});
afterAll(async () => {
  await endProcesses();
  await expectInvariants(server.databaseUrl);
  await server.stop();
});

const open: { close(): unknown }[] = [];
async function mailServerWith(options: MailServerOptions = {}): Promise<MailServer> {
  const mailServer = await startMailServer(options);
  open.push({ close: () => mailServer.stop() });
  return mailServer;
}
const mailerTo = (url: string): Mailer => {
  const mailer = openMailer({ url, from, log: { info() {} } });
  open.push(mailer);
  return mailer;
};
const workerWith = (mailer: Mailer, log?: pino.Logger) => {
  const { databaseUrl, database } = server;
  const worker = startTestWorker({ databaseUrl, database, mailer, ...(log && { log }) });
  open.push({ close: () => worker.stop() });
  return worker;
};
beforeEach(() =>
  server.database.transaction(async (transaction) => {
    await transaction.execute(sql`delete from jobs.job_requests`);
    await transaction.execute(sql`delete from graphile_worker._private_jobs`);
  }),
);
afterEach(async () => {
  for (const each of open.splice(0).toReversed()) await each.close();
});

const confirm = () => confirmedOrder(server, [{ sku: mug.sku, quantity: 1 }]);
interface MailJob extends Record<string, unknown> {
  attempts: number;
  locked: boolean;
  error: string | null;
}
const mailJobs = async (): Promise<MailJob[]> => [
  ...(await server.database.read.execute<MailJob>(sql`
    select attempts, locked_at is not null as locked, last_error as error
    from graphile_worker.jobs where task_identifier like 'send%' order by id`)),
];
const addJob = (task: string) =>
  server.database.transaction((transaction) =>
    transaction.execute(sql`select graphile_worker.add_job(${task})`),
  );
const subjects = (mailServer: MailServer) => mailServer.received.map(({ headers }) => headers['subject']![0]);
const messageIds = (mailServer: MailServer) =>
  new Set(mailServer.received.map(({ headers }) => headers['message-id']![0]));

test('a command asks for jobs in its transaction, and sends no NOTIFY in it', async () => {
  const listener = postgres(server.databaseUrl, { max: 1 });
  const heard: string[] = [];
  await listener.listen('jobs:insert', (payload) => heard.push(payload));
  try {
    const { id } = await confirm();
    const requests = await server.database.read.execute(
      sql`select task, payload ->> 'orderId' as "orderId", payload ->> 'event' as event, job_key from jobs.job_requests`,
    );
    expect([...requests]).toEqual([
      {
        task: 'sendOrderMail',
        orderId: id,
        event: 'confirmed',
        job_key: expect.stringContaining(`orderMail/${id}/confirmed/`),
      },
    ]);
    // Notifications come in the order of the commits: had there been one before, it would have come before.
    await listener.notify('jobs:insert', 'mark');
    await waitUntil(() => heard.includes('mark'), 'the mark is heard');
    expect(heard).toEqual(['mark']);
  } finally {
    await listener.end();
  }
});

test('what is rolled back asks for nothing', async () => {
  const order = await placeOrder(server, [{ sku: mug.sku, quantity: 1 }]);
  const entry = {
    orderId: order.id,
    action: 'confirmed' as const,
    description: '',
    occurredAt: '2026-11-23T01:00:00Z',
  };
  const attempt = server.database.transaction(async (transaction) => {
    await requestJobs(transaction, [entry]);
    const inside = await transaction.execute(sql`select id from jobs.job_requests`);
    expect(inside).toHaveLength(1);
    throw new Error('rolled back');
  });
  await expect(attempt).rejects.toThrow('rolled back');
  expect(await server.database.read.execute(sql`select id from jobs.job_requests`)).toHaveLength(0);
});

test('with the mail server away the job waits, says why without the address, and succeeds later', async () => {
  const away = await mailServerWith();
  await away.stop();
  const log: string[] = [];
  const stream = { write: (line: string) => void log.push(line) };
  workerWith(mailerTo(away.url), pino({ level: 'trace' }, stream));
  const order = await confirm();
  await waitUntil(async () => typeof (await mailJobs())[0]?.error === 'string', 'the job has failed once');
  const [job] = await mailJobs();
  expect(job!.error).toMatch(/MailNotAcceptedError: The mail server did not accept it \(E/);
  const back = await mailServerWith({ port: away.port });
  await waitUntil(() => back.received.length > 0, 'it is sent', 60_000);
  await waitUntil(async () => (await mailJobs()).length === 0, 'the job is done');
  expect(subjects(back)).toEqual([`Your order ${order.number} is confirmed`]);
  expect(log.join('')).toContain('sendOrderMail');
  expect(log.join('')).not.toMatch(/ada|buyer\.example/i);
});

test('a stop waits for the job in flight', async () => {
  let acknowledge: () => void = () => {};
  const acknowledged = new Promise<void>((resolve) => (acknowledge = resolve));
  const mailServer = await mailServerWith({ beforeAcknowledging: () => acknowledged });
  const worker = workerWith(mailerTo(mailServer.url));
  await confirm();
  await waitUntil(() => mailServer.received.length > 0, 'the message is in flight');
  const stopped = worker.stop();
  acknowledge();
  await stopped;
  expect(await mailJobs()).toEqual([]);
});

test('a job that does not end is given back at a stop, and another worker does it, recognisably again', async () => {
  let slow = true;
  let giveUp: () => void = () => {};
  const never = new Promise<void>((resolve) => (giveUp = resolve));
  const mailServer = await mailServerWith({ beforeAcknowledging: () => (slow ? never : Promise.resolve()) });
  const worker = workerWith(mailerTo(mailServer.url));
  await confirm();
  await waitUntil(() => mailServer.received.length > 0, 'the message is in flight');
  await worker.stop();
  expect(await mailJobs()).toMatchObject([{ locked: false, error: expect.any(String) }]);
  slow = false;
  workerWith(mailerTo(mailServer.url));
  await waitUntil(() => mailServer.received.length > 1, 'it is sent again', 60_000);
  await waitUntil(async () => (await mailJobs()).length === 0, 'the job is done');
  expect(messageIds(mailServer).size).toBe(1);
  giveUp();
});

test('a worker that is killed leaves its job to the others', async () => {
  let slow = true;
  let giveUp: () => void = () => {};
  const never = new Promise<void>((resolve) => (giveUp = resolve));
  const mailServer = await mailServerWith({ beforeAcknowledging: () => (slow ? never : Promise.resolve()) });
  const running = await startProcess({
    DATABASE_URL: server.databaseUrl,
    MAIL_URL: mailServer.url,
    MAIL_FROM: from,
  });
  await confirm();
  await waitUntil(() => mailServer.received.length > 0, 'the message is in flight');
  await running.end('SIGKILL');
  expect(await mailJobs()).toMatchObject([{ locked: true }]);
  slow = false;
  workerWith(mailerTo(mailServer.url));
  await addJob('unlockAbandoned');
  await waitUntil(async () => {
    const rows = await server.database.read.execute(
      sql`select id from graphile_worker.jobs where task_identifier = 'unlockAbandoned'`,
    );
    return rows.length === 0;
  }, 'the first look is over');
  expect(await mailJobs()).toMatchObject([{ locked: true }]);
  await server.database.transaction((transaction) =>
    transaction.execute(sql`
      update graphile_worker._private_jobs set locked_at = locked_at - interval '11 minutes'
      where locked_at is not null`),
  );
  await addJob('unlockAbandoned');
  await waitUntil(() => mailServer.received.length > 1, 'it is sent again', 60_000);
  await waitUntil(async () => (await mailJobs()).length === 0, 'the job is done');
  expect(messageIds(mailServer).size).toBe(1);
  giveUp();
});

test('two workers release what has expired: each order once; and run again half a minute later', async () => {
  const mailServer = await mailServerWith();
  const mailer = mailerTo(mailServer.url);
  const orders = await Promise.all(Array.from({ length: 6 }, () => reservedOrder(server)));
  await server.database.transaction((transaction) =>
    transaction.execute(sql`
      update inventory_reservations set expires_at = now() - interval '1 second'
      where order_id in (select id from orders where status = 'pending') and is_active`),
  );
  workerWith(mailer);
  workerWith(mailer);
  await server.database.transaction((transaction) =>
    transaction.execute(sql`
      select graphile_worker.add_job('releaseExpired', '{"_cron": {}}'::json) from generate_series(1, 2)`),
  );
  const cancelled = async (): Promise<number> => {
    const [row] = await server.database.read.execute<{ count: number }>(sql`
      select count(*)::integer as count from order_history
      where action = 'cancelled' and additional_data ->> 'reason' = 'reservation_expired'
        and performed_by_id is null`);
    return row!.count;
  };
  await waitUntil(async () => (await cancelled()) >= orders.length, 'all are cancelled');
  const again = await server.database.read.execute(sql`
    select run_at > now() as later, run_at <= now() + interval '30 seconds' as soon
    from graphile_worker.jobs where key = 'releaseExpired/halfMinute'`);
  expect([...again]).toEqual([{ later: true, soon: true }]);
  for (const { id } of orders) {
    const release = await mutate(server.as.order_manager, 'cancelOrder', { orderId: id }, 'order { id }');
    expect(release.userErrors).toMatchObject([{ code: 'INVALID_TRANSITION', from: 'CANCELLED' }]);
  }
});
