import { rmSync } from 'node:fs';
import { Agent } from 'node:http';
import path from 'node:path';
import postgres from 'postgres';
import { graphql, logFile, project, startApi, tokenFor } from './api-server.ts';
import { BenchError, runMain } from './arguments.ts';
import { runComparison, type Comparison } from './comparison.ts';
import type { BenchDatabase } from './bench-database.ts';
import { startChildServer, type ChildServer } from './child-server.ts';
import { firstDifference } from './compare-answers.ts';
import { send, sendMany, type BenchRequest } from './load.ts';
import { measureInTurns, type Side } from './measure.ts';
import { describePrevious } from './previous.ts';
import { postmasterOf } from './processor-time.ts';
import { describeMachine, formatTable, writeSection, type Result } from './results.ts';
import { dashboardQuery, scenarioNames, singleOrder, type Scenario } from './scenarios.ts';

const handWritten = 'hand-written';
const usage = `npm run bench -- queries [${scenarioNames.join(' | ')}] [--rounds 6] [--turn-ms 2000] [--concurrency 1,8]
  [--pool 8] [--warm-up-ms 4000] [--data-dir .data/bench] [--against COMMIT] [--no-build] [--no-write]

Measures the API against a hand-written endpoint on the seeded database.

  --rounds       how often each side has its turn
  --turn-ms      how long a turn is, about
  --concurrency  how many requests at once; several numbers are measured one after the other
  --pool         database connections of each side
  --data-dir     folder of the embedded server; without it DATABASE_URL is used where there is one
  --against      a commit of ours that is measured too, if its schema is the present one
  --no-build     measure dist/ as it is
  --no-write     print the table and leave RESULTS.md alone`;

/** So many different orders, so that neither side answers from what it has just read. */
const orderSample = 200;
interface Dataset {
  readonly orders: number;
  readonly orderIds: readonly string[];
  readonly managerId: string;
  readonly postgresVersion: string;
  readonly postmaster: number;
}

const main = (): Promise<void> =>
  runComparison(
    scenarioNames,
    { rounds: '6', turnMs: '2000', warmUpMs: '4000', concurrency: '1,8' },
    usage,
    measure,
  );

async function measure(database: BenchDatabase, options: Comparison): Promise<void> {
  const dataset = await readDataset(database);
  const { results, sizes } = await withServers(database, options, (servers) =>
    runAll(options, dataset, servers),
  );
  const lines = [
    ...describeMachine(dataset.postgresVersion),
    `- ${dataset.orders} orders; ${options.rounds} rounds of ${options.turnMs} ms, ${options.poolSize} database connections a side`,
    `- answers: ${sizes.join('; ')}`,
    ...describePrevious(options.previous),
    '',
    ...formatTable(results),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  if (options.write) process.stdout.write(`\nWritten to ${await writeSection('queries', lines)}.\n`);
}

async function readDataset(database: BenchDatabase): Promise<Dataset> {
  const client = postgres(database.url, { max: 1, fetch_types: false, onnotice: () => {} });
  try {
    const [found] = await client<Record<string, string | number>[]>`
      select current_setting('server_version') as version, pg_backend_pid() as backend`;
    const [counted] = await client<{ orders: number; managerId: string }[]>`
      select (select count(*)::integer from orders) as orders,
        (select id from users where role = 'order_manager' and active order by id limit 1) as "managerId"`;
    const { orders, managerId } = counted!;
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

/** Starts the sides, ours first, and stops what was started whatever happens. */
async function withServers<Outcome>(
  { url: databaseUrl }: BenchDatabase,
  { poolSize, previous }: Comparison,
  work: (servers: readonly ChildServer[]) => Promise<Outcome>,
): Promise<Outcome> {
  const servers: ChildServer[] = [];
  try {
    servers.push(await startApi('ours', { databaseUrl, poolSize }));
    const script = path.join(project, 'bench/hand-written-server.ts');
    const environment = { DATABASE_URL: databaseUrl, DATABASE_POOL_SIZE: String(poolSize) };
    servers.push(
      await startChildServer(handWritten, ['--import', 'tsx', script], environment, logFile(handWritten)),
    );
    if (previous?.folder !== undefined) {
      servers.push(await startApi('previous', { databaseUrl, poolSize, folder: previous.folder }));
    }
    return await work(servers);
  } finally {
    for (const server of servers) {
      await server.stop();
      rmSync(logFile(server.name), { force: true });
    }
  }
}

interface AllResults {
  readonly results: Result[];
  readonly sizes: string[];
}

async function runAll(
  options: Comparison,
  dataset: Dataset,
  servers: readonly ChildServer[],
): Promise<AllResults> {
  const all = [dashboardQuery(), singleOrder(dataset.orderIds)];
  const results: Result[] = [];
  const sizes: string[] = [];
  for (const scenario of all.filter(({ name }) => options.scenarios.includes(name))) {
    const token = await tokenFor(dataset.managerId, 'order_manager');
    const senders = servers.map((server) => senderTo(server, scenario, token));
    const bytes = await requireEqualAnswers(senders, scenario);
    sizes.push(`${scenario.title}: ${(bytes / 1000).toFixed(0)} kB`);
    results.push(...(await runScenario(scenario, options, dataset, senders)));
  }
  return { results, sizes };
}

interface Sender {
  readonly server: ChildServer;
  readonly requests: readonly BenchRequest[];
}

function senderTo(server: ChildServer, { query, variants }: Scenario, token: string): Sender {
  const requests = variants.map(({ variables, handWrittenPath }): BenchRequest =>
    server.name === handWritten
      ? { url: server.url + handWrittenPath, method: 'GET', headers: {} }
      : graphql(server.url, token, query, variables),
  );
  return { server, requests };
}

async function runScenario(
  { name: scenario }: Scenario,
  { concurrencies, rounds, turnMs, warmUpMs }: Comparison,
  { postmaster }: Dataset,
  senders: readonly Sender[],
): Promise<Result[]> {
  const sides = senders.map(({ server: { name, pid }, requests }): Side => ({
    name,
    pid,
    run: (count, concurrency) => sendMany(requests, count, concurrency),
  }));
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

/** A fast wrong answer is worth nothing. Returns the mean size of ours. */
async function requireEqualAnswers(
  [ours, ...others]: readonly Sender[],
  { variants }: Scenario,
): Promise<number> {
  const agent = new Agent({ keepAlive: true });
  let bytes = 0;
  try {
    for (const [index, request] of ours!.requests.entries()) {
      const answer = await send(agent, request);
      const mine = JSON.parse(answer.toString()) as { errors?: unknown };
      if (mine.errors) throw new BenchError(`The API answered with errors: ${JSON.stringify(mine.errors)}`);
      for (const { server, requests } of others) {
        const theirs: unknown = JSON.parse((await send(agent, requests[index]!)).toString());
        const difference = firstDifference(mine, theirs);
        if (!difference) continue;
        const [first, second] = [difference.first, difference.second].map((value) =>
          JSON.stringify(value)?.slice(0, 300),
        );
        throw new BenchError(
          `The answers differ at ${difference.path}:\n  ours: ${first}\n  ${server.name}: ${second}\n` +
            `for ${JSON.stringify(variants[index]!.variables)}`,
        );
      }
      bytes += answer.length;
    }
    return bytes / ours!.requests.length;
  } finally {
    agent.destroy();
  }
}

runMain(main);
