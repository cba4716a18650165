import { rm } from 'node:fs/promises';
import path from 'node:path';
import postgres from 'postgres';
import { openDatabase, type Database } from '../src/db/driver/database.ts';
import { startEmbeddedPostgres } from '../src/db/embedded/start.ts';
import { migrate } from '../src/db/migrate.ts';
import { loadDashboard } from '../src/figures/dashboard.ts';
import { lastDays, type DayRange, type FiguresScope } from '../src/figures/figures.repository.ts';
import { projectNextEvents } from '../src/figures/project-figures.ts';
import { projectOrders } from '../src/figures/projection.repository.ts';
import { loadDays, loadFulfillmentStatistics, loadStatistics } from '../src/figures/statistics.ts';
import { readArguments, runMain, wholeNumber } from './arguments.ts';
import { describeMachine, writeSection } from './results.ts';
import { seedFigures, wakeTheLog } from './figures-seed.ts';

const usage = `npm run bench -- figures [--orders 10000,200000] [--data-dir DIR] [--rounds 30] [--no-write]

How long dashboard and statistics take over so many orders, idle and while orders come in. Each size gets a database of
its own in .data/bench-figures, which is removed again. The orders are spread over three years and four locations.

  --data-dir  measures what \`npm run bench:seed:scale\` has filled instead, such as .data/bench-10000000`;

const dataDirectory = '.data/bench-figures';
const ordersPerProjection = 2_000;
const seededLocation: FiguresScope = { locationCode: 'LOCATION-1' };

async function main(): Promise<void> {
  const { values } = readArguments(
    {
      options: {
        orders: { type: 'string', default: '10000,200000' },
        'data-dir': { type: 'string' },
        rounds: { type: 'string', default: '30' },
        // Nothing of dist/ runs here; taken so that all parts can be called alike.
        'no-build': { type: 'boolean', default: false },
        'no-write': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    },
    usage,
  );
  if (values.help) return void process.stdout.write(`${usage}\n`);
  const sizes = values.orders.split(',').map((size) => wholeNumber(size, '--orders', 20_000_000));
  const rounds = wholeNumber(values.rounds, '--rounds', 1_000);
  const log = (message: string): void => void process.stderr.write(`${message}\n`);
  const filled = values['data-dir'];
  if (!filled) await rm(dataDirectory, { recursive: true, force: true });
  const server = await startEmbeddedPostgres({
    dataDirectory: filled ?? dataDirectory,
    log,
    durable: !filled,
  });
  try {
    const version = await versionOf(server.url);
    const measured: SizeFigures[] = [];
    if (filled) measured.push(await benchFilled(server.url, rounds));
    else for (const size of sizes) measured.push(await benchSize(server.url, size, rounds));
    const lines = measured.flatMap(({ rows }) => rows);
    const remarks = measured.flatMap(({ remark }) => ['', remark]);
    const all = [
      ...describeMachine(version),
      '',
      '| orders | when | figures | median ms | worst ms |',
      '|---|---|---|---|---|',
      ...lines,
      ...remarks,
    ];
    process.stdout.write(`${all.join('\n')}\n`);
    const section = filled ? `figures: ${path.basename(filled)}` : 'figures';
    if (!values['no-write']) process.stdout.write(`\nWritten to ${await writeSection(section, all)}.\n`);
  } finally {
    await server.stop();
    if (!filled) await rm(dataDirectory, { recursive: true, force: true });
  }
}

async function versionOf(url: string): Promise<string> {
  const client = postgres(url, { max: 1, fetch_types: false, onnotice: () => {} });
  try {
    const [row] = await client<{ version: string }[]>`select current_setting('server_version') as version`;
    return row!.version;
  } finally {
    await client.end();
  }
}

interface SizeFigures {
  /** Of the table. */
  readonly rows: readonly string[];
  readonly remark: string;
}

async function benchSize(serverUrl: string, orders: number, rounds: number): Promise<SizeFigures> {
  const name = `figures_${orders}`;
  const admin = postgres(serverUrl, { max: 1, onnotice: () => {} });
  await admin.unsafe(`create database ${name}`);
  await admin.end();
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  await migrate(url.href);
  const client = postgres(url.href, { max: 1, onnotice: () => {}, connection: { TimeZone: 'UTC' } });
  const database = openDatabase({ url: url.href, poolSize: 8 });
  try {
    const startedAt = performance.now();
    const ids = await seedFigures(client, orders);
    const seededAt = performance.now();
    for (let first = 0; first < ids.length; first += ordersPerProjection) {
      const some = ids.slice(first, first + ordersPerProjection);
      await database.transaction((transaction) => projectOrders(transaction, some));
    }
    const perOrderUs = ((performance.now() - seededAt) * 1_000) / orders;
    await wakeTheLog(client);
    const [size] = await client`select pg_size_pretty(sum(pg_total_relation_size(oid))) as facts,
      pg_size_pretty(pg_total_relation_size('figures.daily') + pg_total_relation_size('figures.durations')) as sums
      from pg_class where relnamespace = 'figures'::regnamespace and relkind = 'r'`;
    const seeded =
      `${orders} orders: seeded in ${((seededAt - startedAt) / 1_000).toFixed(0)} s, counted in ` +
      `${perOrderUs.toFixed(0)} µs an order; ${size!['facts']} in all, ${size!['sums']} of sums`;
    const idle = await measureAll(database, rounds, 'idle', seededLocation);
    const busy = await measureWhileOrdersComeIn(database, client, rounds, seededLocation);
    return {
      rows: [...idle, ...busy.rows].map((row) => `| ${orders} ${row}`),
      remark: `${seeded}; meanwhile ${busy.perSecond.toFixed(0)} orders a second came in and were counted.`,
    };
  } finally {
    await database.close();
    await client.end();
  }
}

/** A database that was filled before, as it is: its figures are made of the same log as everybody's. */
async function benchFilled(url: string, rounds: number): Promise<SizeFigures> {
  await migrate(url);
  const client = postgres(url, { max: 1, onnotice: () => {}, connection: { TimeZone: 'UTC' } });
  const database = openDatabase({ url, poolSize: 8 });
  try {
    while ((await projectNextEvents(database)) > 0);
    const [{ orders, entries }] = await client<[{ orders: string; entries: string }]>`
      select (select count(*) from orders) as orders, (select count(*) from order_history) as entries`;
    const at = {
      locationCode: (await client`select code from stock_locations order by code limit 1`)[0]!['code'],
    };
    const idle = await measureAll(database, rounds, 'idle', at);
    const busy = await measureWhileOrdersComeIn(database, client, rounds, at);
    return {
      rows: [...idle, ...busy.rows].map((row) => `| ${orders} ${row}`),
      remark: `${orders} orders, ${entries} entries of history; meanwhile ${busy.perSecond.toFixed(0)} orders a second came in and were counted.`,
    };
  } finally {
    await database.close();
    await client.end();
  }
}

async function measureAll(
  database: Database,
  rounds: number,
  when: string,
  at: FiguresScope,
): Promise<string[]> {
  const rows: string[] = [];
  const { read } = database;
  const year: DayRange = (await lastDays(read, 365)).now;
  const queries: Record<string, () => Promise<unknown>> = {
    'dashboard, 30 days': () => loadDashboard(read, {}, 30),
    'dashboard, 30 days, a location and a channel': () =>
      loadDashboard(read, { ...at, channel: 'ecommerce' }, 30),
    'dashboard, 365 days': () => loadDashboard(read, {}, 365),
    'statistics, a year': () => loadStatistics(read, {}, year),
    'statistics, a year with its days': () =>
      Promise.all([loadStatistics(read, {}, year), loadDays(read, { ...year, scope: {} })]),
    'statistics, three years': async () => loadStatistics(read, {}, (await lastDays(read, 1_095)).now),
    'fulfillmentStatistics, a year, a location': () => loadFulfillmentStatistics(read, at, year),
  };
  for (const [name, query] of Object.entries(queries)) {
    await query();
    const times: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const startedAt = performance.now();
      await query();
      times.push(performance.now() - startedAt);
    }
    times.sort((left, right) => left - right);
    const [median, worst] = [times[Math.floor(rounds / 2)]!, times.at(-1)!];
    rows.push(`| ${when} | ${name} | ${median.toFixed(1)} | ${worst.toFixed(1)} |`);
  }
  return rows;
}

/** Without a pause, 50 orders after 50 orders, and each counted at once. */
async function measureWhileOrdersComeIn(
  database: Database,
  client: postgres.Sql,
  rounds: number,
  at: FiguresScope,
): Promise<{ rows: string[]; perSecond: number }> {
  let isOver = false;
  let orders = 0;
  const startedAt = performance.now();
  const coming = (async () => {
    while (!isOver) {
      await seedFigures(client, 50, { isNew: true });
      orders += 50;
      while ((await projectNextEvents(database)) > 0);
    }
  })();
  const rows = await measureAll(database, rounds, 'busy', at);
  isOver = true;
  await coming;
  return { rows, perSecond: (orders * 1_000) / (performance.now() - startedAt) };
}

runMain(main);
