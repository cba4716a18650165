import postgres from 'postgres';
import { migrate } from '../src/db/migrate.ts';
import { BenchError, readArguments, runMain, wholeNumber } from './arguments.ts';
import { openBenchDatabase } from './bench-database.ts';
import { benchPassword, seedOrders } from './seed-rows.ts';

const usage = `npm run bench:seed -- [--orders 50000] [--days 120] [--until 2026-11-01] [--data-dir .data/bench] [--fresh]

Fills an empty database with orders of every status and all that belongs to them. The same numbers and the same
--until (by default this morning, UTC) give the same rows.

  --orders    how many orders
  --days      over how many days up to --until
  --data-dir  folder of the embedded server; without it DATABASE_URL is used where there is one
  --fresh     empty the embedded server's database first`;

const maximumOrders = 20_000_000;

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
    const seconds = await seedOrders(database.url, { orders, days, until: until.toISOString() });
    process.stdout.write(
      `${orders} orders in ${seconds.toFixed(1)} seconds, in ${database.place}.\n` +
        `Sign in as manager0@bench.example, password ${benchPassword}.\n`,
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

runMain(main);
