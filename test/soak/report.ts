import type { CallCounts } from './caller.ts';
import type { Fault } from './schedule.ts';

export interface SoakReport {
  readonly seed: number;
  readonly seconds: number;
  readonly events: number;
  readonly deliveries: number;
  readonly reconnects: number;
  readonly kills: Readonly<Partial<Record<Fault, number>>>;
  readonly calls: Readonly<CallCounts>;
  readonly incomplete: number;
  readonly lost: number;
  readonly doubled: number;
  readonly outOfOrder: number;
  readonly strange: number;
  readonly slowestCatchUpMs: number;
  readonly bySubscriber: readonly { name: string; told: number; connections: number }[];
  readonly faults: readonly string[];
}

export function formatReport(report: SoakReport): string {
  const { kills, calls, lost, doubled, outOfOrder, strange } = report;
  const lines: [string, string | number][] = [
    ['date', new Date().toISOString().slice(0, 10)],
    ['seed', report.seed],
    ['seconds of work', Math.round(report.seconds)],
    ['events in the log', report.events],
    ['deliveries', report.deliveries],
    ['subscribers', report.bySubscriber.length],
    ['reconnects', report.reconnects],
    [
      'kills',
      Object.entries(kills)
        .map(([kind, count]) => `${count} ${kind}`)
        .join(', '),
    ],
    ['calls of writers', `${calls.calls}, repeated ${calls.repeated}`],
    ['events asked for again', `${report.incomplete} (they came with an error, the database being away)`],
    ['lost / doubled / out of order / strange', `${lost} / ${doubled} / ${outOfOrder} / ${strange}`],
    ['slowest catch-up', `${Math.round(report.slowestCatchUpMs)} ms`],
    ['faults', report.faults.length],
  ];
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n');
}
