import { sql, type SQL } from 'drizzle-orm';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { startMailServer, type MailServer } from '../mail/mail-server.ts';
import { endProcesses, startWorkerProcess, type WorkerProcess } from '../operations/server-process.ts';
import { reservedOrder, type Reserved } from '../reservations/arrange.ts';
import { confirmedOrder, mutate, stockedVariant, type Stocked } from '../setup/fixtures.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { waitUntil } from '../setup/wait-until.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

/**
 * Real worker processes, killed at the moments that matter: before the effect is complete, between the effect and the
 * note of it, and between that and the end of the job. Whoever comes next completes it, once.
 */
let server: TestServer;
/** Only for the clock, so that nothing else is in its queue. */
let clockServer: TestServer;
let clockWorkers: WorkerProcess[];
let mug: Stocked;
beforeAll(async () => {
  server = await startTestServer();
  mug = await stockedVariant(server, { LONDON: 1_000 });
  clockServer = await startTestServer();
  await recordRunsByTheClock();
});
beforeEach(() =>
  execute(sql`delete from graphile_worker._private_jobs where task_id in (
    select id from graphile_worker._private_tasks where identifier like 'send%')`),
);
afterEach(async () => {
  giveUp();
  await mailServer?.stop();
});
afterAll(async () => {
  await endProcesses();
  await expectInvariants(server.databaseUrl);
  await server.stop();
  await clockServer.stop();
});

const execute = async (statement: SQL, on: TestServer = server): Promise<Record<string, unknown>[]> => [
  ...(await on.database.transaction((transaction) => transaction.execute(statement))),
];
const count = async (statement: SQL): Promise<number> => (await execute(statement))[0]!['count'] as number;

let mailServer: MailServer;
/** Ends the wait of messages that are held back. */
let giveUp: () => void = () => {};
let holdsBack = false;
async function startMails(): Promise<void> {
  const never = new Promise<void>((resolve) => (giveUp = resolve));
  mailServer = await startMailServer({ beforeAcknowledging: () => (holdsBack ? never : Promise.resolve()) });
}
const startWorker = () =>
  startWorkerProcess({
    DATABASE_URL: server.databaseUrl,
    MAIL_URL: mailServer.url,
    MAIL_FROM: 'orders@shop.example',
  });
const messageIds = () => mailServer.received.map(({ headers }) => headers['message-id']![0]);
const openJobs = (task: string) =>
  count(sql`
  select count(*)::integer as count from graphile_worker.jobs where task_identifier = ${task}`);

/** As after ten minutes: the jobs of the killed worker are given to another, which does them. */
async function takeOver(task: string): Promise<WorkerProcess> {
  await execute(sql`
    update graphile_worker._private_jobs set locked_at = locked_at - interval '11 minutes'
    where locked_at is not null`);
  await execute(sql`select graphile_worker.add_job('unlockAbandoned')`);
  const worker = await startWorker();
  await waitUntil(async () => (await openJobs(task)) === 0, `another worker has done ${task}`, 90_000);
  return worker;
}

/** Holds rows back from everybody else while a worker gets so far as to need them, and then is killed. */
async function killWhileWaiting(worker: WorkerProcess, lock: string, waitsFor: string): Promise<void> {
  const blocker = postgres(server.databaseUrl, { max: 1, fetch_types: false });
  await blocker.begin(async (transaction) => {
    await transaction.unsafe(lock);
    holdsBack = false;
    giveUp();
    const waiting = sql`
      select count(*)::integer as count from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and query ~ ${waitsFor}`;
    await waitUntil(async () => (await count(waiting)) > 0, `the worker waits in ${waitsFor}`, 60_000);
    await worker.end('SIGKILL');
  });
  await blocker.end();
}

async function noteToSend(): Promise<{ id: string; orderId: string }> {
  const order = await confirmedOrder(server, [{ sku: mug.sku, quantity: 1 }]);
  await execute(sql`delete from jobs.job_requests`);
  const note = { orderId: order.id, note: 'It comes on Monday.', isInternal: false, notifyCustomer: true };
  const added = await mutate(server.as.order_manager, 'addNote', note, 'note { id }');
  expect(added.userErrors).toEqual([]);
  return { id: added.note.id, orderId: order.id };
}
const stamps = (noteId: string) =>
  count(sql`
  select count(*)::integer as count from order_history
  where action = 'edited' and performed_by_id is null and additional_data ->> 'noteId' = ${noteId}`);
const isStamped = async (noteId: string) =>
  (await count(sql`
    select count(notified_at)::integer as count from order_notes where id = ${noteId}::uuid`)) === 1;

test('killed while the mail server takes the message: it is sent again, recognisably the same', async () => {
  holdsBack = true;
  await startMails();
  const worker = await startWorker();
  const order = await confirmedOrder(server, [{ sku: mug.sku, quantity: 1 }]);
  await waitUntil(() => mailServer.received.length === 1, 'the message is in flight', 60_000);
  await worker.end('SIGKILL');
  holdsBack = false;
  const another = await takeOver('sendOrderMail');
  const [first, second, ...more] = messageIds();
  expect(first).toContain(`confirmed.${order.id}.`);
  expect([second, more]).toEqual([first, []]);
  await another.end('SIGTERM');
});

test('killed after a note was sent and before it was stamped: sent again with the same Message-ID, stamped once', async () => {
  holdsBack = true;
  await startMails();
  const worker = await startWorker();
  const note = await noteToSend();
  await waitUntil(() => mailServer.received.length === 1, 'the message is in flight', 60_000);
  await killWhileWaiting(worker, `select id from orders where id = '${note.orderId}' for update`, 'orders');
  expect([await isStamped(note.id), await stamps(note.id)]).toEqual([false, 0]);
  const another = await takeOver('sendNoteMail');
  expect(messageIds()).toEqual(Array.from({ length: 2 }, () => `<note.${note.id}@shop.example>`));
  expect([await isStamped(note.id), await stamps(note.id)]).toEqual([true, 1]);
  await another.end('SIGTERM');
});

test('killed after a note was stamped and before its job ended: not sent again', async () => {
  holdsBack = true;
  await startMails();
  const worker = await startWorker();
  const note = await noteToSend();
  await waitUntil(() => mailServer.received.length === 1, 'the message is in flight', 60_000);
  const job = `select id from graphile_worker._private_jobs where key = 'noteMail/${note.id}' for update`;
  await killWhileWaiting(worker, job, '_private_jobs');
  expect([await isStamped(note.id), await stamps(note.id)]).toEqual([true, 1]);
  const another = await takeOver('sendNoteMail');
  expect(messageIds()).toEqual([`<note.${note.id}@shop.example>`]);
  expect(await stamps(note.id)).toBe(1);
  await another.end('SIGTERM');
});

test('killed between two orders of the expiry: each is released and cancelled once', async () => {
  await startMails();
  const orders: Reserved[] = [];
  for (let number = 0; number < 4; number += 1) orders.push(await reservedOrder(server));
  await execute(sql`
    update inventory_reservations set expires_at = now() - interval '1 second'
    where order_id in (select id from orders where status = 'pending') and is_active`);
  const cancelled = async (): Promise<unknown[]> =>
    execute(sql`
      select order_id as "id", count(*)::integer as times from order_history
      where action = 'cancelled' and performed_by_id is null group by order_id order by order_id`);
  const blocker = postgres(server.databaseUrl, { max: 1, fetch_types: false });
  const worker = await startWorker();
  await blocker.begin(async (transaction) => {
    // The job goes order by order, and stands at this one.
    await transaction`select id from orders where id = ${orders[2]!.id} for update`;
    await execute(sql`select graphile_worker.add_job('releaseExpired', job_key => 'releaseExpired')`);
    await waitUntil(async () => (await cancelled()).length > 0, 'some are cancelled', 60_000);
    const waiting = sql`
      select count(*)::integer as count from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and query ~ 'orders'`;
    await waitUntil(async () => (await count(waiting)) > 0, 'it stands at the one', 90_000);
    await worker.end('SIGKILL');
  });
  await blocker.end();
  expect((await cancelled()).length).toBeLessThan(orders.length);
  // The next run, half a minute later, releases the rest: the killed one needs not be given back.
  await execute(sql`select graphile_worker.add_job('releaseExpired', job_key => 'releaseExpired')`);
  const another = await startWorker();
  await waitUntil(async () => (await cancelled()).length === orders.length, 'all are cancelled', 60_000);
  const once = orders
    .map(({ id }) => ({ id, times: 1 }))
    .toSorted((left, right) => (left.id < right.id ? -1 : 1));
  expect(await cancelled()).toEqual(once);
  await another.end('SIGTERM');
  await expectInvariants(server.databaseUrl);
});

/** Two workers on a database of their own, of which every job that the clock adds is written down. */
async function recordRunsByTheClock(): Promise<void> {
  await execute(sql`create table runs_by_the_clock (at text not null)`, clockServer);
  await execute(
    sql`
      create function record_run() returns trigger language plpgsql as $$
      begin
        if new.payload -> '_cron' is not null then
          insert into runs_by_the_clock values (new.task_id || ' ' || (new.payload -> '_cron' ->> 'ts'));
        end if;
        return new;
      end $$`,
    clockServer,
  );
  await execute(
    sql`create trigger record_run before insert or update of payload on graphile_worker._private_jobs
      for each row execute function record_run()`,
    clockServer,
  );
  const environment = { DATABASE_URL: clockServer.databaseUrl };
  clockWorkers = await Promise.all([startWorkerProcess(environment), startWorkerProcess(environment)]);
}

// The last test: by now a minute has passed, or soon will have.
test('two workers share one clock: each run is asked for once', async () => {
  const runs = () =>
    execute(sql`select at, count(*)::integer as times from runs_by_the_clock group by at`, clockServer);
  await waitUntil(async () => (await runs()).length > 0, 'a minute begins', 90_000);
  // Both have looked at the clock when both have ended.
  expect(await Promise.all(clockWorkers.map((worker) => worker.end('SIGTERM')))).toEqual([0, 0]);
  for (const run of await runs()) expect(run).toMatchObject({ times: 1 });
});
