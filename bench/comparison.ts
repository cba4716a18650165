import { build } from './api-server.ts';
import { BenchError, readArguments, wholeNumber } from './arguments.ts';
import type { BenchDatabase } from './bench-database.ts';
import { buildPrevious, removePrevious, type Previous } from './previous.ts';
import { openSeededDatabase } from './seeded-database.ts';

/** How our server is measured beside what was written by hand, and beside a commit of before. */
export interface Comparison {
  readonly scenarios: readonly string[];
  readonly rounds: number;
  readonly turnMs: number;
  readonly warmUpMs: number;
  readonly concurrencies: readonly number[];
  readonly poolSize: number;
  readonly write: boolean;
  readonly previous: Previous | undefined;
}

/** The same words for every part that compares; each has numbers of its own where nothing is told. */
export interface ComparisonDefaults {
  readonly rounds: string;
  readonly turnMs: string;
  readonly warmUpMs: string;
  readonly concurrency: string;
}

/** Reads the command line, opens the seeded database and measures. */
export async function runComparison(
  scenarioNames: readonly string[],
  defaults: ComparisonDefaults,
  usage: string,
  measure: (database: BenchDatabase, comparison: Comparison) => Promise<void>,
): Promise<void> {
  const { values, positionals } = readArguments(
    {
      allowPositionals: true,
      options: {
        rounds: { type: 'string', default: defaults.rounds },
        'turn-ms': { type: 'string', default: defaults.turnMs },
        'warm-up-ms': { type: 'string', default: defaults.warmUpMs },
        concurrency: { type: 'string', default: defaults.concurrency },
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
  if (values.help) return void process.stdout.write(`${usage}\n`);
  const unknown = positionals.find((name) => !scenarioNames.includes(name));
  if (unknown) throw new BenchError(`There is no scenario "${unknown}".\n\n${usage}`);
  if (!values['no-build']) build();
  const comparison: Comparison = {
    scenarios: positionals.length > 0 ? positionals : scenarioNames,
    rounds: wholeNumber(values.rounds, '--rounds', 1_000),
    turnMs: wholeNumber(values['turn-ms'], '--turn-ms', 600_000),
    warmUpMs: wholeNumber(values['warm-up-ms'], '--warm-up-ms', 600_000),
    concurrencies: values.concurrency.split(',').map((text) => wholeNumber(text, '--concurrency', 1_000)),
    poolSize: wholeNumber(values.pool, '--pool', 100),
    write: !values['no-write'],
    previous: buildPrevious(values.against),
  };
  try {
    const database = await openSeededDatabase(values['data-dir']);
    try {
      await measure(database, comparison);
    } finally {
      await database.stop();
    }
  } finally {
    if (comparison.previous) removePrevious();
  }
}
