import postgres from 'postgres';
import { existsSync } from 'node:fs';
import { randomBytes, randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { createApp } from '../src/app.ts';
import { createTokenSigner } from '../src/auth/token.ts';
import { openDatabase, type Database } from '../src/db/driver/database.ts';
import { makeClient, makeExecutor, type DrizzleClient } from '../src/db/driver/executor.ts';
import { Metrics } from '../src/metrics/metrics.ts';
import { startServer } from '../src/server.ts';
import { BenchError, readArguments, runMain } from './arguments.ts';
import { describeMachine, writeSection } from './results.ts';
import { listQueries, otherQueries, textQueries, type ScaleQuery } from './scale-queries.ts';
import { withScaleWorld, type ScaleWorld } from './scale-world.ts';

const usage = `npm run bench -- explain [--data-dir .data/bench-10000000] [--only WORDS] [--all] [--no-write]

Explains, on the largest database that is seeded, every statement that the API sends for the lists, searches and screens
of the part scale, and ends with 1 when one of them reads a large table from end to end or more pages than a screen may.

  --only      queries with these words in their name
  --all       print the plans of all statements
  --no-write  do not put the result into RESULTS.md`;

const sizes = ['10000000', '1000000', '10000'];
/** The sums of the figures are not among them: they are as many as days and locations, not as orders. */
const largeTable = 5_000;
/** Pages of 8 kB that one statement may look at; they take up to some 40 ms here, where they are in memory. */
const pagesAtMost = 30_000;
/** Reading a table in its own sequence is right where a page is soon full, and not where a tenth of it is read. */
const readAtMost = 0.1;
/** So many of the statements that read most are told of. */
const toldOf = 12;
const signingKey = { id: 'default', secret: randomBytes(36).toString('base64') };

interface Statement {
  readonly text: string;
  readonly parameters: readonly unknown[];
}

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Plan[];
}

async function main(): Promise<void> {
  const { values } = readArguments(
    {
      options: {
        'data-dir': { type: 'string' },
        only: { type: 'string', default: '' },
        all: { type: 'boolean', default: false },
        'no-write': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    },
    usage,
  );
  if (values.help) return void process.stdout.write(`${usage}\n`);
  const folder =
    values['data-dir'] ?? sizes.map((size) => `.data/bench-${size}`).find((each) => existsSync(each));
  if (folder === undefined) throw new BenchError('Nothing is seeded: npm run bench:seed:scale.');
  const explained = await withScaleWorld(folder, undefined, (world) =>
    explainAll(world, values.only, values.all),
  );
  const wrong = explained.statements.filter(({ found }) => found.complaints.length > 0).length;
  const verdict = wrong === 0 ? 'No statement reads too much.' : `${wrong} statements read too much.`;
  const lines = report(explained, verdict);
  process.stdout.write(`\n${lines.join('\n')}\n`);
  if (wrong > 0) process.exitCode = 1;
  if (values.only || values['no-write']) return;
  process.stdout.write(`\nWritten to ${await writeSection(`explain, ${explained.orders} orders`, lines)}.\n`);
}

interface AllExplained {
  readonly orders: number;
  readonly postgresVersion: string;
  readonly statements: readonly { readonly name: string; readonly found: Explained }[];
}

function report({ statements, postgresVersion }: AllExplained, verdict: string): string[] {
  const most = statements.toSorted((left, right) => right.found.pages - left.found.pages).slice(0, toldOf);
  return [
    ...describeMachine(postgresVersion),
    `- ${statements.length} statements; allowed: ${pagesAtMost} pages of 8 kB each, and less than a tenth of a large table in its own sequence. ${verdict}`,
    '',
    `| the ${most.length} that read most | pages | ms, in memory | complaints |`,
    '| --- | --- | --- | --- |',
    ...most.map(
      ({ name, found: { pages, ms, complaints } }) =>
        `| ${name} | ${pages} | ${ms.toFixed(1)} | ${complaints.join(', ')} |`,
    ),
  ];
}

async function explainAll(world: ScaleWorld, only: string, printAll: boolean): Promise<AllExplained> {
  const sent: Statement[] = [];
  const database = openDatabase({ url: world.databaseUrl, poolSize: 4 });
  const app = await createApp({
    database: listenedTo(database, sent),
    signingKeys: [signingKey],
    metrics: new Metrics(),
    log: pino({ level: 'silent' }),
  });
  const server = await startServer(app, { host: '127.0.0.1', port: 0 });
  const explainer = postgres(world.databaseUrl, {
    max: 1,
    onnotice: () => {},
    fetch_types: false,
    connection: { TimeZone: 'UTC' },
  });
  const large = await largeTables(explainer);
  const statements: { name: string; found: Explained }[] = [];
  try {
    const ask = await asker(server.url, world);
    const { sample } = world;
    const queries = [...listQueries(sample), ...textQueries(sample), ...otherQueries(sample)];
    for (const query of queries.filter(({ name }) => name.includes(only))) {
      sent.length = 0;
      await ask(query);
      for (const statement of sent.filter(({ text }) => /^\s*\(*(select|with)/i.test(text))) {
        const found = await explain(explainer, statement, large);
        statements.push({ name: query.name, found });
        if (found.complaints.length > 0 || printAll) describe(query, statement, found);
      }
    }
  } finally {
    await server.stop();
    await explainer.end();
  }
  return { orders: large.get('orders') ?? 0, postgresVersion: world.postgresVersion, statements };
}

/** The rows of each large table, as PostgreSQL believes. */
async function largeTables(client: postgres.Sql): Promise<ReadonlyMap<string, number>> {
  const rows = await client<{ name: string; rows: number }[]>`
    select relname as name, reltuples::float8 as rows from pg_class
    where relkind = 'r' and relnamespace = 'public'::regnamespace and reltuples > ${largeTable}`;
  return new Map(rows.map(({ name, rows: count }) => [name, count]));
}

/** The database, telling what is read through it. */
function listenedTo(database: Database, statements: Statement[]): Database {
  const client = (database.read as unknown as { $client: DrizzleClient }).$client;
  const read = makeExecutor(
    makeClient(async (text, parameters, shape) => {
      statements.push({ text, parameters });
      const pending = client.unsafe(text, parameters);
      return shape === 'arrays' ? pending.values() : pending;
    }, client.begin),
  );
  return { ...database, read };
}

async function asker(url: string, { client }: ScaleWorld): Promise<(query: ScaleQuery) => Promise<void>> {
  const [manager] = await client<{ id: string }[]>`select id from users where role = 'order_manager' limit 1`;
  const signer = createTokenSigner([signingKey]);
  const user = { id: manager!.id, role: 'order_manager', customerId: null } as const;
  const { accessToken } = await signer.sign(user, randomUUID());
  return async ({ name, query, variables }) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` },
      body: JSON.stringify({ query, variables }),
    });
    const answer = (await response.json()) as { errors?: unknown };
    if (answer.errors) throw new BenchError(`${name}: ${JSON.stringify(answer.errors)}`);
  };
}

interface Explained {
  readonly pages: number;
  readonly ms: number;
  readonly complaints: readonly string[];
  readonly plan: string;
}

async function explain(
  client: postgres.Sql,
  { text, parameters }: Statement,
  large: ReadonlyMap<string, number>,
): Promise<Explained> {
  const values = parameters as never[];
  const [row] = await client.unsafe(`explain (analyze, buffers, format json) ${text}`, values);
  const told = row!['QUERY PLAN'] as string | { Plan: Plan; 'Execution Time': number }[];
  const [{ Plan: plan, 'Execution Time': ms }] = (typeof told === 'string' ? JSON.parse(told) : told) as [
    { Plan: Plan; 'Execution Time': number },
  ];
  const pages = plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];
  const complaints = [...scansOf(plan, large)];
  if (pages > pagesAtMost) complaints.push(`${pages} pages`);
  if (complaints.length === 0) return { pages, ms, complaints, plan: '' };
  const lines = await client.unsafe(`explain (analyze, buffers) ${text}`, values);
  return { pages, ms, complaints, plan: lines.map((line) => line['QUERY PLAN']).join('\n') };
}

function* scansOf(plan: Plan, large: ReadonlyMap<string, number>): Generator<string> {
  const table = plan['Relation Name'];
  const rows = (plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0)) * plan['Actual Loops'];
  if (plan['Node Type'] === 'Seq Scan' && rows > (large.get(table ?? '') ?? Infinity) * readAtMost) {
    yield `Seq Scan on ${table}, ${Math.round(rows)} rows`;
  }
  for (const inner of plan.Plans ?? []) yield* scansOf(inner, large);
}

function describe(
  { name }: ScaleQuery,
  { text }: Statement,
  { complaints, pages, ms, plan }: Explained,
): void {
  const first = text.replace(/\s+/g, ' ').slice(0, 160);
  process.stdout.write(
    `\n${name}: ${complaints.join(', ') || 'fine'}; ${pages} pages, ${ms.toFixed(1)} ms\n  ${first}\n`,
  );
  if (plan) process.stdout.write(`${plan.replace(/^/gm, '    ')}\n`);
}

runMain(main);
