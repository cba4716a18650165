import { readFileSync } from 'node:fs';
import postgres from 'postgres';
import { hashPassword } from '../src/auth/password.ts';
import { migrate } from '../src/db/migrate.ts';
import { BenchError, readArguments, runMain, wholeNumber } from './arguments.ts';
import { openBenchDatabase } from './bench-database.ts';

const usage = `npm run bench:seed -- [--orders 50000] [--days 120] [--until 2026-11-01] [--data-dir .data/bench] [--fresh]

Fills an empty database with orders of every status and all that belongs to them. The same numbers and the same
--until (by default this morning, UTC) give the same rows.

  --orders    how many orders
  --days      over how many days up to --until
  --data-dir  folder of the embedded server; without it DATABASE_URL is used where there is one
  --fresh     empty the embedded server's database first`;

/** One transaction each. Larger ones are hardly faster, and a stopped run loses what was not committed. */
const ordersPerBatch = 10_000;
const maximumOrders = 20_000_000;
const password = 'bench-password';
const sqlFile = (name: string): string => readFileSync(new URL(`seed/${name}`, import.meta.url), 'utf8');

async function main(): Promise<void> {
  const { values } = readArguments(
    {
      options: {
        orders: { type: 'string', default: '50000' },
        days: { type: 'string', default: '120' },
        until: { type: 'string', default: new Date().toISOString().slice(0, 10) },
        'data-dir': { type: 'string' },
        fresh: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    },
    usage,
  );
  if (values.help) return void process.stdout.write(`${usage}\n`);
  const orders = wholeNumber(values.orders, '--orders', maximumOrders);
  const days = wholeNumber(values.days, '--days', 3_650);
  const until = new Date(values.until);
  if (Number.isNaN(until.getTime())) throw new BenchError(`--until is not a date: ${values.until}`);
  const database = await openBenchDatabase(values['data-dir']);
  try {
    if (values.fresh) await empty(database.url, database.embedded);
    await migrate(database.url);
    const seconds = await seed(database.url, { orders, days, until: until.toISOString() });
    process.stdout.write(
      `${orders} orders in ${seconds.toFixed(1)} seconds, in ${database.place}.\n` +
        `Sign in as manager0@bench.example, password ${password}.\n`,
    );
  } finally {
    await database.stop();
  }
}

/** Never in a database that somebody has named: it may be a real one. */
async function empty(url: string, embedded: boolean): Promise<void> {
  if (!embedded)
    throw new BenchError('--fresh works on the embedded server only. Make a new, empty database.');
  const client = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await client.unsafe(
      'drop schema public cascade; create schema public; drop schema if exists drizzle, jobs, graphile_worker, figures cascade',
    );
  } finally {
    await client.end({ timeout: 5 });
  }
}

async function seed(url: string, size: { orders: number; days: number; until: string }): Promise<number> {
  const startedAt = performance.now();
  const client = postgres(url, { max: 1, onnotice: () => {}, fetch_types: false });
  try {
    await refuseInUse(client);
    const settings = {
      ...size,
      variants: Math.min(Math.max(Math.floor(size.orders / 20), 40), 20_000),
      customers: Math.min(Math.max(Math.floor(size.orders / 20), 20), 50_000),
      password_hash: await hashPassword(password),
    };
    const batch = sqlFile('batch.sql');
    await client.unsafe(sqlFile('functions.sql')).simple();
    // The one trigger that the seed cannot do without: it links the history of each order.
    await client.unsafe('alter table order_history enable always trigger order_history_chain');
    await inTransaction(client, settings, sqlFile('reference.sql'));
    for (let first = 1; first <= size.orders; first += ordersPerBatch) {
      const last = Math.min(first + ordersPerBatch - 1, size.orders);
      await inTransaction(client, { ...settings, first, last }, batch);
      const seconds = (performance.now() - startedAt) / 1000;
      process.stderr.write(`${last} of ${size.orders} orders, ${seconds.toFixed(0)} s\n`);
    }
    await client.unsafe('alter table order_history enable trigger order_history_chain');
    // So that neither the first reader nor autovacuum does it in the middle of a measurement.
    await client.unsafe('vacuum (analyze)');
    await client.unsafe('checkpoint').catch(() => {});
  } finally {
    await client.end({ timeout: 5 });
  }
  return (performance.now() - startedAt) / 1000;
}

async function refuseInUse(client: postgres.Sql): Promise<void> {
  const [row] = await client<{ inUse: boolean }[]>`
    select exists (select from orders) or exists (select from users) as "inUse"`;
  if (!row!.inUse) return;
  throw new BenchError(
    'The database is not empty. On the embedded server --fresh empties it; elsewhere make a new, empty database.',
  );
}

async function inTransaction(
  client: postgres.Sql,
  settings: Readonly<Record<string, string | number>>,
  text: string,
): Promise<void> {
  await client.begin(async (transaction) => {
    for (const [name, value] of Object.entries(settings)) {
      await transaction`select set_config(${`bench.${name}`}, ${String(value)}, true)`;
    }
    await trustReferences(transaction);
    await transaction
      .unsafe(`set local timezone to 'UTC'; set local synchronous_commit to off; ${text}`)
      .simple();
  });
}

/**
 * The rows refer to one another by construction, so checking every reference, which takes most of the time, is left
 * out where the role may do so. Checks, keys and generated columns hold all the same.
 */
async function trustReferences(transaction: postgres.TransactionSql): Promise<void> {
  const [role] = await transaction<{ superuser: boolean }[]>`
    select rolsuper as superuser from pg_roles where rolname = current_user`;
  if (role?.superuser) await transaction`set local session_replication_role to replica`;
}

runMain(main);
