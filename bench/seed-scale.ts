import { statfs } from 'node:fs/promises';
import postgres from 'postgres';
import { migrate } from '../src/db/migrate.ts';
import { startEmbeddedPostgres, type EmbeddedServer } from '../src/db/embedded/start.ts';
import { openDatabase } from '../src/db/driver/database.ts';
import { rebuildFigures } from '../src/figures/rebuild-figures.ts';
import { BenchError, readArguments, runMain, wholeNumber } from './arguments.ts';
import { dropIndexes, remainingIndexes } from './seed-indexes.ts';
import { copiedTables, copyStatement } from './seed-copies.ts';
import { makeBlock, type ScaleSize } from './seed-block.ts';

const usage = `npm run bench:seed:scale -- --orders 1000000 [--complete-months 6] [--history-months 6] [--data-dir .data/bench-1000000]

Fills an embedded server of its own with orders over three years: a block of at most 25,000 orders, copied as often as
needed. A run that was stopped goes on where it was when it is started again with the same numbers.

  --orders           how many; above 25,000 a multiple of that
  --complete-months  older orders have only lines, payments and two entries of history, as after an import
  --history-months   of so many months, orders have all of their history; by default the complete ones alone
  --data-dir         folder of the embedded server, by default .data/bench-ORDERS`;

const days = 1_095;
const blockOrders = 25_000;
const ordersPerSlice = 100_000;
/** What has to stay free on the disk. */
const reserveBytes = 5e9;
const log = (message: string): void => void process.stderr.write(`${message}\n`);

async function main(): Promise<void> {
  const { values } = readArguments(
    {
      options: {
        orders: { type: 'string', default: '1000000' },
        'complete-months': { type: 'string', default: '6' },
        'history-months': { type: 'string' },
        'data-dir': { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    },
    usage,
  );
  if (values.help) return void process.stdout.write(`${usage}\n`);
  const orders = wholeNumber(values.orders, '--orders', 20_000_000);
  const inBlock = Math.min(orders, blockOrders);
  if (orders % inBlock > 0) throw new BenchError(`--orders must be a multiple of ${blockOrders}.`);
  const copies = orders / inBlock;
  const size: ScaleSize = {
    orders,
    inBlock,
    copies,
    shares: greatestShare(copies),
    days,
    completeMonths: wholeNumber(values['complete-months'], '--complete-months', 40),
    historyMonths: wholeNumber(values['history-months'] ?? values['complete-months'], '--history-months', 40),
  };
  const dataDirectory = values['data-dir'] ?? `.data/bench-${orders}`;
  const startedAt = performance.now();
  await configure(dataDirectory, seedSettings);
  const server = await startEmbeddedPostgres({ dataDirectory, log, durable: false });
  let filled = '';
  try {
    await migrate(server.url);
    filled = await fill(server, size);
  } finally {
    await server.stop();
  }
  await configure(dataDirectory, usualSettings);
  log(
    `${orders} orders, ${filled}, in ${((performance.now() - startedAt) / 1_000).toFixed(0)} s, in ${dataDirectory}`,
  );
}

/** Variants and customers become more with the orders, but not as many times more. */
const greatestShare = (copies: number): number =>
  Math.max(...Array.from({ length: 40 }, (_, index) => index + 1).filter((share) => copies % share === 0));

const seedSettings: Readonly<Record<string, string>> = {
  shared_buffers: '2GB',
  max_wal_size: '3GB',
  checkpoint_timeout: '30min',
  wal_level: 'minimal',
  max_wal_senders: '0',
  autovacuum: 'off',
  jit: 'off',
};
const usualSettings: Readonly<Record<string, string>> = { shared_buffers: '2GB', max_wal_size: '2GB' };

/** Takes effect at the next start of the server. */
async function configure(dataDirectory: string, settings: Readonly<Record<string, string>>): Promise<void> {
  const server = await startEmbeddedPostgres({ dataDirectory, log, durable: false });
  const client = postgres(server.url, { max: 1, onnotice: () => {} });
  try {
    await client.unsafe('alter system reset all');
    for (const [name, value] of Object.entries(settings))
      await client.unsafe(`alter system set ${name} to '${value}'`);
  } finally {
    await client.end();
    await server.stop();
  }
}

interface Task {
  readonly name: string;
  run(client: postgres.Sql): Promise<unknown>;
}

/** Returns how much it has become. */
async function fill(server: EmbeddedServer, size: ScaleSize): Promise<string> {
  const client = postgres(server.url, {
    max: 2,
    onnotice: () => {},
    fetch_types: false,
    connection: {
      TimeZone: 'UTC',
      session_replication_role: 'replica',
      maintenance_work_mem: '1GB',
      work_mem: '256MB',
      max_parallel_maintenance_workers: 1,
    },
  });
  try {
    await refuseFilled(client);
    await client.unsafe('create schema if not exists block');
    await client.unsafe('create table if not exists block.done (name text primary key, seconds float8)');
    await runTasks(client, server.dataDirectory, [
      { name: 'block', run: () => makeBlock(server.url, client, size) },
    ]);
    await runTasks(client, server.dataDirectory, [{ name: 'drop indexes', run: dropIndexes }]);
    await runTasks(client, server.dataDirectory, await copyTasks(client, size));
    await runTasks(client, server.dataDirectory, [
      { name: 'stock and sequences', run: (on) => finish(on, size) },
    ]);
    const definitions = await remainingIndexes(client);
    await runTasks(
      client,
      server.dataDirectory,
      definitions.map(({ name, definition }) => ({
        name: `index ${name}`,
        run: (on) => on.unsafe(definition),
      })),
    );
    const names = await client<{ name: string }[]>`
      select oid::regclass::text as name from pg_class
      where relnamespace = 'public'::regnamespace and relkind = 'r' order by pg_relation_size(oid) desc`;
    await runTasks(
      client,
      server.dataDirectory,
      names.map(({ name }) => ({
        name: `vacuum ${name}`,
        run: (on) => on.unsafe(`vacuum (analyze, parallel 0) ${name}`),
      })),
    );
    await runTasks(client, server.dataDirectory, [
      { name: 'analyze the history', run: (on) => on.unsafe('analyze order_history') },
      { name: 'figures', run: () => countFigures(server.url) },
      { name: 'check of the stock', run: checkStock },
    ]);
    await client.unsafe('drop schema block cascade');
    await client.unsafe('checkpoint');
    const [row] = await client<{ filled: string }[]>`
      select format('%s entries of history, %s GB', (select count(*) from order_history),
        round(pg_database_size(current_database()) / 1e9, 2)) as filled`;
    return row!.filled;
  } finally {
    await client.end();
  }
}

/** What a stopped run goes on from is gone when it has ended. */
async function refuseFilled(client: postgres.Sql): Promise<void> {
  const [row] = await client<{ isFilled: boolean }[]>`
    select to_regnamespace('block') is null and exists (select from orders) as "isFilled"`;
  if (row!.isFilled) throw new BenchError('It is filled already; remove its folder to fill it anew.');
}

/** Each once, two at a time, in their order; what a run before this one has done is left out. */
async function runTasks(client: postgres.Sql, folder: string, tasks: readonly Task[]): Promise<void> {
  const done = new Set(
    (await client<{ name: string }[]>`select name from block.done`).map(({ name }) => name),
  );
  const waiting = tasks.filter(({ name }) => !done.has(name));
  const work = async (): Promise<void> => {
    for (let task = waiting.shift(); task; task = waiting.shift()) {
      const startedAt = performance.now();
      const { bavail, bsize } = await statfs(folder);
      if (bavail * bsize < reserveBytes)
        throw new BenchError(`Only ${bavail * bsize} bytes are free: stopped.`);
      await task.run(client);
      const seconds = (performance.now() - startedAt) / 1_000;
      await client`insert into block.done values (${task.name}, ${seconds})  on conflict do nothing`;
      log(
        `${new Date().toISOString().slice(11, 19)} ${task.name}: ${seconds.toFixed(1)} s, ${waiting.length} left`,
      );
    }
  };
  await Promise.all([work(), work()]);
}

async function copyTasks(client: postgres.Sql, { inBlock, copies }: ScaleSize): Promise<Task[]> {
  const step = Math.max(1, Math.floor(ordersPerSlice / copies));
  const tasks: Task[] = [];
  const statements = await Promise.all(copiedTables.map((copied) => copyStatement(client, copied)));
  for (let first = 1; first <= inBlock; first += step) {
    const last = Math.min(first + step - 1, inBlock);
    copiedTables.forEach(({ table }, index) => {
      const name = `${table} ${first}-${last}`;
      tasks.push({
        name,
        run: (on) =>
          on.begin(async (transaction) => {
            await transaction.unsafe(statements[index]!, [first, last]);
            // In the same transaction, so that a run that is stopped does not copy twice.
            await transaction`insert into block.done values (${name}, 0)`;
          }),
      });
    });
  }
  return tasks;
}

async function finish(client: postgres.Sql, { orders }: ScaleSize): Promise<void> {
  await client.begin(async (transaction) => {
    await transaction.unsafe(`truncate stock_levels`);
    await transaction.unsafe(`
      insert into stock_levels (variant_id, location_id, on_hand, reserved)
      select variant.id, location_id, on_hand * each, reserved * each
      from block.stock_levels as level join block.variants as variant on variant.block_id = variant_id,
        (select max(copies) / max(shares) as each from block.copies) as often;
      insert into stock_movements (id, variant_id, location_id, on_hand_change, reserved_change, reason, performed_by_id,
        created_at)
      select overlay(block.id::text placing '8' || lpad(to_hex(variant.share), 3, '0') from 20 for 4)::uuid, variant.id,
        location_id, on_hand_change * each, 0, reason, performed_by_id, created_at - interval '1 day'
      from block.received as block join block.variants as variant on variant.block_id = variant_id,
        (select max(copies) / max(shares) as each from block.copies) as often`);
    await transaction`select setval('order_number', ${orders}), setval('fulfillment_number', ${orders * 2 + 1})`;
    await transaction`insert into block.done values ('stock and sequences', 0)`;
  });
}

async function checkStock(client: postgres.Sql): Promise<void> {
  const [row] = await client<{ wrong: number }[]>`
    select count(*)::integer as wrong
    from stock_levels full join (
      select variant_id, location_id, sum(on_hand_change) as on_hand, sum(reserved_change) as reserved
      from stock_movements group by variant_id, location_id
    ) as ledger using (variant_id, location_id)
      full join (
        select variant_id, location_id, sum(quantity_remaining) as active
        from inventory_reservations where is_active group by variant_id, location_id
      ) as kept using (variant_id, location_id)
    where stock_levels.on_hand is distinct from ledger.on_hand or stock_levels.reserved is distinct from ledger.reserved
      or stock_levels.reserved is distinct from coalesce(kept.active, 0)`;
  if (row!.wrong > 0) throw new Error(`${row!.wrong} stock levels are not what the ledger says.`);
}

async function countFigures(url: string): Promise<void> {
  const database = openDatabase({
    url,
    poolSize: 4,
    statementTimeoutMs: 3_600_000,
    workTimeoutMs: 3_600_000,
  });
  try {
    await rebuildFigures(database, log);
  } finally {
    await database.close();
  }
}

runMain(main);
