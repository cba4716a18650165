import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import type { Measurement } from './measure.ts';

export interface Result {
  readonly scenario: string;
  readonly concurrency: number;
  /** Ours, the limit written by hand, and where it was asked for our previous commit. */
  readonly sides: readonly MeasuredSide[];
}

export interface MeasuredSide {
  readonly name: string;
  readonly measured: Measurement;
}

const file = fileURLToPath(new URL('RESULTS.md', import.meta.url));
const introduction = `# Results of the bench

Written by \`npm run bench\` (see bench/README.md), latest run first. Both sides are measured in turns in one run on
the same rows; those that read after their answers were found equal. Times are processor milliseconds a request, of the
server and of PostgreSQL with all of its processes. The ratio is our sum over the hand-written one, so 1.00 is as fast
and more is slower; "throughput" is our requests a second over the hand-written ones, so more is faster; "of previous"
is our sum over that of the commit before, less is better than it was. The hand-written endpoints are the fewest
statements that do the same, without GraphQL, permissions, sign-in or log: for what reads, one SQL statement that builds
the whole answer as JSON, passed on as bytes.
`;
const columns = [
  'scenario',
  'at once',
  'side',
  'server',
  'PostgreSQL',
  'sum',
  'ratio',
  'of previous',
  'p50 ms',
  'p99 ms',
  'requests/s',
  'throughput',
];

/** Puts a section at the top of RESULTS.md, in the place of an earlier one with the same heading; returns the file. */
export async function writeSection(title: string, lines: readonly string[]): Promise<string> {
  const heading = `## ${new Date().toISOString().slice(0, 10)}, ${commit()}, ${title}`;
  const section = [heading, '', ...lines, ''].join('\n');
  const text = existsSync(file) ? readFileSync(file, 'utf8') : introduction;
  const earlier = text.split(/^(?=## )/m).slice(1);
  const others = earlier
    .filter((each) => !each.startsWith(`${heading}\n`))
    .map((each) => `${each.trimEnd()}\n`);
  const all = [introduction, section, ...others].join('\n');
  writeFileSync(file, await format(all, { ...(await resolveConfig(file)), filepath: file }));
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
    sides.map(({ name, measured }, index) => [
      scenario,
      String(concurrency),
      name,
      ...figures(measured, sides[1]!.measured, index === 0 ? sides[2]?.measured : undefined),
    ]),
  );
  return [columns, columns.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}

function figures(measured: Measurement, limit: Measurement, previous: Measurement | undefined): string[] {
  const { serverMs, postgresMs, latencyP50Ms, latencyP99Ms, requestsPerSecond } = measured;
  return [
    serverMs.toFixed(2),
    postgresMs.toFixed(2),
    totalMs(measured).toFixed(2),
    (totalMs(measured) / totalMs(limit)).toFixed(2),
    previous ? (totalMs(measured) / totalMs(previous)).toFixed(2) : '',
    latencyP50Ms.toFixed(1),
    latencyP99Ms.toFixed(1),
    requestsPerSecond.toFixed(0),
    (requestsPerSecond / limit.requestsPerSecond).toFixed(2),
  ];
}

function totalMs({ serverMs, postgresMs }: Measurement): number {
  return serverMs + postgresMs;
}
