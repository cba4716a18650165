import { rmSync } from 'node:fs';
import { sql } from 'drizzle-orm';
import { build } from './api-server.ts';
import { BenchError, readArguments, runMain } from './arguments.ts';
import { describeMachine, writeSection } from './results.ts';
import { openBenchDatabase } from './bench-database.ts';
import { describeEvents, describeMemory, describeStorm, describeWriters } from './live/report.ts';
import { byLocation, memory, ofAll, reconnectStorm, withStalled, writers } from './live/scenarios.ts';
import { makeWorld, type World } from './live/world.ts';

const usage = `npm run bench -- live [scenario ...] [--no-build] [--no-write]

Measures the subscriptions: from commit to socket, what listening costs, and what slow listeners do to the others.
Scenarios: locations, everything, stalled, writers, memory, storm; all of them if none is named.

  --no-build  measure dist/ as it is
  --no-write  leave bench/RESULTS.md as it is`;

const dataDirectory = '.data/bench-live';

/** Each gives the lines that it adds to the results. */
const scenarios: Record<string, (world: World) => Promise<string[]>> = {
  memory: async (world) => describeMemory(await memory(world)),
  locations: async (world) => describeEvents([await byLocation(world, 10)]),
  everything: async (world) => describeEvents(await ofAll(world, 6)),
  stalled: async (world) => describeEvents(await withStalled(world, 10)),
  writers: async (world) => describeWriters(await writers(world, 4, 3_000)),
  storm: async (world) => describeStorm(await reconnectStorm(world)),
};

async function main(): Promise<void> {
  const { values, positionals } = readArguments(
    {
      options: {
        'no-build': { type: 'boolean', default: false },
        'no-write': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
      allowPositionals: true,
    },
    usage,
  );
  if (values.help) return void process.stdout.write(`${usage}\n`);
  const names = positionals.length > 0 ? positionals : Object.keys(scenarios);
  const unknown = names.find((name) => !scenarios[name]);
  if (unknown) throw new BenchError(`There is no scenario "${unknown}".\n\n${usage}`);
  if (!values['no-build']) build();
  const lines = await onNewWorld(async (world) => {
    const [row] = await world.database.read.execute<{ version: string }>(sql`select version()`);
    const all = [...describeMachine(row!.version.split(' ')[1]!), ''];
    for (const name of names) {
      const described = await scenarios[name]!(world);
      process.stdout.write(`${described.join('\n')}\n\n`);
      all.push(...described, '');
    }
    return all;
  });
  if (!values['no-write']) process.stdout.write(`Written to ${await writeSection('live', lines)}\n`);
}

async function onNewWorld<Result>(work: (world: World) => Promise<Result>): Promise<Result> {
  rmSync(dataDirectory, { recursive: true, force: true });
  const database = await openBenchDatabase(dataDirectory);
  try {
    const world = await makeWorld(database.url);
    try {
      return await work(world);
    } finally {
      await world.stop();
    }
  } finally {
    await database.stop();
    rmSync(dataDirectory, { recursive: true, force: true });
  }
}

runMain(main);
