import { expect } from 'vitest';

export const metricsToken = 'a-token-of-the-tests-that-is-long-enough';

/** The series of a scrape: name and labels as they stand in the text, and the value. */
export type Series = ReadonlyMap<string, number>;

export interface Scraped {
  readonly text: string;
  readonly series: Series;
}

const sampleLine = /^([a-zA-Z_:][a-zA-Z0-9_:]*(?:\{.*\})?) (\S+)$/;

/** Asks for the metrics as Prometheus does, and fails on any line that it would not understand. */
export async function scrape(url: string, token?: string): Promise<Scraped> {
  const response = await fetch(`${url}/metrics`, {
    headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }) },
  });
  expect(response.status).toBe(200);
  const text = await response.text();
  const series = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('# HELP ') || line.startsWith('# TYPE ')) continue;
    const match = sampleLine.exec(line);
    if (!match) throw new Error(`Not a sample: ${line}`);
    if (series.has(match[1]!)) throw new Error(`Twice: ${line}`);
    series.set(match[1]!, match[2] === 'NaN' ? Number.NaN : Number(match[2]));
  }
  return { text, series };
}

/** What has changed between two scrapes of the metrics that match, by how much. */
export function changes(before: Series, after: Series, names: RegExp): Record<string, number> {
  const changed = [...after].filter(([name, value]) => names.test(name) && value !== (before.get(name) ?? 0));
  return Object.fromEntries(changed.map(([name, value]) => [name, value - (before.get(name) ?? 0)]));
}

/** The metrics that are told of, whether or not they have a value. */
export function metricNames(text: string): string[] {
  return [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name!);
}

/** What the work has changed of these metrics. */
export async function changesBy(
  read: () => Promise<Series>,
  work: () => Promise<unknown>,
  names: RegExp,
): Promise<Record<string, number>> {
  const before = await read();
  await work();
  return changes(before, await read(), names);
}
