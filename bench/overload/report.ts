import type { Phase } from './arrivals.ts';

export interface Measured {
  readonly peak: Phase;
  readonly usual: Phase;
  readonly burst: Phase;
  readonly overload: Phase;
  readonly after: Phase;
}

const columns = ['load', 'arrivals/s', 'done/s', 'refused/s', 'p50 ms', 'p99 ms', 'p99 of refused ms'];

export function describeOverload(
  { peak, usual, burst, overload, after }: Measured,
  { times, atOnce, burstSeconds }: { times: number; atOnce: number; burstSeconds: number },
): string[] {
  const goodput = rate(overload) / rate(peak);
  const lateness = percentile(overload.accepted, 0.99) / percentile(peak.accepted, 0.99);
  const rows = [
    row(`the most: ${atOnce} clients in turn`, peak),
    row('usual: 80% of it', usual),
    row(`the first ${burstSeconds} s of ${times} times as much`, burst),
    row(`${times} times as much`, overload),
    row('then half of it', after),
  ];
  return [
    [columns, columns.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`),
    '',
    `At ${times} times what the server can do, goodput is ${(goodput * 100).toFixed(0)}% of the most (goal: above 90%), and the`,
    `p99 of what it takes ${lateness.toFixed(2)} times that of the most (goal: at most 2). What it refuses, it refuses with 503 and`,
    '`Retry-After`. The burst may wait for half a second, so its latencies are told apart. All from the moment that a',
    'request should have been sent; the client is on the same machine, and takes its processor too. Each order that was',
    'acknowledged is stored, no other is, and the invariants hold.',
  ].flat();
}

const rate = ({ accepted, seconds }: Phase): number => accepted.length / seconds;

function row(load: string, phase: Phase): string[] {
  const { accepted, refused, seconds } = phase;
  return [
    load,
    ((accepted.length + refused.length) / seconds).toFixed(0),
    rate(phase).toFixed(0),
    (refused.length / seconds).toFixed(0),
    percentile(accepted, 0.5).toFixed(0),
    percentile(accepted, 0.99).toFixed(0),
    refused.length === 0 ? '' : percentile(refused, 0.99).toFixed(0),
  ];
}

function percentile(latencies: readonly number[], share: number): number {
  const sorted = latencies.toSorted((one, other) => one - other);
  return sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
}
