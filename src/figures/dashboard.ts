import type { Executor } from '../db/driver/database.ts';
import type { Channel, FulfillmentStatus, OrderStatus } from '../db/tables/enumerations.ts';
import type { DurationKind, Measure } from '../db/tables/figures.ts';
import {
  countLate,
  lastDays,
  readAsOf,
  readDistributions,
  readStandings,
  readSums,
  type DayRange,
  type FiguresScope,
  type StandingCount,
} from './figures.repository.ts';
import { durationOf, rateOf, Totals } from './totals.ts';

export const backlogAges = [
  'today',
  'one_to_two_days',
  'three_to_six_days',
  'one_week',
  'two_weeks_or_more',
] as const;
export type BacklogAge = (typeof backlogAges)[number];

export interface BacklogCount {
  readonly status: OrderStatus;
  readonly age: BacklogAge;
  readonly count: number;
}

export interface OrderCount {
  readonly status: OrderStatus;
  readonly channel: Channel;
  readonly count: number;
}

export interface FulfillmentCount {
  readonly status: FulfillmentStatus;
  readonly count: number;
}

/** How everything stands now. */
export interface Standings {
  readonly orderCounts: readonly OrderCount[];
  readonly fulfillmentCounts: readonly FulfillmentCount[];
  readonly backlog: readonly BacklogCount[];
  readonly openCount: number;
  readonly heldCount: number;
  readonly unitsReserved: number;
}

export type KpiName =
  | 'orders_created'
  | 'orders_shipped'
  | 'processing_time_mean'
  | 'processing_time_median'
  | 'on_time_shipping'
  | 'completion'
  | 'cancellation'
  | 'refund'
  | 'return'
  | 'cycle_time_median'
  | 'packing_time_mean'
  | 'picking_accuracy';

export interface Kpi {
  readonly name: KpiName;
  readonly unit: 'count' | 'ratio' | 'seconds';
  readonly value: number | null;
  readonly previous: number | null;
}

export interface RevenueKpi {
  readonly currency: string;
  readonly value: number;
  readonly previous: number;
}

export interface DashboardFigures extends Standings {
  readonly asOf: string;
  readonly from: string;
  readonly to: string;
  readonly lateCount: number;
  readonly kpis: readonly Kpi[];
  readonly revenue: readonly RevenueKpi[];
}

const kpiMeasures: readonly Measure[] = [
  'order_status',
  'order_completed',
  'order_cancelled',
  'order_refunded',
  'order_returned',
  'order_shipped',
  'order_promised',
  'order_on_time',
  'processing_time',
  'packing_time',
  'units_picked',
  'mis_scans',
  'revenue',
];
const kpiDurations: readonly DurationKind[] = ['processing_time', 'cycle_time', 'packing_time'];

/** The standings now, and the last `days` days beside as many before them. */
export async function loadDashboard(
  read: Executor,
  scope: FiguresScope,
  days: number,
): Promise<DashboardFigures> {
  // First, so that nothing is said to be in the figures that was counted only after they were read.
  const [asOf, ranges] = await Promise.all([readAsOf(read), lastDays(read, days)]);
  const [standings, lateCount, now, before] = await Promise.all([
    readStandings(read, scope),
    countLate(read, scope),
    readPeriod(read, scope, ranges.now),
    readPeriod(read, scope, ranges.before),
  ]);
  const kpis = now.values.map(({ name, unit, value }, place) => ({
    name,
    unit,
    value,
    previous: before.values[place]!.value,
  }));
  const currencies = [...new Set([...now.totals.labels('revenue'), ...before.totals.labels('revenue')])];
  const revenue = currencies.toSorted().map((currency) => ({
    currency,
    value: now.totals.of('revenue', currency),
    previous: before.totals.of('revenue', currency),
  }));
  return { asOf, ...ranges.now, ...standingsOf(standings), lateCount, kpis, revenue };
}

async function readPeriod(read: Executor, scope: FiguresScope, range: DayRange) {
  const [sums, distributions] = await Promise.all([
    readSums(read, scope, range, kpiMeasures),
    readDistributions(read, scope, range, kpiDurations),
  ]);
  const totals = new Totals(sums);
  const created = totals.of('order_status');
  const duration = (kind: DurationKind) => durationOf(totals, distributions, kind);
  const share = (count: Measure, of: number) => rateOf(totals.of(count), of).rate;
  const picked = totals.of('units_picked');
  const values: Omit<Kpi, 'previous'>[] = [
    { name: 'orders_created', unit: 'count', value: created },
    { name: 'orders_shipped', unit: 'count', value: totals.of('order_shipped') },
    { name: 'processing_time_mean', unit: 'seconds', value: duration('processing_time').meanSeconds },
    { name: 'processing_time_median', unit: 'seconds', value: duration('processing_time').medianSeconds },
    { name: 'on_time_shipping', unit: 'ratio', value: share('order_on_time', totals.of('order_promised')) },
    { name: 'completion', unit: 'ratio', value: share('order_completed', created) },
    { name: 'cancellation', unit: 'ratio', value: share('order_cancelled', created) },
    { name: 'refund', unit: 'ratio', value: share('order_refunded', created) },
    { name: 'return', unit: 'ratio', value: share('order_returned', created) },
    { name: 'cycle_time_median', unit: 'seconds', value: duration('cycle_time').medianSeconds },
    { name: 'packing_time_mean', unit: 'seconds', value: duration('packing_time').meanSeconds },
    {
      name: 'picking_accuracy',
      unit: 'ratio',
      value: rateOf(picked, picked + totals.of('mis_scans')).rate,
    },
  ];
  return { totals, values };
}

export function standingsOf(rows: readonly StandingCount[]): Standings {
  const sum = (of: readonly StandingCount[]): number => of.reduce((total, { amount }) => total + amount, 0);
  const ofMeasure = (measure: Measure) => rows.filter((row) => row.measure === measure);
  const open = ofMeasure('order_open');
  return {
    orderCounts: grouped(ofMeasure('order_standing'), ({ label, channel }) => ({
      status: label as OrderStatus,
      channel,
    })),
    backlog: grouped(open, ({ label, age }) => ({ status: label as OrderStatus, age: backlogAges[age!]! })),
    fulfillmentCounts: grouped(ofMeasure('fulfillment_standing'), ({ label }) => ({
      status: label as FulfillmentStatus,
    })),
    openCount: sum(open),
    heldCount: sum(ofMeasure('order_held')),
    unitsReserved: sum(ofMeasure('units_held')),
  };
}

/** The amounts summed over the rows for which `keysOf` gives the same. */
function grouped<Keys extends object>(
  rows: readonly StandingCount[],
  keysOf: (row: StandingCount) => Keys,
): (Keys & { count: number })[] {
  const groups = new Map<string, Keys & { count: number }>();
  for (const row of rows) {
    const keys = keysOf(row);
    const key = JSON.stringify(keys);
    const group = groups.get(key) ?? { ...keys, count: 0 };
    group.count += row.amount;
    groups.set(key, group);
  }
  return [...groups.values()];
}
