import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { build } from './api-server.ts';
import { BenchError, runMain } from './arguments.ts';
import { scenarioNames } from './scenarios.ts';

/** A script of the bench, each in a process of its own. */
interface Part {
  readonly file: string;
  readonly about: string;
  /** Taken along when all run, so that they are done within a quarter of an hour; undefined: only by its name. */
  readonly inAll?: readonly string[];
  /** Can be measured beside a commit of before. */
  readonly takesAgainst?: boolean;
  /** Words that the name stands for. */
  readonly words?: readonly string[];
}

const parts: Readonly<Record<string, Part>> = {
  queries: {
    file: 'queries.ts',
    about: 'what screens read, against a hand-written endpoint',
    inAll: ['--rounds', '4'],
    takesAgainst: true,
  },
  ...Object.fromEntries(
    scenarioNames.map((name): [string, Part] => [
      name,
      { file: 'queries.ts', about: 'one of the queries', takesAgainst: true, words: [name] },
    ]),
  ),
  writes: {
    file: 'writes.ts',
    about: 'orders, a hot SKU, fulfillments, against statements written by hand',
    inAll: ['--rounds', '4', '--turn-ms', '1200'],
    takesAgainst: true,
  },
  bulk: { file: 'bulk.ts', about: 'in bulk, against one by one', inAll: ['--orders', '300'] },
  figures: { file: 'figures.ts', about: 'dashboard and statistics', inAll: ['--orders', '10000,50000'] },
  live: { file: 'live.ts', about: 'from commit to socket', inAll: [] },
  day: {
    file: 'day.ts',
    about: 'a piece of a day of 1,000,000 orders',
    inAll: ['--seconds', '45', '--step-seconds', '10'],
  },
  overload: { file: 'overload.ts', about: 'three times as much as the server can do', inAll: [] },
  // On seeds that take hours to make: only by their names.
  scale: { file: 'scale.ts', about: 'every operation against 10 thousand, 1 million and 10 million orders' },
  explain: { file: 'explain.ts', about: 'the plans of every search that a screen would do' },
};

const usage = `npm run bench [-- --against COMMIT]      everything, in less than a quarter of an hour
npm run bench -- NAME [options]         one of these; --help tells its options

${Object.entries(parts)
  .map(([name, { about }]) => `  ${name.padEnd(18)}${about}`)
  .join('\n')}

Each writes its part of bench/RESULTS.md. They work on .data/bench, which is filled with 50,000 orders if it is empty.`;

async function main(): Promise<void> {
  const [name, ...rest] = process.argv.slice(2);
  if (name === '--help') return void process.stdout.write(`${usage}\n`);
  if (name === undefined || name.startsWith('--')) return runEverything(process.argv.slice(2));
  const part = parts[name];
  if (!part) throw new BenchError(`There is no "${name}".\n\n${usage}`);
  run(name, [...(part.words ?? []), ...rest]);
}

function runEverything(given: readonly string[]): void {
  const isAgainst = given.length === 2 && given[0] === '--against';
  if (given.length > 0 && !isAgainst) throw new BenchError(usage);
  build();
  const startedAt = performance.now();
  for (const [name, { inAll, takesAgainst }] of Object.entries(parts)) {
    if (!inAll) continue;
    process.stderr.write(`\n${name}\n`);
    run(name, [...inAll, '--no-build', ...(takesAgainst ? given : [])]);
  }
  const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1);
  process.stdout.write(`\nEverything took ${minutes} minutes.\n`);
}

function run(name: string, words: readonly string[]): void {
  const script = fileURLToPath(new URL(parts[name]!.file, import.meta.url));
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', script, ...words], { stdio: 'inherit' });
  if (status !== 0) throw new BenchError(`${name} failed.`);
}

runMain(main);
