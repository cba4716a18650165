import { rmSync } from 'node:fs';
import { Agent } from 'node:http';
import postgres from 'postgres';
import { migrate } from '../src/db/migrate.ts';
import { build, logFile, mutation, requireDone, startApi, tokenFor } from './api-server.ts';
import { BenchError, readArguments, runMain, wholeNumber } from './arguments.ts';
import { openBenchDatabase } from './bench-database.ts';
import type { ChildServer } from './child-server.ts';
import { send, sendWalks, type BenchRequest } from './load.ts';
import { postgresProcessorMs, postmasterOf, processorMs } from './processor-time.ts';
import { describeMachine, writeSection } from './results.ts';

const usage = `npm run bench -- bulk [--orders 1000] [--data-dir .data/bench-bulk] [--no-build] [--no-write]

Measures the bulk mutations against the same done one by one over HTTP, in one run, each side on orders of its own.

  --orders    how many each side changes, up to 1,000
  --data-dir  folder of the embedded server; it is emptied before and after
  --no-build  measure dist/ as it is
  --no-write  leave bench/RESULTS.md as it is`;

interface Bench {
  readonly server: ChildServer;
  readonly token: string;
  readonly client: postgres.Sql;
  readonly postmaster: number;
  readonly managerId: string;
  readonly postgresVersion: string;
}

/** One way of changing all orders of a side. */
interface Way {
  readonly name: string;
  requests(bench: Bench, verb: Verb, ids: readonly string[]): BenchRequest[];
  readonly atOnce: number;
}

interface Verb {
  readonly name: string;
  /** Makes the orders ready for it. */
  readonly prepare?: (bench: Bench) => Promise<unknown>;
  readonly single: {
    readonly name: string;
    readonly inputType: string;
    readonly extra: (bench: Bench) => object;
  };
  readonly bulk: { readonly name: string; readonly extra: (bench: Bench) => object };
}

const verbs: readonly Verb[] = [
  {
    name: 'assign',
    single: {
      name: 'assignOrder',
      inputType: 'AssignOrderInput',
      extra: ({ managerId }) => ({ userId: managerId }),
    },
    bulk: { name: 'bulkAssignOrders', extra: ({ managerId }) => ({ userId: managerId }) },
  },
  {
    name: 'confirm',
    single: { name: 'confirmOrder', inputType: 'ConfirmOrderInput', extra: () => ({}) },
    bulk: { name: 'bulkUpdateOrderStatus', extra: () => ({ status: 'CONFIRMED' }) },
  },
  {
    name: 'create fulfillments',
    // What cancelFulfillment does with keepReservations; nothing looks at its history here.
    prepare: ({ client }) => client`update order_fulfillments set status = 'cancelled'`,
    single: {
      name: 'createFulfillment',
      inputType: 'CreateFulfillmentInput',
      extra: () => ({ locationCode: 'MAIN' }),
    },
    bulk: { name: 'bulkCreateFulfillments', extra: () => ({}) },
  },
  {
    name: 'cancel',
    single: { name: 'cancelOrder', inputType: 'CancelOrderInput', extra: () => ({}) },
    bulk: { name: 'bulkUpdateOrderStatus', extra: () => ({ status: 'CANCELLED' }) },
  },
];

function inBulk(name: string, more: object): Way {
  return {
    name,
    atOnce: 1,
    requests: (bench, { bulk }, ids) => [
      mutation(
        bench.server.url,
        bench.token,
        bulk.name,
        `${bulk.name[0]!.toUpperCase()}${bulk.name.slice(1)}Input`,
        { orderIds: ids, ...bulk.extra(bench), ...more },
        'applied refused results { ok order { id status version } }',
      ),
    ],
  };
}

function oneByOne(atOnce: number): Way {
  return {
    name: `one by one, ${atOnce} at once`,
    atOnce,
    requests: (bench, { single }, ids) =>
      ids.map((orderId) =>
        mutation(
          bench.server.url,
          bench.token,
          single.name,
          single.inputType,
          { orderId, ...single.extra(bench) },
          'order { id status version }',
        ),
      ),
  };
}

const ways = [
  inBulk('bulk', {}),
  inBulk('bulk, atomic', { atomic: true }),
  inBulk('bulk, dry run', { dryRun: true }),
  oneByOne(1),
  oneByOne(8),
];

async function main(): Promise<void> {
  const options = readOptions();
  if (!options) return void process.stdout.write(`${usage}\n`);
  if (options.build) build();
  rmSync(options.dataDirectory, { recursive: true, force: true });
  const database = await openBenchDatabase(options.dataDirectory);
  try {
    await migrate(database.url);
    const lines = await withBench(database.url, async (bench) => [
      ...describeMachine(bench.postgresVersion),
      '',
      ...(await runAll(bench, options.orders)),
    ]);
    process.stdout.write(`${lines.join('\n')}\n`);
    if (options.write) process.stdout.write(`\nWritten to ${await writeSection('bulk', lines)}.\n`);
  } finally {
    await database.stop();
    rmSync(options.dataDirectory, { recursive: true, force: true });
  }
}

function readOptions() {
  const { values } = readArguments(
    {
      options: {
        orders: { type: 'string', default: '1000' },
        'data-dir': { type: 'string', default: '.data/bench-bulk' },
        'no-build': { type: 'boolean', default: false },
        'no-write': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    },
    usage,
  );
  if (values.help) return undefined;
  const orders = wholeNumber(values.orders, '--orders', 1_000);
  return {
    orders,
    dataDirectory: values['data-dir'],
    build: !values['no-build'],
    write: !values['no-write'],
  };
}

async function withBench<Result>(
  databaseUrl: string,
  work: (bench: Bench) => Promise<Result>,
): Promise<Result> {
  const client = postgres(databaseUrl, { max: 1, fetch_types: false, onnotice: () => {} });
  const server = await startApi('bulk', { databaseUrl, poolSize: 8 });
  try {
    const [manager] = await client<{ id: string; backend: number; postgresVersion: string }[]>`
      insert into users (id, email, display_name, role, password_hash)
      values (gen_random_uuid(), 'manager@bench.example', 'Manager', 'order_manager', '-')
      returning id, pg_backend_pid() as backend, current_setting('server_version') as "postgresVersion"`;
    const { id, backend, postgresVersion } = manager!;
    const token = await tokenFor(id, 'order_manager');
    const postmaster = postmasterOf(backend);
    return await work({ server, token, client, postmaster, managerId: id, postgresVersion });
  } finally {
    await server.stop();
    await client.end({ timeout: 5 });
    rmSync(logFile('bulk'), { force: true });
  }
}

async function runAll(bench: Bench, orders: number): Promise<string[]> {
  const ids = await placeOrders(bench, orders * ways.length);
  const lines = [
    `| ${orders} orders | how | seconds | server s | PostgreSQL s | ratio |`,
    '|---|---|---|---|---|---|',
  ];
  for (const verb of verbs) {
    await verb.prepare?.(bench);
    const measured = [];
    for (const [index, way] of ways.entries()) {
      const own = ids.slice(index * orders, (index + 1) * orders);
      measured.push({ way, ...(await measure(bench, way.atOnce, way.requests(bench, verb, own))) });
      if (way.name.includes('dry run')) await inOneGo(bench, verb, own);
    }
    const base = measured.find(({ way }) => way.name === oneByOne(1).name)!;
    for (const { way, wallMs, serverMs, postgresMs } of measured) {
      const seconds = [wallMs, serverMs, postgresMs].map((each) => (each / 1000).toFixed(2)).join(' | ');
      lines.push(`| ${verb.name} | ${way.name} | ${seconds} | ${(wallMs / base.wallMs).toFixed(2)} |`);
    }
  }
  return lines;
}

/** What a dry run has left undone, so that the next verb finds all orders alike. */
async function inOneGo(bench: Bench, verb: Verb, ids: readonly string[]): Promise<void> {
  await measure(bench, 1, ways[0]!.requests(bench, verb, ids));
}

async function measure({ server, postmaster }: Bench, atOnce: number, requests: readonly BenchRequest[]) {
  const agent = new Agent({ keepAlive: true });
  const [startedAt, atServer, atPostgres] = [
    performance.now(),
    processorMs(server.pid),
    postgresProcessorMs(postmaster),
  ];
  try {
    if (requests.length > 1) await sendEach(requests, atOnce);
    else {
      const answer = JSON.parse((await send(agent, requests[0]!)).toString());
      const [payload] = Object.values<{ refused: number }>(answer.data ?? {});
      if (answer.errors || payload?.refused !== 0) throw new BenchError(JSON.stringify(answer).slice(0, 500));
    }
  } finally {
    agent.destroy();
  }
  return {
    wallMs: performance.now() - startedAt,
    serverMs: processorMs(server.pid) - atServer,
    postgresMs: postgresProcessorMs(postmaster) - atPostgres,
  };
}

/** Of three lines each, over the API. */
async function placeOrders(bench: Bench, count: number): Promise<string[]> {
  const { token } = bench;
  const { url } = bench.server;
  const skus = Array.from({ length: 100 }, (_, index) => `SKU-${index}`);
  const price = { amountMinor: 100, currency: 'GBP' };
  const setUp = [
    mutation(
      url,
      token,
      'createProduct',
      'CreateProductInput',
      { name: 'Bench', variants: skus.map((sku) => ({ sku, barcode: sku, name: sku, price })) },
      'product { id }',
    ),
    mutation(
      url,
      token,
      'receiveStock',
      'ReceiveStockInput',
      { locationCode: 'MAIN', lines: skus.map((sku) => ({ sku, quantity: 1_000_000 })) },
      'stockLevels { onHand }',
    ),
  ];
  await sendEach(setUp, 1);
  const requests = Array.from({ length: count }, (_, index) =>
    mutation(
      url,
      token,
      'createOrder',
      'CreateOrderInput',
      {
        channel: 'ECOMMERCE',
        currency: 'GBP',
        lines: [0, 1, 2].map((line) => ({ sku: skus[(index + line * 7) % skus.length], quantity: 1 })),
      },
      'order { id }',
    ),
  );
  await sendEach(requests, 8);
  const rows = await bench.client<{ id: string }[]>`select id from orders order by id`;
  await bench.client`analyze`;
  if (rows.length !== count) throw new BenchError(`${rows.length} of ${count} orders could be placed.`);
  return rows.map(({ id }) => id);
}

async function sendEach(requests: readonly BenchRequest[], atOnce: number): Promise<void> {
  await sendWalks(
    requests.map((request) => [request]),
    atOnce,
    requireDone,
  );
}

runMain(main);
