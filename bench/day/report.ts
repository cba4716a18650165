import type { Deliveries } from '../live/messages.ts';
import { dashboards, pickers, type DayCounts, type Latencies, type Rates } from './load.ts';
import { countDashboardMessages, subscribers } from './subscribers.ts';

export interface Phase {
  /** Of the peak hour's rate. */
  readonly share: number;
  readonly rates: Rates;
  readonly counts: DayCounts;
  readonly latencies: Latencies;
  readonly tookSeconds: number;
  readonly isBorne: boolean;
}

const columns = [
  'orders/s',
  'of the peak hour',
  'seconds',
  'what',
  'number',
  'p50 ms',
  'p99 ms',
  'most ms',
  'borne',
];

export function describeDay(
  phases: readonly Phase[],
  told: Deliveries,
  { ordersOfDay, peakRate }: { ordersOfDay: number; peakRate: number },
): string[] {
  const [first] = phases;
  const { orders, shipped } = first!.counts;
  const ratio = (100 * first!.share).toFixed(0);
  const best = Math.max(
    0,
    ...phases.filter(({ isBorne }) => isBorne).map(({ rates }) => rates.ordersPerSecond),
  );
  return [
    `A day of ${format(ordersOfDay)} orders, a tenth of them in the peak hour: ${peakRate.toFixed(1)} orders/s. Orders come at random ` +
      'moments, whether those before are answered or not, and their latency counts from the moment that they should have ' +
      `come; each is confirmed at once. ${pickers} pickers, each as busy as many, take what was confirmed through eight steps, as many ` +
      `as an even day's shipping needs. ${dashboards} dashboards ask for the figures and a list every five seconds and are told of ` +
      `changes; ${subscribers} warehouse screens follow a location each. One server, one worker, PostgreSQL and the bench on this machine.`,
    '',
    `Of the real day this ran ${format(orders)} orders (${((100 * orders) / ordersOfDay).toFixed(2)} %) at ${ratio} % of the peak hour's rate in ` +
      `${first!.rates.seconds} s, which is ${((100 * first!.rates.seconds) / 3_600).toFixed(1)} % of that hour; ${format(shipped)} were shipped. ` +
      `The highest rate that was borne (p99 of placing an order within a second): ${
        best === 0 ? 'none of these' : `${best.toFixed(1)} orders/s`
      }.`,
    '',
    ...table(phases),
    '',
    `All ${format(told.deliveries)} events to ${subscribers} subscribers came, each once: p50 ${told.p50Ms.toFixed(0)} ms, p99 ${told.p99Ms.toFixed(0)} ms from the ` +
      `beginning of the transaction, over all rates; the dashboards were told ${format(countDashboardMessages(told))} times. No request failed. Checked afterwards: ` +
      'every acknowledged order is there and no other, the ledger adds up to the levels, what is reserved is what the reservations hold, nothing is oversold.',
  ];
}

function table(phases: readonly Phase[]): string[] {
  const rows = phases.flatMap(({ share, rates, latencies, isBorne }) =>
    [...latencies.byKind].map(([kind, list]) => {
      const sorted = list.toSorted((one, other) => one - other);
      const at = (part: number): string => sorted[Math.floor((sorted.length - 1) * part)]!.toFixed(0);
      return [
        rates.ordersPerSecond.toFixed(1),
        `${(100 * share).toFixed(0)} %`,
        String(rates.seconds),
        kind,
        format(list.length),
        at(0.5),
        at(0.99),
        at(1),
        isBorne ? 'yes' : 'no',
      ];
    }),
  );
  return [columns, columns.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}

function format(number: number): string {
  return number.toLocaleString('en');
}
