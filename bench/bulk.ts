import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { Agent } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';
import { createTokenSigner } from '../src/auth/token.ts';
import { migrate } from '../src/db/migrate.ts';
import { BenchError, readArguments, runMain, wholeNumber } from './arguments.ts';
import { openBenchDatabase } from './bench-database.ts';
import { startChildServer, type ChildServer } from './child-server.ts';
import { send, sendMany, type BenchRequest } from './load.ts';
import { postgresProcessorMs, postmasterOf, processorMs } from './processor-time.ts';

const usage = `npm run bench:bulk -- [--orders 1000] [--data-dir .data/bench-bulk] [--no-build]

Measures the bulk mutations against the same done one by one over HTTP, in one run, each side on orders of its own.

  --orders    how many each side changes, up to 1,000
  --data-dir  folder of the embedded server; it is emptied before and after
  --no-build  measure dist/ as it is`;

const project = fileURLToPath(new URL('..', import.meta.url));
const signingKey = { id: 'default', secret: randomBytes(36).toString('base64') };

interface Bench {
  readonly server: ChildServer;
  readonly token: string;
  readonly client: postgres.Sql;
  readonly postmaster: number;
  readonly managerId: string;
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
      mutation(bench, bulk.name, `${bulk.name[0]!.toUpperCase()}${bulk.name.slice(1)}Input`, {
        input: { orderIds: ids, ...bulk.extra(bench), ...more },
        selection: 'applied refused results { ok order { id status version } }',
      }),
    ],
  };
}

function oneByOne(atOnce: number): Way {
  return {
    name: `one by one, ${atOnce} at once`,
    atOnce,
    requests: (bench, { single }, ids) =>
      ids.map((orderId) =>
        mutation(bench, single.name, single.inputType, {
          input: { orderId, ...single.extra(bench) },
          selection: 'order { id status version }',
        }),
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
  if (options.build) execFileSync('npm', ['run', '--silent', 'build'], { cwd: project, stdio: 'inherit' });
  rmSync(options.dataDirectory, { recursive: true, force: true });
  const database = await openBenchDatabase(options.dataDirectory);
  try {
    await migrate(database.url);
    await withBench(database.url, (bench) => runAll(bench, options.orders));
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
        help: { type: 'boolean', default: false },
      },
    },
    usage,
  );
  if (values.help) return undefined;
  const orders = wholeNumber(values.orders, '--orders', 1_000);
  return { orders, dataDirectory: values['data-dir'], build: !values['no-build'] };
}

async function withBench(databaseUrl: string, work: (bench: Bench) => Promise<void>): Promise<void> {
  const log = path.join(os.tmpdir(), `orders-bench-${process.pid}-bulk.log`);
  const environment = { DATABASE_URL: databaseUrl, NODE_ENV: 'production', JWT_SECRET: signingKey.secret };
  const client = postgres(databaseUrl, { max: 1, fetch_types: false, onnotice: () => {} });
  const server = await startChildServer('API', [path.join(project, 'dist/main.js')], environment, log);
  try {
    const [manager] = await client<{ id: string; backend: number }[]>`
      insert into users (id, email, display_name, role, password_hash)
      values (gen_random_uuid(), 'manager@bench.example', 'Manager', 'order_manager', '-')
      returning id, pg_backend_pid() as backend`;
    const { id, backend } = manager!;
    const token = createTokenSigner([signingKey]).sign({ id, role: 'order_manager', customerId: null });
    const postmaster = postmasterOf(backend);
    await work({ server, token: token.accessToken, client, postmaster, managerId: id });
  } finally {
    await server.stop();
    await client.end({ timeout: 5 });
    rmSync(log, { force: true });
  }
}

async function runAll(bench: Bench, orders: number): Promise<void> {
  const ids = await placeOrders(bench, orders * ways.length);
  process.stdout.write(
    `| ${orders} orders | how | seconds | server s | PostgreSQL s | ratio |\n|---|---|---|---|---|---|\n`,
  );
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
      process.stdout.write(
        `| ${verb.name} | ${way.name} | ${seconds} | ${(wallMs / base.wallMs).toFixed(2)} |\n`,
      );
    }
  }
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
    if (requests.length > 1) await sendMany(requests, requests.length, atOnce);
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
  const skus = Array.from({ length: 100 }, (_, index) => `SKU-${index}`);
  const price = { amountMinor: 100, currency: 'GBP' };
  const setUp = [
    mutation(bench, 'createProduct', 'CreateProductInput', {
      input: { name: 'Bench', variants: skus.map((sku) => ({ sku, barcode: sku, name: sku, price })) },
      selection: 'product { id }',
    }),
    mutation(bench, 'receiveStock', 'ReceiveStockInput', {
      input: { locationCode: 'MAIN', lines: skus.map((sku) => ({ sku, quantity: 1_000_000 })) },
      selection: 'stockLevels { onHand }',
    }),
  ];
  await sendMany(setUp, setUp.length, 1);
  const requests = Array.from({ length: count }, (_, index) =>
    mutation(bench, 'createOrder', 'CreateOrderInput', {
      input: {
        channel: 'ECOMMERCE',
        currency: 'GBP',
        lines: [0, 1, 2].map((line) => ({ sku: skus[(index + line * 7) % skus.length], quantity: 1 })),
      },
      selection: 'order { id }',
    }),
  );
  await sendMany(requests, count, 8);
  const rows = await bench.client<{ id: string }[]>`select id from orders order by id`;
  await bench.client`analyze`;
  if (rows.length !== count) throw new BenchError(`${rows.length} of ${count} orders could be placed.`);
  return rows.map(({ id }) => id);
}

function mutation(
  { server, token }: Bench,
  name: string,
  inputType: string,
  { input, selection }: { input: object; selection: string },
): BenchRequest {
  const query = `mutation ($input: ${inputType}!) { ${name}(input: $input) { ${selection} userErrors { code message } } }`;
  return {
    url: `${server.url}/graphql`,
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables: { input } }),
  };
}

runMain(main);
