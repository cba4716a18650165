import { readFileSync } from 'node:fs';
import type { Database } from '../src/db/driver/database.ts';
import type { EventLog } from '../src/history/event-log.ts';
import { Metrics } from '../src/metrics/metrics.ts';

const path = 'docs/metrics.md';
const table = /(<!-- Written by `npm run generate` -->\n)[\s\S]*(<!-- So far -->)/;

interface Described {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly labelNames: readonly string[];
}

/** The page with the table of what the registry says of itself; the rest of it is written by hand. */
export function metricsDocument(): string {
  const metrics = new Metrics();
  // Nobody asks for values here.
  metrics.watch({} as Database, {} as EventLog);
  metrics.watchProcess();
  const rows = (metrics.registry.getMetricsAsArray() as unknown as Described[])
    .filter(({ name }) => name.startsWith('orders_'))
    .toSorted((left, right) => (left.name < right.name ? -1 : 1))
    .map(({ name, help, type, labelNames }) => `| \`${name}\` | ${type} | ${names(labelNames)} | ${help} |`);
  const text = ['| metric | type | labels | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
  return readFileSync(path, 'utf8').replace(table, `$1\n${text.replaceAll('$', '$$$$')}\n\n$2`);
}

const names = (labels: readonly string[]): string => labels.map((label) => `\`${label}\``).join(', ') || '–';
