import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import type postgres from 'postgres';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openDatabase, type Database, type Executor } from '../../src/db/driver/database.ts';
import {
  DatabaseUnavailableError,
  OutcomeUnknownError,
  WorkTimeoutError,
} from '../../src/db/driver/errors.ts';
import { withoutStatement } from '../../src/db/pg-errors.ts';
import { createTestDatabase, type TestDatabase } from '../setup/database.ts';
import { connectAside } from './ledger.ts';
import { startProxy, type Proxy } from './proxy.ts';

let testDatabase: TestDatabase;
let aside: postgres.Sql;
let proxy: Proxy;
let database: Database;

beforeAll(async () => {
  testDatabase = await createTestDatabase({ empty: true });
  aside = connectAside(testDatabase.url);
  await aside`create table marks (name text primary key)`;
});

beforeEach(async () => {
  await aside`truncate marks`;
  proxy = await startProxy(testDatabase.url);
  database = openDatabase({
    url: proxy.url,
    poolSize: 3,
    applicationName: 'victim',
    workTimeoutMs: 600,
    acquireTimeoutMs: 2_000,
  });
});

afterEach(async () => {
  await database.close();
  await proxy.close();
});

afterAll(async () => {
  await aside.end();
  await testDatabase.drop();
});

const mark = (executor: Executor, name: string) => executor.execute(sql`insert into marks values (${name})`);
const marks = async (): Promise<string[]> =>
  (await aside`select name from marks order by 1`).map((row) => row['name']);
const backendOf = async (executor: Executor): Promise<number> =>
  (await executor.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`))[0]!.pid;
const kill = (pid: number) => aside`select pg_terminate_backend(${pid})`;

/** Until PostgreSQL works on the victim's statement: on a busy machine its connection takes its time to open. */
const untilStatementRuns = () =>
  vi.waitFor(
    async () =>
      expect(
        await aside`select 1 from pg_stat_activity
          where application_name = 'victim' and state = 'active' and query like '%pg_sleep%'`,
      ).toHaveLength(1),
    { timeout: 5_000, interval: 10 },
  );

async function openWires(count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, () => database.read.execute(sql`select pg_sleep(0.05)`)));
  // One may have served twice while the last was still being opened.
  await vi.waitFor(() => expect(database.statistics()).toMatchObject({ idle: count }), 2_000);
}

describe('a connection that is lost', () => {
  it('costs a read nothing but a repetition', async () => {
    const slowWithoutMark = sql`select case when (select count(*) from marks) = 0
      then pg_sleep(5)::text else 'answered' end as result`;
    const answer = database.read.execute(slowWithoutMark).then((rows) => rows);
    await untilStatementRuns();
    await aside`insert into marks values ('seen')`;
    await aside`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'victim'`;
    expect((await answer)[0]).toMatchObject({ result: 'answered' });
    expect(database.statistics()).toMatchObject({ lost: 1, opened: 2 });
  });

  it('fails a read that loses it twice', async () => {
    const answer = database.read.execute(sql`select pg_sleep(10)`).catch(withoutStatement);
    for (let kills = 0; kills < 2;) {
      await sleep(20);
      const killed = await aside`select pg_terminate_backend(pid) from pg_stat_activity
        where application_name = 'victim' and query like '%pg_sleep%' and state = 'active'`;
      kills += killed.count;
    }
    expect(await answer).toEqual(new DatabaseUnavailableError('lost'));
  });

  it('costs the opening of a transaction nothing but a repetition', async () => {
    await openWires(3);
    // The proxy drops all of them without our side knowing when the transaction begins.
    proxy.loseAnswerTo('begin');
    await database.transaction((transaction) => mark(transaction, 'made'));
    expect(await marks()).toEqual(['made']);
    expect(database.statistics()).toMatchObject({ lost: 1, open: 1 });
  });

  it('fails the transaction, which is not repeated, and sends nothing more', async () => {
    let runs = 0;
    const failure = await database
      .transaction(async (transaction) => {
        runs += 1;
        await mark(transaction, 'before');
        await kill(await backendOf(transaction));
        await mark(transaction, 'after').catch(() => {});
        await mark(transaction, 'later').catch(() => {});
      })
      .catch((error) => error);
    expect(failure).toEqual(new DatabaseUnavailableError('lost'));
    expect(failure).toMatchObject({ retryable: true });
    expect([runs, await marks()]).toEqual([1, []]);
  });

  it('fails the transaction at once while its callback waits for something else', async () => {
    await expect(
      database.transaction(async (transaction) => {
        await kill(await backendOf(transaction));
        await new Promise(() => {});
      }),
    ).rejects.toEqual(new DatabaseUnavailableError('lost'));
  });

  it('leaves the outcome unknown when the answer to COMMIT is lost', async () => {
    const failure = await database
      .transaction(async (transaction) => {
        await mark(transaction, 'made');
        proxy.loseAnswerTo('commit');
      })
      .catch((error) => error);
    expect(failure).toBeInstanceOf(OutcomeUnknownError);
    expect(await marks()).toEqual(['made']);
  });

  it('says nothing of the statement in its message', async () => {
    const answer = database.transaction((transaction) =>
      transaction.execute(sql`select ${'secret'}::text, pg_sleep(10)`),
    );
    const failure = (await answer.catch((error) => error)) as Error;
    expect(failure).toBeInstanceOf(WorkTimeoutError);
    expect(`${failure.message} ${JSON.stringify(failure)}`).not.toMatch(/secret|pg_sleep/);
  });
});

describe('a network that swallows everything', () => {
  it('ends units of work at their limit, and is forgotten when it is back', async () => {
    await openWires(3);
    proxy.freeze();
    const startedAt = performance.now();
    const failures = await Promise.all([
      database.read.execute(sql`select 1`).catch(withoutStatement),
      database.transaction((transaction) => mark(transaction, 'one')).catch((error) => error),
      database.transaction((transaction) => mark(transaction, 'two')).catch((error) => error),
      database.read.execute(sql`select 1`).catch(withoutStatement),
    ]);
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    for (const failure of failures) expect(failure).toMatchObject({ retryable: true });
    proxy.thaw();
    await database.transaction((transaction) => mark(transaction, 'three'));
    expect(await marks()).toEqual(['three']);
  });

  it('leaves the outcome unknown when it swallows COMMIT', async () => {
    const failure = await database
      .transaction(async (transaction) => {
        await mark(transaction, 'made');
        proxy.freeze();
      })
      .catch((error) => error);
    expect(failure).toBeInstanceOf(OutcomeUnknownError);
  });

  it('shows in ping() within its limit', async () => {
    await database.ping();
    proxy.freeze();
    await expect(database.ping()).rejects.toMatchObject({ retryable: true });
    proxy.thaw();
    await database.ping();
  });
});

it('fails fast when nobody listens', async () => {
  await proxy.close();
  const startedAt = performance.now();
  await expect(database.transaction(async () => {})).rejects.toEqual(new DatabaseUnavailableError('refused'));
  await expect(database.ping()).rejects.toEqual(new DatabaseUnavailableError('refused'));
  expect(performance.now() - startedAt).toBeLessThan(1_000);
  proxy = await startProxy(testDatabase.url);
});
