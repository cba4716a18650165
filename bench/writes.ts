import { rmSync } from 'node:fs';
import path from 'node:path';
import postgres from 'postgres';
import { logFile, project, startApi, tokenFor } from './api-server.ts';
import { runMain } from './arguments.ts';
import { runComparison, type Comparison } from './comparison.ts';
import { startChildServer, type ChildServer } from './child-server.ts';
import { measureInTurns, type Side } from './measure.ts';
import { describePrevious } from './previous.ts';
import { postmasterOf } from './processor-time.ts';
import { describeMachine, formatTable, writeSection, type Result } from './results.ts';
import { withCopy } from './seeded-database.ts';
import { requireEqual, requireInvariants } from './verify.ts';
import {
  addStock,
  handWriter,
  orderSide,
  ourWriter,
  transitionSide,
  type Acknowledged,
  type Writer,
} from './writes/scenarios.ts';

const scenarioNames = ['orders', 'hot-sku', 'transitions'];
const usage = `npm run bench -- writes [${scenarioNames.join(' | ')}] [--rounds 4] [--turn-ms 1500] [--concurrency 1,8,32]
  [--pool 8] [--warm-up-ms 1500] [--data-dir .data/bench] [--against COMMIT] [--no-build] [--no-write]

Measures orders of three lines, the same with one SKU that all of them want, and the steps of fulfillments from the start
of picking until they are shipped, against statements written by hand, on a copy of the seeded database.

  --rounds       how often each side has its turn; an even number gives A B B A
  --turn-ms      how long a turn is, about
  --concurrency  how many requests at once; several numbers are measured one after the other
  --pool         database connections of each side
  --against      a commit of ours that is measured too, if its schema is the present one`;

interface Bench {
  readonly client: postgres.Sql;
  readonly postmaster: number;
  readonly postgresVersion: string;
  readonly writers: readonly Writer[];
  readonly acknowledged: Acknowledged;
}

const main = (): Promise<void> =>
  runComparison(
    scenarioNames,
    { rounds: '4', turnMs: '1500', warmUpMs: '1500', concurrency: '1,8,32' },
    usage,
    (database, comparison) => withCopy(database, 'writes', (url) => measure(url, comparison)),
  );

async function measure(url: string, options: Comparison): Promise<void> {
  const client = postgres(url, { max: 1, fetch_types: false, onnotice: () => {} });
  const servers: ChildServer[] = [];
  try {
    await addStock(client);
    await client.unsafe('analyze');
    const bench = await startWriters(url, client, options, servers);
    const [before] = await countStored(client);
    const results: Result[] = [];
    for (const scenario of options.scenarios) results.push(...(await runScenario(scenario, bench, options)));
    const checked = await verify(bench, before!);
    const lines = [
      ...describeMachine(bench.postgresVersion),
      `- ${options.rounds} rounds of ${options.turnMs} ms, ${options.poolSize} database connections a side, \`synchronous_commit\` on for both`,
      ...describePrevious(options.previous),
      '',
      ...formatTable(results),
      '',
      checked,
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
    if (options.write) process.stdout.write(`\nWritten to ${await writeSection('writes', lines)}.\n`);
  } finally {
    for (const server of servers) {
      await server.stop();
      rmSync(logFile(server.name), { force: true });
    }
    await client.end({ timeout: 5 });
  }
}

async function startWriters(
  databaseUrl: string,
  client: postgres.Sql,
  { poolSize, previous }: Comparison,
  servers: ChildServer[],
): Promise<Bench> {
  const [found] = await client<{ version: string; backend: number; manager: string; picker: string }[]>`
    select current_setting('server_version') as version, pg_backend_pid() as backend,
      (select id from users where role = 'order_manager' and active order by id limit 1) as manager,
      (select id from users where role = 'warehouse_staff' and active order by id limit 1) as picker`;
  const { version, backend, manager, picker } = found!;
  const tokens = [
    await tokenFor(manager, 'order_manager'),
    await tokenFor(picker, 'warehouse_staff'),
  ] as const;
  const start = async (starting: Promise<ChildServer>): Promise<ChildServer> => {
    const server = await starting;
    servers.push(server);
    return server;
  };
  const writers = [ourWriter(await start(startApi('ours', { databaseUrl, poolSize })), ...tokens)];
  const script = path.join(project, 'bench/writes/hand-written-server.ts');
  const environment = { DATABASE_URL: databaseUrl, DATABASE_POOL_SIZE: String(poolSize) };
  const name = 'hand-written';
  writers.push(
    handWriter(await start(startChildServer(name, ['--import', 'tsx', script], environment, logFile(name)))),
  );
  if (previous?.folder !== undefined) {
    const server = await start(startApi('previous', { databaseUrl, poolSize, folder: previous.folder }));
    writers.push(ourWriter(server, ...tokens));
  }
  const acknowledged = { orders: 0, shipped: 0 };
  return { client, postmaster: postmasterOf(backend), postgresVersion: version, writers, acknowledged };
}

async function runScenario(
  scenario: string,
  { client, writers, postmaster, acknowledged }: Bench,
  { concurrencies, rounds, turnMs, warmUpMs }: Comparison,
): Promise<Result[]> {
  const sideOf = (writer: Writer): Side =>
    scenario === 'transitions'
      ? transitionSide(writer, client, acknowledged)
      : orderSide(writer, scenario === 'hot-sku', acknowledged);
  const sides = writers.map(sideOf);
  const results: Result[] = [];
  for (const concurrency of concurrencies) {
    process.stderr.write(`${scenario}, ${concurrency} at once\n`);
    const measured = await measureInTurns(sides, { rounds, turnMs, warmUpMs, concurrency, postmaster });
    results.push({
      scenario,
      concurrency,
      sides: sides.map(({ name }, index) => ({ name, measured: measured[index]! })),
    });
  }
  return results;
}

interface Stored {
  readonly orders: number;
  readonly shipped: number;
}

/** Orders that were placed as such, and not made ready for the pickers. */
function countStored(client: postgres.Sql): Promise<Stored[]> {
  return client<Stored[]>`
    select (select count(*)::integer from order_history where action = 'created') as orders,
      (select count(*)::integer from order_history where action = 'shipped' and fulfillment_id is not null) as shipped`;
}

async function verify({ client, acknowledged }: Bench, before: Stored): Promise<string> {
  const [after] = await countStored(client);
  requireEqual('Orders', acknowledged.orders, after!.orders - before.orders);
  requireEqual('Shipments', acknowledged.shipped, after!.shipped - before.shipped);
  await requireInvariants(client);
  return (
    `Checked afterwards: all ${acknowledged.orders} acknowledged orders and ${acknowledged.shipped} shipments are there and ` +
    'no others, the ledger adds up to the levels, what is reserved is what the reservations hold, nothing is oversold.'
  );
}

runMain(main);
