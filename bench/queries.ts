import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { Agent } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';
import { createTokenSigner } from '../src/auth/token.ts';
import { BenchError, readArguments, runMain, wholeNumber } from './arguments.ts';
import { openBenchDatabase, type BenchDatabase } from './bench-database.ts';
import { startChildServer, type ChildServer } from './child-server.ts';
import { firstDifference } from './compare-answers.ts';
import { send, type BenchRequest } from './load.ts';
import { measureInTurns, type Side } from './measure.ts';
import { postmasterOf } from './processor-time.ts';
import { formatTable, writeResults, type Result } from './results.ts';
import { dashboardQuery, scenarioNames, singleOrder, type Scenario } from './scenarios.ts';

const usage = `npm run bench -- [${scenarioNames.join(' | ')}] [--rounds 6] [--turn-ms 2000] [--concurrency 1,8]
  [--pool 8] [--data-dir .data/bench] [--no-build] [--no-write] [--against main.js]

Measures the API against a hand-written endpoint on the database that \`npm run bench:seed\` has filled, and writes
bench/RESULTS.md.

  --rounds       how often each side has its turn
  --turn-ms      how long a turn is, about
  --concurrency  how many requests at once; several numbers are measured one after the other
  --pool         database connections of each side
  --data-dir     folder of the embedded server; without it DATABASE_URL is used where there is one
  --no-build     measure dist/ as it is
  --no-write     print the table and leave RESULTS.md alone
  --against      another build’s main.js in the place of the hand-written endpoint; writes nothing`;

const fromProject = (...names: string[]): string =>
  path.join(fileURLToPath(new URL('..', import.meta.url)), ...names);
/** So many different orders, so that neither side answers from what it has just read. */
const orderSample = 200;
/** As `npm start` has them. */
const nodeFlags = ['--max-semi-space-size=64', '--min-semi-space-size=32'];
const signingKey = { id: 'default', secret: randomBytes(36).toString('base64') };

interface Options {
  readonly scenarios: readonly string[];
  readonly rounds: number;
  readonly turnMs: number;
  readonly concurrencies: readonly number[];
  readonly poolSize: number;
  readonly dataDirectory: string | undefined;
  readonly build: boolean;
  readonly write: boolean;
  readonly against: string | undefined;
}

interface Dataset {
  readonly orders: number;
  readonly orderIds: readonly string[];
  readonly managerId: string;
  readonly postgresVersion: string;
  readonly postmaster: number;
}

interface Servers {
  readonly ours: ChildServer;
  readonly other: ChildServer;
}

async function main(): Promise<void> {
  const options = readOptions();
  if (!options) return void process.stdout.write(`${usage}\n`);
  if (options.build) build();
  const database = await openBenchDatabase(options.dataDirectory);
  try {
    const dataset = await readDataset(database);
    const results = await withServers(database, options, (servers) => runAll(options, dataset, servers));
    const { orders, postgresVersion } = dataset;
    const { rounds, poolSize } = options;
    process.stdout.write(`\n${formatTable(results).join('\n')}\n`);
    if (options.write) {
      process.stdout.write(
        `\nWritten to ${writeResults(results, { orders, postgresVersion, rounds, poolSize })}.\n`,
      );
    }
  } finally {
    await database.stop();
  }
}

function readOptions(): Options | undefined {
  const { values, positionals } = readArguments(
    {
      allowPositionals: true,
      options: {
        rounds: { type: 'string', default: '6' },
        'turn-ms': { type: 'string', default: '2000' },
        concurrency: { type: 'string', default: '1,8' },
        pool: { type: 'string', default: '8' },
        'data-dir': { type: 'string' },
        'no-build': { type: 'boolean', default: false },
        'no-write': { type: 'boolean', default: false },
        against: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    },
    usage,
  );
  if (values.help) return undefined;
  const unknown = positionals.find((name) => !scenarioNames.includes(name));
  if (unknown) throw new BenchError(`There is no scenario "${unknown}".\n\n${usage}`);
  return {
    scenarios: positionals.length > 0 ? positionals : scenarioNames,
    rounds: wholeNumber(values.rounds, '--rounds', 1_000),
    turnMs: wholeNumber(values['turn-ms'], '--turn-ms', 600_000),
    concurrencies: values.concurrency.split(',').map((text) => wholeNumber(text, '--concurrency', 1_000)),
    poolSize: wholeNumber(values.pool, '--pool', 100),
    dataDirectory: values['data-dir'],
    build: !values['no-build'],
    write: !values['no-write'] && values.against === undefined,
    against: values.against,
  };
}

function build(): void {
  try {
    execFileSync('npm', ['run', '--silent', 'build'], {
      cwd: fromProject(),
      stdio: ['ignore', 'inherit', 'inherit'],
    });
  } catch {
    throw new BenchError('The build failed; --no-build measures dist/ as it is.');
  }
}

async function readDataset(database: BenchDatabase): Promise<Dataset> {
  const client = postgres(database.url, { max: 1, fetch_types: false, onnotice: () => {} });
  const unseeded = new BenchError(
    `There are no orders in ${database.place}. Run \`npm run bench:seed\` first.`,
  );
  try {
    const [found] = await client<Record<string, string | number>[]>`
      select current_setting('server_version') as version, pg_backend_pid() as backend,
        to_regclass('public.orders') is not null as migrated`;
    if (!found!['migrated']) throw unseeded;
    const [counted] = await client<{ orders: number; managerId: string | null }[]>`
      select (select count(*)::integer from orders) as orders,
        (select id from users where role = 'order_manager' and active order by id limit 1) as "managerId"`;
    const { orders, managerId } = counted!;
    if (orders === 0 || managerId === null) throw unseeded;
    const sampled = await client<{ id: string }[]>`
      select id from (select id, row_number() over (order by created_at, id) as place from orders) as numbered
      where place % greatest(${orders}::integer / ${orderSample}::integer, 1) = 0 limit ${orderSample}`;
    return {
      orders,
      managerId,
      orderIds: sampled.map((row) => row.id),
      postgresVersion: String(found!['version']),
      postmaster: postmasterOf(Number(found!['backend'])),
    };
  } finally {
    await client.end({ timeout: 5 });
  }
}

/** Starts both sides, and stops what was started whatever happens. */
async function withServers<Outcome>(
  database: BenchDatabase,
  { poolSize, against }: Options,
  work: (servers: Servers) => Promise<Outcome>,
): Promise<Outcome> {
  const environment = { DATABASE_URL: database.url, DATABASE_POOL_SIZE: String(poolSize) };
  const ofApi = { ...environment, NODE_ENV: 'production', JWT_SECRET: signingKey.secret };
  const log = (name: string): string => path.join(os.tmpdir(), `orders-bench-${process.pid}-${name}.log`);
  const ours = await startChildServer(
    'ours',
    [...nodeFlags, fromProject('dist/main.js'), '--role', 'api'],
    ofApi,
    log('ours'),
  );
  try {
    const handWritten = ['--import', 'tsx', fromProject('bench/hand-written-server.ts')];
    const other = await (against === undefined
      ? startChildServer('hand-written', handWritten, environment, log('hand-written'))
      : startChildServer(
          'other build',
          [...nodeFlags, path.resolve(against), '--role', 'api'],
          ofApi,
          log('other'),
        ));
    try {
      return await work({ ours, other });
    } finally {
      await other.stop();
    }
  } finally {
    await ours.stop();
    for (const name of ['ours', 'hand-written', 'other']) rmSync(log(name), { force: true });
  }
}

async function runAll(options: Options, dataset: Dataset, servers: Servers): Promise<Result[]> {
  const all = [dashboardQuery(), singleOrder(dataset.orderIds)];
  const results: Result[] = [];
  for (const scenario of all.filter(({ name }) => options.scenarios.includes(name))) {
    results.push(...(await runScenario(scenario, options, dataset, servers)));
  }
  return results;
}

async function runScenario(
  scenario: Scenario,
  options: Options,
  { managerId, postmaster }: Dataset,
  { ours, other }: Servers,
): Promise<Result[]> {
  const token = createTokenSigner([signingKey]).sign({
    id: managerId,
    role: 'order_manager',
    customerId: null,
  });
  const requestsTo = ({ url }: ChildServer, isApi: boolean): BenchRequest[] =>
    scenario.variants.map(({ variables, handWrittenPath }) =>
      isApi
        ? graphqlRequest(url, token.accessToken, scenario.query, variables)
        : handWrittenRequest(url + handWrittenPath),
    );
  const sides: [Side, Side] = [
    { name: ours.name, pid: ours.pid, requests: requestsTo(ours, true) },
    { name: other.name, pid: other.pid, requests: requestsTo(other, options.against !== undefined) },
  ];
  const answerBytes = await requireEqualAnswers(sides, scenario);
  const results: Result[] = [];
  for (const concurrency of options.concurrencies) {
    process.stderr.write(`${scenario.name}, ${concurrency} at once\n`);
    const { rounds, turnMs } = options;
    const [first, second] = await measureInTurns(sides, { rounds, turnMs, concurrency, postmaster });
    results.push({
      scenario: scenario.name,
      title: scenario.title,
      concurrency,
      answerBytes,
      sides: [
        { name: ours.name, measured: first! },
        { name: other.name, measured: second! },
      ],
    });
  }
  return results;
}

function graphqlRequest(url: string, token: string, query: string, variables: object): BenchRequest {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  return { url: `${url}/graphql`, method: 'POST', headers, body: JSON.stringify({ query, variables }) };
}

function handWrittenRequest(url: string): BenchRequest {
  return { url, method: 'GET', headers: {} };
}

/** A fast wrong answer is worth nothing. Returns the mean size of ours. */
async function requireEqualAnswers(
  [ours, other]: readonly [Side, Side],
  { variants }: Scenario,
): Promise<number> {
  const agent = new Agent({ keepAlive: true });
  let bytes = 0;
  try {
    for (const [index, request] of ours.requests.entries()) {
      const answers = await Promise.all([send(agent, request), send(agent, other.requests[index]!)]);
      const [first, second] = answers.map((answer) => JSON.parse(answer.toString()) as { errors?: unknown });
      if (first!.errors)
        throw new BenchError(`The API answered with errors: ${JSON.stringify(first!.errors)}`);
      const difference = firstDifference(first, second);
      if (difference) {
        const [mine, theirs] = [difference.first, difference.second].map((value) =>
          JSON.stringify(value)?.slice(0, 300),
        );
        throw new BenchError(
          `The answers differ at ${difference.path}:\n  ${ours.name}: ${mine}\n  ${other.name}: ${theirs}\n` +
            `for ${JSON.stringify(variants[index]!.variables)}`,
        );
      }
      bytes += answers[0].length;
    }
    return bytes / ours.requests.length;
  } finally {
    agent.destroy();
  }
}

runMain(main);
