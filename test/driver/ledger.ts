import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { integer, pgTable, uuid } from 'drizzle-orm/pg-core';
import { sql } from 'drizzle-orm';
import postgres from 'postgres';
import type { Database, Executor } from '../../src/db/driver/database.ts';
import { OutcomeUnknownError } from '../../src/db/driver/errors.ts';
import type { Randomness } from './randomness.ts';

const entries = pgTable('entries', { unit: uuid().notNull(), part: integer().notNull() });
const partsOfUnit = 4;

export class ExpectedFailure extends Error {}

/** What the callers were told about each unit of work, to be compared with what is in the table. */
export interface Ledger {
  readonly acknowledged: string[];
  readonly failed: string[];
  readonly unknown: string[];
  reads: number;
  readonly unexpected: unknown[];
}

export interface Findings {
  torn: number;
  lost: number;
  failedButPresent: number;
}

export function makeLedger(): Ledger {
  return { acknowledged: [], failed: [], unknown: [], reads: 0, unexpected: [] };
}

/** A plain connection, to look at the server from the side. */
export function connectAside(url: string): postgres.Sql {
  return postgres(url, { max: 1, onnotice: () => {}, connection: { application_name: 'aside' } });
}

export async function createEntries(aside: postgres.Sql): Promise<void> {
  await aside`create table entries (unit uuid not null, part integer not null)`;
}

/** One caller: unit after unit until told to stop, of every kind, and some reads between. */
export async function keepWorking(
  database: Database,
  ledger: Ledger,
  randomness: Randomness,
  isOver: () => boolean,
): Promise<void> {
  while (!isOver()) {
    if (randomness.below(4) === 0) await readOnce(database, ledger);
    else await workOnce(database, ledger, randomness);
  }
}

async function readOnce(database: Database, ledger: Ledger): Promise<void> {
  try {
    await database.read.select().from(entries).limit(3);
    ledger.reads += 1;
  } catch (error) {
    noteUnexpected(ledger, error);
  }
}

async function workOnce(database: Database, ledger: Ledger, randomness: Randomness): Promise<void> {
  const unit = randomUUID();
  const work = kinds[randomness.below(kinds.length)] ?? inSequence;
  try {
    await database.transaction((transaction) => work(transaction, unit));
    ledger.acknowledged.push(unit);
  } catch (error) {
    if (error instanceof OutcomeUnknownError) ledger.unknown.push(unit);
    else ledger.failed.push(unit);
    noteUnexpected(ledger, error);
  }
}

/** A lost connection must come as one of the driver's errors, and nothing else may come at all. */
function noteUnexpected(ledger: Ledger, error: unknown): void {
  const names = ['DatabaseUnavailableError', 'OutcomeUnknownError'];
  let current = error;
  for (; current instanceof Error; current = current.cause) {
    if (current instanceof ExpectedFailure || names.includes(current.name)) return;
  }
  ledger.unexpected.push(error);
}

type Kind = (transaction: Executor, unit: string) => Promise<void>;

const write = (transaction: Executor, unit: string, part: number) =>
  transaction.insert(entries).values({ unit, part });

const inSequence: Kind = async (transaction, unit) => {
  for (let part = 0; part < partsOfUnit; part += 1) await write(transaction, unit, part);
};

const sideBySide: Kind = async (transaction, unit) => {
  await Promise.all([0, 1, 2, 3].map((part) => write(transaction, unit, part)));
};

/**
 * The classic: one branch fails, and the other goes on writing although nobody waits for it any more. With the pauses
 * it is still at it when the connection serves somebody else, which tears the library's own transactions.
 */
const failingBranch: Kind = async (transaction, unit) => {
  const slowBranch = async (): Promise<void> => {
    for (let part = 0; part < partsOfUnit; part += 1) {
      await write(transaction, unit, part);
      await sleep(2);
    }
  };
  await Promise.all([
    slowBranch(),
    write(transaction, unit, 9).then(() => Promise.reject(new ExpectedFailure())),
  ]);
};

const withdrawn: Kind = async (transaction, unit) => {
  await write(transaction, unit, 0);
  throw new ExpectedFailure();
};

const withSavepoint: Kind = async (transaction, unit) => {
  const undone = transaction.transaction(async (savepoint) => {
    await write(savepoint, unit, 9);
    throw new ExpectedFailure();
  });
  await undone.catch((error: unknown) => {
    if (!(error instanceof ExpectedFailure)) throw error;
  });
  await transaction.transaction((savepoint) => inSequence(savepoint, unit));
};

/** The error of a statement is swallowed; what was lost with it must not be committed in part. */
const swallowedError: Kind = async (transaction, unit) => {
  await write(transaction, unit, 0);
  await transaction.execute(sql`select 1 / 0`).catch(() => {});
  await inSequence(transaction, unit).catch(() => {});
  throw new ExpectedFailure();
};

const kinds: Kind[] = [inSequence, sideBySide, failingBranch, withdrawn, withSavepoint, swallowedError];

export async function compare(aside: postgres.Sql, ledger: Ledger): Promise<Findings> {
  const rows = await aside<{ unit: string; parts: number[] }[]>`
    select unit, array_agg(part order by part) as parts from entries group by unit`;
  const whole = new Set(rows.filter((row) => row.parts.join() === '0,1,2,3').map((row) => row.unit));
  const present = new Set(rows.map((row) => row.unit));
  return {
    torn: present.size - whole.size,
    lost: ledger.acknowledged.filter((unit) => !whole.has(unit)).length,
    failedButPresent: ledger.failed.filter((unit) => present.has(unit)).length,
  };
}
