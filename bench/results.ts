import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Measurement } from './measure.ts';

export interface Result {
  readonly scenario: string;
  readonly title: string;
  readonly concurrency: number;
  readonly answerBytes: number;
  /** Ours first; the ratio is to the second. */
  readonly sides: readonly [MeasuredSide, MeasuredSide];
}

export interface MeasuredSide {
  readonly name: string;
  readonly measured: Measurement;
}

export interface Circumstances {
  readonly orders: number;
  readonly postgresVersion: string;
  readonly rounds: number;
  readonly poolSize: number;
}

const file = fileURLToPath(new URL('RESULTS.md', import.meta.url));
const introduction = `# Results of the bench

Written by \`npm run bench\` (see bench/README.md), latest run first. Both sides are measured in turns in one run on
the same rows, after their answers were found equal. Times are processor milliseconds a request, of the server and of
PostgreSQL with all of its processes; the ratio is our sum over the hand-written one, so 1.00 is as fast and more is
slower. The hand-written endpoint is one SQL statement that builds the whole answer as JSON, passed on as bytes,
without GraphQL, permissions, sign-in or log.
`;
const columns = [
  'scenario',
  'at once',
  'side',
  'server',
  'PostgreSQL',
  'sum',
  'ratio',
  'p50 ms',
  'p99 ms',
  'requests/s',
];

/** Writes what both sides took; returns the file. */
export function writeResults(results: readonly Result[], circumstances: Circumstances): string {
  return writeSection(`${circumstances.orders} orders`, [
    ...describe(circumstances, results),
    '',
    ...formatTable(results),
  ]);
}

/** Puts a section at the top of RESULTS.md, in the place of an earlier one with the same heading; returns the file. */
export function writeSection(title: string, lines: readonly string[]): string {
  const heading = `## ${new Date().toISOString().slice(0, 10)}, ${commit()}, ${title}`;
  const section = [heading, '', ...lines, ''].join('\n');
  const text = existsSync(file) ? readFileSync(file, 'utf8') : introduction;
  const earlier = text.split(/^(?=## )/m).slice(1);
  const others = earlier
    .filter((each) => !each.startsWith(`${heading}\n`))
    .map((each) => `${each.trimEnd()}\n`);
  writeFileSync(file, [introduction, section, ...others].join('\n'));
  return file;
}

function commit(): string {
  const git = (...words: string[]): string => execFileSync('git', words, { encoding: 'utf8' }).trim();
  try {
    const changed = git('status', '--porcelain', '--', 'src', 'bench/**/*.ts', 'package-lock.json') !== '';
    return `commit ${git('rev-parse', '--short', 'HEAD')}${changed ? ' with uncommitted changes' : ''}`;
  } catch {
    return 'commit unknown';
  }
}

function describe(circumstances: Circumstances, results: readonly Result[]): string[] {
  const sizes = results.map(({ title, answerBytes }) => `${title}: ${(answerBytes / 1000).toFixed(0)} kB`);
  return [
    ...describeMachine(circumstances.postgresVersion),
    `- ${circumstances.rounds} rounds, ${circumstances.poolSize} database connections a side`,
    `- answers: ${[...new Set(sizes)].join('; ')}`,
  ];
}

export function describeMachine(postgresVersion: string): string[] {
  const cpus = os.cpus();
  const busy = os.loadavg()[2]! > 1.5 * cpus.length;
  return [
    `- machine: ${cpus[0]?.model.trim() ?? 'unknown'}, ${cpus.length} cores, ${(os.totalmem() / 2 ** 30).toFixed(0)} GiB`,
    `- Node.js ${process.versions.node}, PostgreSQL ${postgresVersion}, ${os.type()} ${os.release()}`,
    ...(busy ? ['- the machine was busy with other things: take these figures as rough'] : []),
  ];
}

export function formatTable(results: readonly Result[]): string[] {
  const rows = results.flatMap(({ scenario, concurrency, sides }) =>
    sides.map(({ name, measured }) => [
      scenario,
      String(concurrency),
      name,
      ...figures(measured, (totalMs(measured) / totalMs(sides[1].measured)).toFixed(2)),
    ]),
  );
  const widths = columns.map((name, index) =>
    Math.max(name.length, ...rows.map((row) => row[index]!.length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, index) => cell.padEnd(widths[index]!)).join(' | ')} |`;
  return [line(columns), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)];
}

function figures(measured: Measurement, ratio: string): string[] {
  const { serverMs, postgresMs, latencyP50Ms, latencyP99Ms, requestsPerSecond } = measured;
  return [
    serverMs.toFixed(2),
    postgresMs.toFixed(2),
    totalMs(measured).toFixed(2),
    ratio,
    latencyP50Ms.toFixed(1),
    latencyP99Ms.toFixed(1),
    requestsPerSecond.toFixed(0),
  ];
}

function totalMs({ serverMs, postgresMs }: Measurement): number {
  return serverMs + postgresMs;
}
