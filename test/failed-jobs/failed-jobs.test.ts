import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { findFailedJobs } from '../../src/failed-jobs/failed-job.repository.ts';
import { removeSuperseded, unlockAbandoned } from '../../src/jobs/queue.repository.ts';
import { openMailer } from '../../src/mail/mailer.ts';
import { startMailServer } from '../mail/mail-server.ts';
import { describeAdministrationRules } from '../setup/administration-rules.ts';
import { confirmedOrder, mutate, stockedVariant, type Stocked } from '../setup/fixtures.ts';
import { startTestServer, startTestWorker, type TestServer } from '../setup/server.ts';
import { expectUnchanged } from '../setup/snapshot.ts';
import { waitUntil } from '../setup/wait-until.ts';

let server: TestServer;
let mug: Stocked;
beforeAll(async () => {
  server = await startTestServer();
  mug = await stockedVariant(server, { LONDON: 100 });
});
afterAll(() => server.stop());

const execute = (statement: ReturnType<typeof sql>) =>
  server.database.transaction((transaction) => transaction.execute(statement));
beforeEach(async () => {
  await execute(sql`delete from jobs.job_requests`);
  await execute(sql`delete from graphile_worker._private_jobs`);
});

interface JobOptions {
  readonly task?: string;
  readonly payload?: object;
  readonly attempts?: number;
  readonly key?: string;
  readonly lockedMinutesAgo?: number;
}
/** A job of which five attempts are allowed, in whatever state; its id. */
async function addJob(options: JobOptions = {}): Promise<string> {
  const { task = 'sendOrderMail', payload = {}, attempts = 5, key = null, lockedMinutesAgo = null } = options;
  const [row] = await execute(sql`
    select (graphile_worker.add_job(${task}, ${JSON.stringify(payload)}::text::json, max_attempts => 5,
      job_key => ${key}::text)).id::text as id`);
  const id = row!['id'] as string;
  await execute(sql`
    update graphile_worker._private_jobs
    set attempts = ${attempts}, last_error = 'Error: no', run_at = now() + interval '1 hour',
      locked_at = now() - make_interval(mins => ${lockedMinutesAgo}::integer),
      locked_by = case when ${lockedMinutesAgo}::integer is not null then 'worker-of-the-tests' end
    where id = ${id}::bigint`);
  return id;
}

const fields = 'id task attempts maxAttempts lastError createdAt failedAt order { id } note { id }';
async function list(more = '', selection = `nodes { ${fields} } totalCount`): Promise<any> {
  const answer = await server.as.order_manager(`{ failedJobs${more} { ${selection} } }`);
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  return answer.data.failedJobs;
}
const ids = async (more = ''): Promise<string[]> =>
  (await list(more)).nodes.map(({ id }: { id: string }) => id);
const settle = (name: string, jobId: string) =>
  mutate(server.as.order_manager, name, { jobId }, 'jobId', 'FailedJobInput');

for (const name of ['retryFailedJob', 'discardFailedJob']) {
  describeAdministrationRules(() => server, {
    name,
    inputType: 'FailedJobInput',
    permission: 'jobs.manage',
    selection: 'jobId',
    arrange: async () => ({ jobId: await addJob() }),
    other: async () => ({ jobId: await addJob() }),
    unknown: ['jobId', '999999999'],
    wrong: [
      ['what is no number', { jobId: 'x' }, ['jobId']],
      ['a number below 0', { jobId: '-1' }, ['jobId']],
      ['a number that no job can have', { jobId: '9'.repeat(19) }, ['jobId']],
    ],
  });

  test(`${name} is refused for a job that waits, that is tried again or that is being done`, async () => {
    const jobs = [{ attempts: 0 }, { attempts: 4 }, { attempts: 5, lockedMinutesAgo: 0 }];
    for (const job of jobs) {
      const jobId = await addJob(job);
      const { userErrors } = await expectUnchanged(server, () => settle(name, jobId));
      expect(userErrors).toMatchObject([{ code: 'NOT_FOUND', path: ['jobId'] }]);
    }
  });

  test(`${name} by two at once without a key: exactly one succeeds`, async () => {
    const jobId = await addJob();
    const answers = await Promise.all([settle(name, jobId), settle(name, jobId)]);
    expect(answers.flatMap(({ userErrors }) => userErrors)).toMatchObject([{ code: 'NOT_FOUND' }]);
  });
}

test('of the queue only what has failed for good is listed, last come first, by task, page by page', async () => {
  const [first, second, third] = [await addJob(), await addJob({ task: 'sendNoteMail' }), await addJob()];
  await addJob({ attempts: 0 });
  await addJob({ attempts: 4 });
  await addJob({ attempts: 5, lockedMinutesAgo: 1 });
  expect(await list()).toMatchObject({
    totalCount: 3,
    nodes: [
      { id: third, task: 'sendOrderMail', attempts: 5, maxAttempts: 5, lastError: 'Error: no' },
      { id: second, task: 'sendNoteMail' },
      { id: first },
    ],
  });
  expect(await ids('(filter: { task: "sendOrderMail" })')).toEqual([third, first]);
  expect(await list('(filter: { task: "none" })')).toEqual({ nodes: [], totalCount: 0 });
  const page = await list('(first: 2)', 'nodes { id } pageInfo { hasNextPage endCursor }');
  expect(page).toMatchObject({ nodes: [{ id: third }, { id: second }], pageInfo: { hasNextPage: true } });
  const rest = await list(
    `(first: 2, after: "${page.pageInfo.endCursor}")`,
    'nodes { id } pageInfo { hasNextPage }',
  );
  expect(rest).toEqual({ nodes: [{ id: first }], pageInfo: { hasNextPage: false } });
});

test('a job leads to its order and its note, and not to what only looks like one', async () => {
  const order = await confirmedOrder(server, [{ sku: mug.sku, quantity: 1 }]);
  const added = await mutate(
    server.as.order_manager,
    'addNote',
    { orderId: order.id, note: 'Soon', isInternal: false },
    'note { id }',
  );
  const noteId = added.note.id;
  await addJob({ task: 'sendNoteMail', payload: { orderId: order.id, noteId } });
  await addJob({ payload: { orderId: 'x', noteId: 42 } });
  await addJob({ payload: ['of another kind'] });
  await addJob({ payload: { orderId: '01900000-0000-7000-8000-000000000000' } });
  const nothing = { order: null, note: null };
  expect((await list()).nodes).toMatchObject([
    nothing,
    nothing,
    nothing,
    { order: { id: order.id }, note: { id: noteId } },
  ]);
});

test('retryFailedJob: the cause was mended, and what was to be done is done once', async () => {
  const { databaseUrl, database } = server;
  const away = await startMailServer();
  await away.stop();
  const mailer = openMailer({ url: away.url, from: 'orders@shop.example', log: { info() {} } });
  const order = await confirmedOrder(server, [{ sku: mug.sku, quantity: 1 }]);
  const [before] = await execute(sql`select clock_timestamp()::text as now`);
  // The last attempt comes at once.
  await execute(sql`
    select graphile_worker.add_job(task, payload::json, max_attempts => 1, job_key => job_key) from jobs.job_requests`);
  await execute(sql`delete from jobs.job_requests`);
  let worker = startTestWorker({ databaseUrl, database, mailer });
  await waitUntil(async () => (await ids()).length === 1, 'it has failed for good', 60_000);
  await worker.stop();
  const [job] = (await list()).nodes;
  expect(job).toMatchObject({
    task: 'sendOrderMail',
    attempts: 1,
    maxAttempts: 1,
    lastError: expect.stringMatching(/^MailNotAcceptedError: /),
    order: { id: order.id },
  });
  expect(job.lastError).not.toContain('ada@buyer.example');
  const [at] = await execute(sql`
    select ${job.failedAt}::timestamptz between ${before!['now']}::timestamptz and clock_timestamp() as "isThen"`);
  expect(at).toEqual({ isThen: true });

  const back = await startMailServer({ port: away.port });
  worker = startTestWorker({ databaseUrl, database, mailer });
  expect(await settle('retryFailedJob', job.id)).toEqual({ jobId: job.id, userErrors: [] });
  await waitUntil(() => back.received.length === 1, 'it is sent', 60_000);
  await worker.stop();
  expect(await ids()).toEqual([]);
  expect(
    await execute(sql`select id from graphile_worker.jobs where task_identifier = 'sendOrderMail'`),
  ).toHaveLength(0);
  mailer.close();
  await back.stop();
});

test('retryFailedJob lets it be tried as often as a new job', async () => {
  const jobId = await addJob();
  expect(await settle('retryFailedJob', jobId)).toEqual({ jobId, userErrors: [] });
  const [job] = await execute(sql`
    select id::text as id, attempts, max_attempts as most, run_at <= now() as due from graphile_worker.jobs`);
  expect(job).toEqual({ id: jobId, attempts: 0, most: 5, due: true });
});

test('discardFailedJob takes it out of the queue, and no other', async () => {
  const [jobId, other] = [await addJob(), await addJob()];
  expect(await settle('discardFailedJob', jobId)).toEqual({ jobId, userErrors: [] });
  expect(await ids()).toEqual([other]);
  const left = await execute(sql`select id::text as id from graphile_worker.jobs`);
  expect([...left]).toEqual([{ id: other }]);
});

test('a job whose worker was killed in the last attempt has failed, and one with attempts left is given back', async () => {
  const last = await addJob({ attempts: 5, lockedMinutesAgo: 11 });
  const again = await addJob({ attempts: 4, lockedMinutesAgo: 11 });
  expect(await ids()).toEqual([]);
  const [before] = await execute(sql`select clock_timestamp()::text as now`);
  expect(await server.database.transaction(unlockAbandoned)).toBe(1);
  const { nodes } = await list();
  expect(nodes).toMatchObject([{ id: last, lastError: 'The worker ended in the last attempt.' }]);
  const [at] = await execute(
    sql`select ${nodes[0].failedAt}::timestamptz >= ${before!['now']}::timestamptz as "isThen"`,
  );
  expect(at).toEqual({ isThen: true });
  const waiting = await execute(sql`
    select id::text as id, attempts, last_error as error from graphile_worker.jobs where locked_at is null and attempts < 5`);
  expect([...waiting]).toEqual([{ id: again, attempts: 4, error: 'Error: no' }]);
});

test('of a job by the clock that fails every time only the latest failure is kept; of others each', async () => {
  const byTheClock = { task: 'releaseExpired', key: 'releaseExpired' };
  await addJob(byTheClock);
  await addJob(byTheClock);
  const latest = await addJob(byTheClock);
  const mails = [await addJob({ key: 'mail' }), await addJob({ key: 'mail' }), await addJob()];
  const running = await addJob({ task: 'releaseExpired', attempts: 5, lockedMinutesAgo: 1 });
  expect(await ids()).toHaveLength(6);
  const remove = () =>
    server.database.transaction((transaction) => removeSuperseded(transaction, ['releaseExpired']));
  expect(await remove()).toBe(2);
  expect(await ids()).toEqual([...mails.toReversed(), latest]);
  expect(await remove()).toBe(0);
  expect(await execute(sql`select id from graphile_worker.jobs where id = ${running}::bigint`)).toHaveLength(
    1,
  );
});

test('a queue that is long is not read through for the few that have failed', async () => {
  for (let count = 0; count < 3; count += 1) await addJob();
  await execute(sql`
    insert into graphile_worker._private_jobs (task_id, payload)
    select (select id from graphile_worker._private_tasks limit 1), '{}' from generate_series(1, 20000)`);
  await execute(sql`analyze graphile_worker._private_jobs`);
  const read = await server.database.transaction(async (transaction) => {
    const rowsRead = async (): Promise<number> => {
      const [row] = await transaction.execute<{ rows: number }>(sql`
        select (seq_tup_read + idx_tup_fetch)::integer as rows from pg_stat_xact_user_tables
        where relname = '_private_jobs'`);
      return row!.rows;
    };
    const before = await rowsRead();
    expect(await findFailedJobs(transaction, null, 20, null)).toHaveLength(3);
    return (await rowsRead()) - before;
  });
  expect(read).toBe(3);
});
