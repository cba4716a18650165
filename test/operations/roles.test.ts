import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { sql } from 'drizzle-orm';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { readCommandLine } from '../../src/command-line.ts';
import { startEmbeddedPostgres } from '../../src/db/embedded/start.ts';
import { findRunningServer } from '../../src/db/embedded/postmaster-file.ts';
import { migrate } from '../../src/db/migrate.ts';
import { startMailServer, type MailServer, type MailServerOptions } from '../mail/mail-server.ts';
import { makeFastFolder } from '../setup/fast-folder.ts';
import { mutate, placeOrder, stockedVariant, type Stocked } from '../setup/fixtures.ts';
import { asker, startTestServer, type TestServer } from '../setup/server.ts';
import { waitUntil } from '../setup/wait-until.ts';
import { endProcesses, launch, startProcess, startWorkerProcess } from './server-process.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

const api = ['--role', 'api'];
let server: TestServer;
let mug: Stocked;
let folder: string;
const mailServers: MailServer[] = [];
/** Where the embedded databases of the tests really are. */
const dataFolders: string[] = [];
beforeAll(async () => {
  server = await startTestServer();
  mug = await stockedVariant(server, { LONDON: 100 });
  folder = await makeFastFolder();
});
afterEach(async () => {
  await endProcesses();
  for (const each of mailServers.splice(0)) await each.stop();
});
afterAll(async () => {
  await server?.stop();
  for (const each of [folder, ...dataFolders]) await rm(each, { recursive: true, force: true });
});

async function mailServerWith(options: MailServerOptions = {}): Promise<MailServer> {
  const mailServer = await startMailServer(options);
  mailServers.push(mailServer);
  return mailServer;
}
const environment = (mailServer: MailServer) => ({
  DATABASE_URL: server.databaseUrl,
  MAIL_URL: mailServer.url,
  MAIL_FROM: 'orders@shop.example',
});
const confirm = async (url: string): Promise<string> => {
  const order = await placeOrder(server, [{ sku: mug.sku, quantity: 1 }]);
  const ask = asker(url, server.tokens.order_manager);
  const confirmed = await mutate(ask, 'confirmOrder', { orderId: order.id }, 'order { status }');
  expect(confirmed.order).toEqual({ status: 'CONFIRMED' });
  return `Your order ${order.number} is confirmed`;
};
const subjects = (mailServer: MailServer) => mailServer.received.map(({ headers }) => headers['subject']![0]);
const mailJobs = async (): Promise<unknown[]> => [
  ...(await server.database.read.execute(sql`
    select attempts, locked_at is not null as locked from graphile_worker.jobs
    where task_identifier like 'send%'`)),
];

describe('the words behind the name', () => {
  test.each([
    [[], { role: 'all', help: false }],
    [['--role', 'all'], { role: 'all', help: false }],
    [api, { role: 'api', help: false }],
    [['--role=worker'], { role: 'worker', help: false }],
    [['--help'], { role: 'all', help: true }],
  ])('%j are understood', (words, meaning) => {
    expect(readCommandLine(words)).toEqual(meaning);
  });

  test.each([
    [['--role', 'server'], 'There is no role "server"; --role takes one of all, api, worker.'],
    [['--role', ''], 'There is no role ""; --role takes one of all, api, worker.'],
    [['--role'], "Option '--role <value>' argument missing."],
    [['--rolle', 'api'], "Unknown option '--rolle'."],
    [['worker'], "Unexpected argument 'worker'."],
    [['--help=yes'], "Option '--help' does not take an argument."],
  ])('%j are refused in a sentence', (words, sentence) => {
    expect(() => readCommandLine(words)).toThrow(`${sentence} See \`npm start -- --help\`.`);
  });

  test('a wrong one ends the process with exit code 1 before it touches anything, and help with 0', async () => {
    const data = path.join(folder, 'untouched');
    const wrong = launch({ DATA_DIR: data }, ['--role', 'server']);
    const help = launch({ DATA_DIR: data }, ['--help']);
    expect(await wrong.ended).toBe(1);
    expect(wrong.output().trim()).toBe(
      'There is no role "server"; --role takes one of all, api, worker. See `npm start -- --help`.',
    );
    expect(await help.ended).toBe(0);
    expect(help.output()).toMatch(/--role api[^]*--role worker/);
    expect(existsSync(data)).toBe(false);
  });
});

test('the API takes no job, and what it asks for waits for a worker, which serves nothing', async () => {
  const [apiMails, workerMails] = [await mailServerWith(), await mailServerWith()];
  const serving = await startProcess(environment(apiMails), api);
  expect(serving.output()).toContain('npm start -- --role worker');
  const first = await confirm(serving.url);
  // The port is the API's: a worker that served anything would not come up.
  const { port } = new URL(serving.url);
  const worker = await startWorkerProcess({ ...environment(workerMails), PORT: port });
  expect(worker.output()).not.toContain('GraphQL');
  await waitUntil(() => workerMails.received.length === 1, 'the worker has sent the first', 60_000);
  const second = await confirm(serving.url);
  await waitUntil(() => workerMails.received.length === 2, 'the worker has sent the second', 60_000);
  expect(subjects(workerMails)).toEqual([first, second]);
  expect(await worker.end('SIGTERM')).toBe(0);
  const third = await confirm(serving.url);
  // Whatever else looks for jobs would have had it by the time that a new process has come up.
  await startWorkerProcess(environment(workerMails));
  await waitUntil(() => workerMails.received.length === 3, 'another worker has sent the third', 60_000);
  expect(subjects(workerMails)[2]).toBe(third);
  expect(apiMails.tried).toEqual([]);
  expect(await serving.end('SIGTERM')).toBe(0);
});

test('with no role a process does both', async () => {
  const mailServer = await mailServerWith();
  const both = await startProcess(environment(mailServer));
  expect(both.output()).not.toContain('--role worker');
  const subject = await confirm(both.url);
  await waitUntil(() => mailServer.received.length === 1, 'it is sent', 60_000);
  expect(subjects(mailServer)).toEqual([subject]);
  expect(await both.end('SIGTERM')).toBe(0);
});

test('SIGTERM to a worker: a job that ends in time is finished', async () => {
  let acknowledge: () => void = () => {};
  const acknowledged = new Promise<void>((resolve) => (acknowledge = resolve));
  const mailServer = await mailServerWith({ beforeAcknowledging: () => acknowledged });
  const worker = await startWorkerProcess(environment(mailServer));
  await confirm(server.url);
  await waitUntil(() => mailServer.received.length > 0, 'the message is in flight', 60_000);
  worker.child.kill('SIGTERM');
  acknowledge();
  expect(await worker.ended).toBe(0);
  expect(await mailJobs()).toEqual([]);
});

test('SIGTERM to a worker: a job that does not end is given back, and another does it', async () => {
  let slow = true;
  let giveUp: () => void = () => {};
  const never = new Promise<void>((resolve) => (giveUp = resolve));
  const mailServer = await mailServerWith({ beforeAcknowledging: () => (slow ? never : Promise.resolve()) });
  const worker = await startWorkerProcess(environment(mailServer));
  await confirm(server.url);
  await waitUntil(() => mailServer.received.length > 0, 'the message is in flight', 60_000);
  expect(await worker.end('SIGTERM')).toBe(0);
  expect(await mailJobs()).toEqual([{ attempts: 1, locked: false }]);
  slow = false;
  await startWorkerProcess(environment(mailServer));
  await waitUntil(async () => (await mailJobs()).length === 0, 'another has done it', 60_000);
  expect(new Set(mailServer.received.map(({ headers }) => headers['message-id']![0])).size).toBe(1);
  giveUp();
});

test('a worker outlives the database, and works again when it is back', async () => {
  const dataDirectory = path.join(folder, 'outage');
  let own = await startEmbeddedPostgres({ dataDirectory });
  dataFolders.push(own.dataDirectory);
  await migrate(own.url);
  const worker = await startWorkerProcess({ DATABASE_URL: own.url, LOG_LEVEL: 'warn' });
  await own.stop();
  await waitUntil(() => worker.output().includes('the job queue has stopped'), 'the queue has stopped');
  await waitUntil(() => worker.output().includes('cannot be moved'), 'it looks for requests');
  own = await startEmbeddedPostgres({ dataDirectory });
  const client = postgres(own.url, { max: 1, fetch_types: false });
  const count = async (): Promise<number> => {
    const [row] = await client`select count(*)::integer as count from graphile_worker.jobs
      where task_identifier = 'pruneRefreshTokens'`;
    return row!['count'] as number;
  };
  await client`select graphile_worker.add_job('pruneRefreshTokens')`;
  await waitUntil(async () => (await count()) === 0, 'it works again', 60_000);
  await client.end();
  expect(await worker.end('SIGTERM')).toBe(0);
  await own.stop();
});

test('without DATABASE_URL the roles share the embedded database, which lives as long as the last of them', async () => {
  const dataDirectory = path.join(folder, 'shared');
  const own = { DATA_DIR: dataDirectory };
  // At once: both may be the first, make the database and migrate it.
  const [serving, worker] = await Promise.all([startProcess(own, api), startWorkerProcess(own)]);
  // PostgreSQL's account may not reach the folder that was asked for.
  const [, chosen] = /embedded, in (\S+)/.exec(worker.output())!;
  dataFolders.push(chosen!);
  const cluster = path.join(chosen!, 'cluster');
  const first = findRunningServer(cluster);
  expect(first?.status).toBe('ready');
  const ready = async (url: string) => (await fetch(`${url}/readyz`)).status;
  expect(await ready(serving.url)).toBe(200);

  expect(await serving.end('SIGTERM')).toBe(0);
  expect(findRunningServer(cluster)?.pid).toBe(first!.pid);
  const second = await startProcess(own, api);
  expect(await ready(second.url)).toBe(200);
  expect(findRunningServer(cluster)?.pid).toBe(first!.pid);

  await worker.end('SIGKILL');
  expect(await ready(second.url)).toBe(200);
  const anotherWorker = await startWorkerProcess(own);
  await second.end('SIGKILL');
  expect(findRunningServer(cluster)?.pid).toBe(first!.pid);
  expect(await anotherWorker.end('SIGTERM')).toBe(0);
  await waitUntil(() => findRunningServer(cluster) === undefined, 'nobody is left, and no database runs');
});
