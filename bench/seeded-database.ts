import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';
import { openDatabase } from '../src/db/driver/database.ts';
import { migrate } from '../src/db/migrate.ts';
import { projectNextEvents } from '../src/figures/project-figures.ts';
import { openBenchDatabase, type BenchDatabase } from './bench-database.ts';

const ordersWhenEmpty = 50_000;

/** The seeded database with the present schema and every event counted; filled first if it is empty. */
export async function openSeededDatabase(dataDirectory: string | undefined): Promise<BenchDatabase> {
  const database = await openBenchDatabase(dataDirectory);
  try {
    await migrate(database.url);
    if (await isEmpty(database.url)) seed(dataDirectory);
    await countEvents(database.url);
    return database;
  } catch (error) {
    await database.stop();
    throw error;
  }
}

/**
 * Works on a copy of the seeded database, which is gone afterwards: what writes leaves the seed as it was. PostgreSQL
 * copies only what nobody is connected to.
 */
export async function withCopy<Result>(
  database: BenchDatabase,
  name: string,
  work: (url: string) => Promise<Result>,
): Promise<Result> {
  const source = new URL(database.url).pathname.slice(1);
  const copy = new URL(database.url);
  copy.pathname = `/bench_${name}`;
  const ofServer = new URL(database.url);
  ofServer.pathname = '/postgres';
  const client = postgres(ofServer.href, { max: 1, fetch_types: false, onnotice: () => {} });
  const remove = (): Promise<unknown> => client.unsafe(`drop database if exists bench_${name} with (force)`);
  try {
    await remove();
    await client.unsafe(`create database bench_${name} template "${source}" strategy file_copy`);
    try {
      return await work(copy.href);
    } finally {
      await remove();
    }
  } finally {
    await client.end({ timeout: 5 });
  }
}

async function isEmpty(url: string): Promise<boolean> {
  const client = postgres(url, { max: 1, fetch_types: false, onnotice: () => {} });
  try {
    const [row] = await client<{ empty: boolean }[]>`select not exists (select from orders) as empty`;
    return row!.empty;
  } finally {
    await client.end({ timeout: 5 });
  }
}

function seed(dataDirectory: string | undefined): void {
  const script = fileURLToPath(new URL('seed.ts', import.meta.url));
  const folder = dataDirectory === undefined ? [] : ['--data-dir', dataDirectory];
  execFileSync(
    process.execPath,
    ['--import', 'tsx', script, '--orders', String(ordersWhenEmpty), ...folder],
    {
      stdio: 'inherit',
    },
  );
}

/** So that no projector works beside what is measured. */
async function countEvents(url: string): Promise<void> {
  const database = openDatabase({ url, poolSize: 2 });
  try {
    let events = 0;
    for (let more = await projectNextEvents(database); more > 0; more = await projectNextEvents(database)) {
      events += more;
      if (events % 50_000 < more) process.stderr.write(`${events} events are counted into the figures\n`);
    }
  } finally {
    await database.close();
  }
}
