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
import { listQueries, otherQueries, textQueries, type ScaleQuery } from './scale-queries.ts';
import { withScaleWorld, type ScaleWorld } from './scale-world.ts';

const usage = `npm run bench -- explain -- [--data-dir .data/bench-10000000] [--only WORDS] [--all]

Explains, on the largest database that is seeded, every statement that the API sends for the lists, searches and screens
of the part scale, and ends with 1 when one of them reads a large table from end to end or more pages than a screen may.

  --only  queries with these words in their name
  --all   print the plans of all statements`;

const sizes = ['10000000', '1000000', '10000'];
/** The sums of the figures are not among them: they are as many as days and locations, not as orders. */
const largeTable = 5_000;
/** Pages of 8 kB that one statement may look at. */
const pagesAtMost = 10_000;
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
        help: { type: 'boolean', default: false },
      },
    },
    usage,
  );
  if (values.help) return void process.stdout.write(`${usage}\n`);
  const folder =
    values['data-dir'] ?? sizes.map((size) => `.data/bench-${size}`).find((each) => existsSync(each));
  if (folder === undefined) throw new BenchError('Nothing is seeded: npm run bench:seed:scale.');
  const wrong = await withScaleWorld(folder, undefined, (world) =>
    explainAll(world, values.only, values.all),
  );
  process.stdout.write(
    wrong === 0 ? '\nNo statement reads too much.\n' : `\n${wrong} statements read too much.\n`,
  );
  if (wrong > 0) process.exitCode = 1;
}

async function explainAll(world: ScaleWorld, only: string, printAll: boolean): Promise<number> {
  const statements: Statement[] = [];
  const database = openDatabase({ url: world.databaseUrl, poolSize: 4 });
  const app = await createApp({
    database: listenedTo(database, statements),
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
  const large = new Set(
    (
      await explainer<
        { name: string }[]
      >`select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace and reltuples > ${largeTable}`
    ).map(({ name }) => name),
  );
  let wrong = 0;
  try {
    const ask = await asker(server.url, world);
    const { sample } = world;
    const queries = [...listQueries(sample), ...textQueries(sample), ...otherQueries(sample)];
    for (const query of queries.filter(({ name }) => name.includes(only))) {
      statements.length = 0;
      await ask(query);
      for (const statement of statements) {
        if (!/^\s*(select|with)/i.test(statement.text)) continue;
        const found = await explain(explainer, statement, large);
        const isWrong = found.complaints.length > 0;
        if (isWrong) wrong += 1;
        if (isWrong || printAll) describe(query, statement, found);
      }
    }
  } finally {
    await server.stop();
    await explainer.end();
  }
  return wrong;
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
  large: ReadonlySet<string>,
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

/** Reading a large table from its beginning is right only where it is soon over, as the first page of a list is. */
function* scansOf(plan: Plan, large: ReadonlySet<string>): Generator<string> {
  const table = plan['Relation Name'];
  const rows = (plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0)) * plan['Actual Loops'];
  if (plan['Node Type'] === 'Seq Scan' && table !== undefined && large.has(table) && rows > 1_000) {
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
