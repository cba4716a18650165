import { setTimeout as sleep } from 'node:timers/promises';
import { eq, sql } from 'drizzle-orm';
import { integer, pgTable } from 'drizzle-orm/pg-core';
import type postgres from 'postgres';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase, type Database, type Executor } from '../../src/db/driver/database.ts';
import { RolledBackError, TransactionOverError, WorkTimeoutError } from '../../src/db/driver/errors.ts';
import { postgresFailure, withoutStatement } from '../../src/db/pg-errors.ts';
import { createTestDatabase, type TestDatabase } from '../setup/database.ts';
import { connectAside } from './ledger.ts';

const counters = pgTable('counters', { id: integer().primaryKey(), amount: integer().notNull() });

let testDatabase: TestDatabase;
let aside: postgres.Sql;
let database: Database;

beforeAll(async () => {
  testDatabase = await createTestDatabase({ empty: true });
  aside = connectAside(testDatabase.url);
  await aside`create table counters (id int primary key, amount int not null constraint positive check (amount >= 0))`;
  database = openDatabase({ url: testDatabase.url, poolSize: 4 });
});

beforeEach(async () => {
  await aside`truncate counters`;
  await aside`insert into counters select number, 0 from generate_series(1, 4) as number`;
});

afterEach(() => {
  expect(database.statistics()).toMatchObject({ inUse: 0, waiting: 0 });
});

afterAll(async () => {
  await database.close();
  await aside.end();
  await testDatabase.drop();
});

const setTo = (executor: Executor, id: number, amount: number) =>
  executor.update(counters).set({ amount }).where(eq(counters.id, id));

const amounts = async (): Promise<number[]> =>
  (await aside<{ amount: number }[]>`select amount from counters order by id`).map((row) => row.amount);

const fails = (executor: Executor) => executor.execute(sql`select 1 / 0`);

describe('a transaction', () => {
  it('commits what its callback did, and gives its result', async () => {
    const result = await database.transaction(async (transaction) => {
      await setTo(transaction, 1, 5);
      expect(await amounts()).toEqual([0, 0, 0, 0]);
      return 'done';
    });
    expect(result).toBe('done');
    expect(await amounts()).toEqual([5, 0, 0, 0]);
  });

  it('rolls back what a callback that throws has done', async () => {
    const mistake = new Error('no');
    await expect(
      database.transaction(async (transaction) => {
        await setTo(transaction, 1, 5);
        throw mistake;
      }),
    ).rejects.toBe(mistake);
    expect(await amounts()).toEqual([0, 0, 0, 0]);
  });

  it('gives the code and the constraint of an error', async () => {
    const error = await database
      .transaction((transaction) => setTo(transaction, 1, -1))
      .catch((caught) => caught);
    expect(postgresFailure(error)).toEqual({ code: '23514', constraint: 'positive' });
    expect((withoutStatement(error) as Error).message).not.toContain('update');
    expect(postgresFailure(new Error('another'))).toBe(undefined);
  });

  it('refuses the late branch of a Promise.all that has failed', async () => {
    let late: Promise<unknown> = Promise.resolve();
    const branch = async (transaction: Executor): Promise<void> => {
      for (let amount = 1; amount <= 50; amount += 1) await setTo(transaction, 1, amount);
    };
    await expect(
      database.transaction(async (transaction) => {
        late = branch(transaction);
        await Promise.all([late, fails(transaction)]);
      }),
    ).rejects.toThrow();
    const afterwards = database.transaction((transaction) => setTo(transaction, 2, 7));
    await expect(late).rejects.toMatchObject({ cause: expect.anything() });
    await afterwards;
    expect(await amounts()).toEqual([0, 7, 0, 0]);
  });

  it.each([['resolved'], ['failed']])('refuses a statement after it has %s', async (ending) => {
    let kept: Executor | undefined;
    await database
      .transaction(async (transaction) => {
        kept = transaction;
        if (ending === 'failed') await fails(transaction);
      })
      .catch(() => {});
    const error = await setTo(kept as Executor, 1, 9).catch(withoutStatement);
    expect(error).toEqual(new TransactionOverError('The transaction is over.'));
    await expect(kept?.transaction(async () => {})).rejects.toThrow(TransactionOverError);
    expect(await amounts()).toEqual([0, 0, 0, 0]);
  });

  it('is rolled back when its callback does not await its statements', async () => {
    let forgotten: Promise<unknown> = Promise.resolve();
    await expect(
      database.transaction(async (transaction) => {
        await setTo(transaction, 1, 5);
        forgotten = Promise.allSettled([setTo(transaction, 2, 5), setTo(transaction, 3, 5)]);
        await Promise.resolve().then(() => {});
      }),
    ).rejects.toThrow('The work ended before its statements did.');
    await forgotten;
    expect(await amounts()).toEqual([0, 0, 0, 0]);
  });

  it('fails when COMMIT is answered by ROLLBACK', async () => {
    const error = await database
      .transaction(async (transaction) => {
        await setTo(transaction, 1, 5);
        await fails(transaction).catch(() => {});
        await setTo(transaction, 2, 5).catch(() => {});
      })
      .catch((caught) => caught);
    expect(error).toBeInstanceOf(RolledBackError);
    expect(postgresFailure(error)?.code).toBe('22012');
    expect(await amounts()).toEqual([0, 0, 0, 0]);
  });

  it('ends at its limit, although its callback never does', async () => {
    const hasty = openDatabase({ url: testDatabase.url, poolSize: 1, workTimeoutMs: 200 });
    await expect(
      hasty.transaction(async (transaction) => {
        await setTo(transaction, 1, 5);
        await new Promise(() => {});
      }),
    ).rejects.toThrow(WorkTimeoutError);
    await expect(
      hasty.transaction((transaction) => transaction.execute(sql`select pg_sleep(60)`)),
    ).rejects.toThrow(WorkTimeoutError);
    await expect(
      hasty.read.execute(sql`select pg_sleep(60)`).catch((error) => error.cause),
    ).resolves.toBeInstanceOf(WorkTimeoutError);
    expect(hasty.statistics()).toMatchObject({ workTimedOut: 3, inUse: 0 });
    await hasty.close();
    expect(await amounts()).toEqual([0, 0, 0, 0]);
  });

  it('is repeated as a whole after a deadlock', async () => {
    const runs = [0, 0];
    const before = database.statistics().repeatedTransactions;
    // Each goes on when both hold their first row; whoever is repeated finds that they do.
    let holding = 0;
    let release = (): void => {};
    const bothHold = new Promise<void>((resolve) => (release = resolve));
    const opposite = (index: number, first: number, second: number) =>
      database.transaction(async (transaction) => {
        runs[index] = (runs[index] ?? 0) + 1;
        await transaction
          .update(counters)
          .set({ amount: sql`amount + 1` })
          .where(eq(counters.id, first));
        holding += 1;
        if (holding === 2) release();
        await bothHold;
        await transaction
          .update(counters)
          .set({ amount: sql`amount + 1` })
          .where(eq(counters.id, second));
      });
    await Promise.all([opposite(0, 1, 2), opposite(1, 2, 1)]);
    expect(runs[0]! + runs[1]!).toBeGreaterThan(2);
    expect(database.statistics().repeatedTransactions - before).toBe(runs[0]! + runs[1]! - 2);
    expect(await amounts()).toEqual([2, 2, 0, 0]);
  });

  it('is repeated no more than four times', async () => {
    let runs = 0;
    await expect(
      database.transaction(async (transaction) => {
        runs += 1;
        await transaction.execute(sql`do $$ begin raise exception 'again' using errcode = '40001'; end $$`);
      }),
    ).rejects.toMatchObject({ cause: { code: '40001' } });
    expect(runs).toBe(5);
  });

  it('survives a migration that changes the type of a column which its statement had prepared', async () => {
    const single = openDatabase({ url: testDatabase.url, poolSize: 1 });
    const work = (transaction: Executor) => transaction.select().from(counters).where(eq(counters.id, 1));
    await single.transaction(work);
    await aside`alter table counters alter column amount type bigint`;
    expect(await single.transaction(work)).toHaveLength(1);
    expect(single.statistics()).toMatchObject({ repeatedTransactions: 1, opened: 1 });
    await aside`alter table counters alter column amount type integer`;
    expect(await single.read.select().from(counters).where(eq(counters.id, 1))).toHaveLength(1);
    await single.close();
  });
});

describe('a savepoint', () => {
  it('undoes its own part only', async () => {
    await database.transaction(async (transaction) => {
      await setTo(transaction, 1, 5);
      await transaction
        .transaction(async (savepoint) => {
          await setTo(savepoint, 2, 5);
          await savepoint.transaction((inner) => setTo(inner, 3, 5));
          await fails(savepoint);
        })
        .catch(() => {});
      await transaction.transaction(async (savepoint) => {
        await setTo(savepoint, 4, 5);
        await savepoint
          .transaction(async (inner) => {
            await setTo(inner, 3, 5);
            inner.rollback();
          })
          .catch(() => {});
      });
    });
    expect(await amounts()).toEqual([5, 0, 0, 5]);
  });

  it('refuses statements after its end, and statements beside it', async () => {
    await database.transaction(async (transaction) => {
      let kept: Executor | undefined;
      await transaction.transaction(async (savepoint) => {
        kept = savepoint as unknown as Executor;
        expect(await setTo(transaction, 1, 5).catch(withoutStatement)).toEqual(
          new TransactionOverError('Statements must go to the savepoint that is open.'),
        );
        await setTo(savepoint, 2, 5);
      });
      expect(await setTo(kept as Executor, 3, 5).catch(withoutStatement)).toBeInstanceOf(
        TransactionOverError,
      );
      await setTo(transaction, 4, 5);
    });
    expect(await amounts()).toEqual([0, 5, 0, 5]);
  });

  it('ends with its transaction', async () => {
    let branch: Promise<unknown> = Promise.resolve();
    await expect(
      database.transaction(async (transaction) => {
        branch = transaction.transaction(async (savepoint) => {
          for (let amount = 1; amount <= 50; amount += 1) await setTo(savepoint, 1, amount);
        });
        branch.catch(() => {});
        await sleep(5);
        throw new Error('enough');
      }),
    ).rejects.toThrow('enough');
    await expect(branch).rejects.toThrow();
    expect(await amounts()).toEqual([0, 0, 0, 0]);
  });
});
