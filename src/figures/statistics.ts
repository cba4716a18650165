import type { Executor } from '../db/driver/database.ts';
import type { Channel } from '../db/tables/enumerations.ts';
import type { Measure } from '../db/tables/figures.ts';
import {
  countStockOuts,
  readDaySums,
  readDistributions,
  readSums,
  type DayRange,
  type DaySum,
  type FiguresScope,
} from './figures.repository.ts';
import { durationOf, meanSeconds, rateOf, Totals, type RateFigures } from './totals.ts';

const orderMeasures: readonly Measure[] = [
  'order_status',
  'order_completed',
  'order_cancelled',
  'order_refunded',
  'order_returned',
  'order_with_note',
  'note_internal',
  'note_public',
  'revenue',
  'refunds',
  'units_reserved',
  'units_fulfilled',
  'units_expired',
  'processing_time',
  'response_time',
];
const shippingMeasures: readonly Measure[] = [
  'order_shipped',
  'order_promised',
  'order_on_time',
  'fulfillment_status',
  'fulfillment_shipped',
  'fulfillment_packed',
  'cycle_time',
  'packing_time',
  'units_picked',
  'mis_scans',
];

/** What the warehouse did in the days of the range. */
export async function loadFulfillmentStatistics(read: Executor, scope: FiguresScope, range: DayRange) {
  const [sums, distributions] = await Promise.all([
    readSums(read, scope, range, shippingMeasures),
    readDistributions(read, scope, range, ['cycle_time', 'packing_time']),
  ]);
  const totals = new Totals(sums);
  return {
    ...range,
    scope,
    created: totals.of('fulfillment_status'),
    shipped: totals.of('fulfillment_shipped'),
    packed: totals.of('fulfillment_packed'),
    cycleTime: durationOf(totals, distributions, 'cycle_time'),
    packingTime: durationOf(totals, distributions, 'packing_time'),
    pickingAccuracy: accuracyOf(totals),
    onTimeShipping: rateOf(totals.of('order_on_time'), totals.of('order_promised')),
  };
}
export type FulfillmentStatisticsFigures = Awaited<ReturnType<typeof loadFulfillmentStatistics>>;

function accuracyOf(totals: Totals): RateFigures {
  const picked = totals.of('units_picked');
  return rateOf(picked, picked + totals.of('mis_scans'));
}

/** All figures of section 7 over the days of the range. */
export async function loadStatistics(read: Executor, scope: FiguresScope, range: DayRange) {
  const [sums, distributions, stockOuts] = await Promise.all([
    readSums(read, scope, range, [...orderMeasures, ...shippingMeasures]),
    readDistributions(read, scope, range, ['processing_time', 'cycle_time', 'packing_time', 'response_time']),
    // Not known by channel.
    scope.channel ? null : countStockOuts(read, scope, range),
  ]);
  const totals = new Totals(sums);
  const created = totals.of('order_status');
  const ofCreated = (measure: Measure): RateFigures => rateOf(totals.of(measure), created);
  const unitsReserved = totals.of('units_reserved');
  const money = (measure: 'revenue' | 'refunds') =>
    totals.labels(measure).map((currency) => ({ currency, amountMinor: totals.of(measure, currency) }));
  return {
    ...range,
    scope,
    ordersCreated: created,
    ordersShipped: totals.of('order_shipped'),
    processingTime: durationOf(totals, distributions, 'processing_time'),
    completion: ofCreated('order_completed'),
    cancellation: ofCreated('order_cancelled'),
    refund: ofCreated('order_refunded'),
    returned: ofCreated('order_returned'),
    fulfillmentCycleTime: durationOf(totals, distributions, 'cycle_time'),
    packingTime: durationOf(totals, distributions, 'packing_time'),
    pickingAccuracy: accuracyOf(totals),
    onTimeShipping: rateOf(totals.of('order_on_time'), totals.of('order_promised')),
    reservationUtilisation: rateOf(totals.of('units_fulfilled'), unitsReserved),
    reservationExpiry: rateOf(totals.of('units_expired'), unitsReserved),
    stockOutIncidents: stockOuts,
    ordersWithNotes: ofCreated('order_with_note'),
    internalNotes: totals.of('note_internal'),
    publicNotes: totals.of('note_public'),
    firstResponseTime: durationOf(totals, distributions, 'response_time'),
    revenue: money('revenue'),
    refunded: money('refunds'),
  };
}
export type StatisticsFigures = Awaited<ReturnType<typeof loadStatistics>>;

export interface DayOfFigures {
  readonly day: string;
  readonly ordersCreated: number;
  readonly createdByChannel: readonly { channel: Channel; count: number }[];
  readonly ordersShipped: number;
  readonly ordersCancelled: number;
  readonly onTimeShipping: RateFigures;
  readonly meanProcessingSeconds: number | null;
  readonly revenue: readonly { currency: string; amountMinor: number }[];
}

/** Every day of the range, those on which nothing happened too. */
export async function loadDays(
  read: Executor,
  { scope, from, to }: DayRange & { readonly scope: FiguresScope },
): Promise<DayOfFigures[]> {
  const sums = await readDaySums(read, scope, { from, to }, [
    'order_status',
    'order_shipped',
    'order_cancelled',
    'order_promised',
    'order_on_time',
    'processing_time',
    'revenue',
  ]);
  return byDay({ from, to }, sums, (day, ofDay, totals) => ({
    day,
    ordersCreated: totals.of('order_status'),
    createdByChannel: ofDay.flatMap(({ channel, amount }) => (channel ? [{ channel, count: amount }] : [])),
    ordersShipped: totals.of('order_shipped'),
    ordersCancelled: totals.of('order_cancelled'),
    onTimeShipping: rateOf(totals.of('order_on_time'), totals.of('order_promised')),
    meanProcessingSeconds: meanSeconds(totals.of('processing_time'), totals.of('order_shipped')),
    revenue: totals
      .labels('revenue')
      .map((currency) => ({ currency, amountMinor: totals.of('revenue', currency) })),
  }));
}

export interface DayOfFulfillments {
  readonly day: string;
  readonly created: number;
  readonly packed: number;
  readonly shipped: number;
  readonly meanCycleSeconds: number | null;
  readonly meanPackingSeconds: number | null;
  readonly pickingAccuracy: RateFigures;
}

export async function loadFulfillmentDays(
  read: Executor,
  { scope, from, to }: DayRange & { readonly scope: FiguresScope },
): Promise<DayOfFulfillments[]> {
  const sums = await readDaySums(read, scope, { from, to }, shippingMeasures);
  return byDay({ from, to }, sums, (day, _ofDay, totals) => ({
    day,
    created: totals.of('fulfillment_status'),
    packed: totals.of('fulfillment_packed'),
    shipped: totals.of('fulfillment_shipped'),
    meanCycleSeconds: meanSeconds(totals.of('cycle_time'), totals.of('fulfillment_shipped')),
    meanPackingSeconds: meanSeconds(totals.of('packing_time'), totals.of('fulfillment_packed')),
    pickingAccuracy: accuracyOf(totals),
  }));
}

function byDay<Day>(
  range: DayRange,
  sums: readonly DaySum[],
  build: (day: string, sums: readonly DaySum[], totals: Totals) => Day,
): Day[] {
  const groups = new Map<string, DaySum[]>();
  for (const sum of sums) groups.set(sum.day, [...(groups.get(sum.day) ?? []), sum]);
  return daysOf(range).map((day) => {
    const ofDay = groups.get(day) ?? [];
    return build(day, ofDay, new Totals(ofDay));
  });
}

const dayMs = 86_400_000;

/** How many days the range has; fewer than one when it ends before it starts. */
export function lengthOf({ from, to }: DayRange): number {
  return (Date.parse(to) - Date.parse(from)) / dayMs + 1;
}

function daysOf(range: DayRange): string[] {
  const first = Date.parse(range.from);
  return Array.from({ length: lengthOf(range) }, (_, place) =>
    new Date(first + place * dayMs).toISOString().slice(0, 10),
  );
}
