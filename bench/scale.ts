import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { BenchError, readArguments, runMain, wholeNumber } from './arguments.ts';
import { describeMachine, writeSection } from './results.ts';
import { measureMutations } from './scale-mutations.ts';
import { listQueries, otherQueries, textQueries, type ScaleQuery } from './scale-queries.ts';
import { withScaleWorld, type ScaleWorld } from './scale-world.ts';

const usage = `npm run bench -- scale [--orders 10000,1000000] [--rounds 20] [--no-build] [--no-write]

Runs what every screen asks for on the databases that \`npm run bench:seed:scale\` has filled, one after the other,
through the API, and tells what grows faster than the logarithm of the number of orders. Writes bench/RESULTS.md.

  --orders  which sizes; all that are seeded unless told
  --rounds  how often each is asked, after one time that does not count`;

const project = fileURLToPath(new URL('..', import.meta.url));
const knownSizes = [10_000, 1_000_000, 10_000_000];
/** Faster than the logarithm by this much, and slower than so many milliseconds, is told. */
const tolerance = 1.5;
const noticeableMs = 5;
const deepPages = 20;

/** Milliseconds of each round, by what was asked. */
export type Latencies = Map<string, number[]>;

async function main(): Promise<void> {
  const { values } = readArguments(
    {
      options: {
        orders: { type: 'string' },
        rounds: { type: 'string', default: '20' },
        'no-build': { type: 'boolean', default: false },
        'no-write': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    },
    usage,
  );
  if (values.help) return void process.stdout.write(`${usage}\n`);
  const sizes = values.orders
    ? values.orders.split(',').map((text) => wholeNumber(text, '--orders', 20_000_000))
    : knownSizes.filter((size) => existsSync(directoryOf(size)));
  if (sizes.length === 0)
    throw new BenchError('Nothing is seeded: npm run bench:seed:scale -- --orders 10000');
  const rounds = wholeNumber(values.rounds, '--rounds', 1_000);
  if (!values['no-build'])
    execFileSync('npm', ['run', '--silent', 'build'], { cwd: project, stdio: 'inherit' });
  const measured: Latencies[] = [];
  let version = '';
  for (const size of sizes) {
    process.stderr.write(`${size} orders\n`);
    await withScaleWorld(directoryOf(size), path.join(project, 'dist/main.js'), async (world) => {
      version = world.postgresVersion;
      measured.push(await measureAll(world, rounds));
    });
  }
  const lines = [
    ...describeMachine(version),
    `- ${rounds} rounds, one request at a time`,
    '',
    ...table(sizes, measured),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  if (!values['no-write']) {
    const file = await writeSection(`scale: ${sizes.join(', ')} orders`, lines);
    execFileSync('npx', ['prettier', '--log-level', 'error', '--write', file], { cwd: project });
  }
}

const directoryOf = (orders: number): string => path.join(project, `.data/bench-${orders}`);

async function measureAll(world: ScaleWorld, rounds: number): Promise<Latencies> {
  const latencies: Latencies = new Map();
  const { sample } = world;
  for (const { name, query, variables } of [
    ...otherQueries(sample),
    ...listQueries(sample),
    ...textQueries(sample),
  ]) {
    await world.ask(query, variables);
    latencies.set(name, await repeat(rounds, async () => (await world.ask(query, variables)).ms));
  }
  for (const paged of pagedQueries(listQueries(sample)))
    latencies.set(`${paged.name}, page ${deepPages}`, await deepPage(world, paged, rounds));
  for (const [name, times] of await measureMutations(world, rounds)) latencies.set(name, times);
  return latencies;
}

const pagedQueries = (lists: readonly ScaleQuery[]): ScaleQuery[] =>
  lists.filter(({ name }) =>
    ['list: all, newest', 'list: all, dearest', 'list: completed', 'list: tag'].includes(name),
  );

async function deepPage(
  world: ScaleWorld,
  { query, variables }: ScaleQuery,
  rounds: number,
): Promise<number[]> {
  let after: string | null = null;
  for (let page = 1; page < deepPages; page += 1) {
    const { data } = await world.ask(query, { ...variables, after, first: 100 });
    after = data.orders.pageInfo.endCursor ?? after;
  }
  return repeat(rounds, async () => (await world.ask(query, { ...variables, after })).ms);
}

async function repeat(rounds: number, once: () => Promise<number>): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) times.push(await once());
  return times;
}

function table(sizes: readonly number[], measured: readonly Latencies[]): string[] {
  const [smallest, largest] = [sizes[0]!, sizes.at(-1)!];
  const before = sizes.at(-2) ?? smallest;
  const logarithm = Math.log(largest) / Math.log(smallest);
  const ofLastStep = Math.log(largest) / Math.log(before);
  const flagged: string[] = [];
  const rows = [...measured.at(-1)!.keys()].map((name) => {
    const quantiles = measured.map((latencies) => quantilesOf(latencies.get(name) ?? []));
    const [first, last] = [quantiles[0]!.median, quantiles.at(-1)!.median];
    const growth = last / first;
    const lastStep = last / (quantiles.at(-2)?.median ?? last);
    const isFast = growth > logarithm * tolerance && lastStep > ofLastStep * tolerance && last > noticeableMs;
    if (isFast) flagged.push(name);
    const cells = quantiles.map(({ median, worst }) => `${median.toFixed(1)} / ${worst.toFixed(1)}`);
    return `| ${name} | ${cells.join(' | ')} | ${growth.toFixed(2)} | ${lastStep.toFixed(2)}${isFast ? ' **!**' : ''} |`;
  });
  return [
    `Milliseconds of a request, median / 99th percentile; growth from ${smallest} to ${largest} orders, where the`,
    `logarithm grows ${logarithm.toFixed(2)} times, and in the last step, from ${before}, where it grows ${ofLastStep.toFixed(2)} times. **!** is what grows`,
    `more than ${tolerance} times as fast in both and takes more than ${noticeableMs} ms: what has a bound, as a count has, grows until it is reached.`,
    '',
    `| | ${sizes.map((size) => `${size} orders`).join(' | ')} | growth | last step |`,
    `| --- | ${sizes.map(() => '---:').join(' | ')} | ---: | ---: |`,
    ...rows,
    '',
    flagged.length === 0 ? 'Nothing grows faster.' : `Growing faster: ${flagged.join('; ')}.`,
  ];
}

function quantilesOf(times: readonly number[]): { median: number; worst: number } {
  const sorted = [...times].sort((left, right) => left - right);
  const at = (part: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
  return { median: at(0.5), worst: at(0.99) };
}

runMain(main);
