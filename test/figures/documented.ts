import { readFileSync } from 'node:fs';
import path from 'node:path';
import postgres from 'postgres';
import { expect } from 'vitest';
import type { Ask } from '../setup/server.ts';

/** The statements of docs/figures.md by the name on their fence. */
export const documented: Readonly<Record<string, string>> = Object.fromEntries(
  [
    ...readFileSync(path.resolve(import.meta.dirname, '../../docs/figures.md'), 'utf8').matchAll(
      /^```sql (\w+)\n([\s\S]*?)^```$/gm,
    ),
  ].map(([, name, text]) => [name!, text!]),
);

export interface Asked {
  from: string;
  to: string;
  channel: string | null;
  locationCode: string | null;
}

type Row = Record<string, any>;

/** What the statement of this name says. */
async function saysOf(client: postgres.Sql, name: string, asked: Asked): Promise<Row[]> {
  const { from, to, channel, locationCode } = asked;
  const text = `${documented['begin']!} ${documented[name]!}`;
  return client.unsafe(text, [from, to, channel, locationCode]) as unknown as Promise<Row[]>;
}

const numbers = (row: Row): Row =>
  Object.fromEntries(
    Object.entries(row).map(([key, value]) => [
      key,
      /^-?\d+(\.\d+)?$/.test(String(value)) ? Number(value) : value,
    ]),
  );
const sorted = (rows: readonly unknown[]): string[] => rows.map((row) => JSON.stringify(row)).toSorted();
const upper = (text: string): string => text.toUpperCase();

const duration = 'count meanSeconds medianSeconds ninetiethPercentileSeconds';
const rate = 'count of rate';
const money = 'amountMinor currency';
const query = `query ($range: DayRangeInput!, $filter: FiguresFilter!) {
  statistics(range: $range, filter: $filter) {
    from to asOf ordersCreated ordersShipped stockOutIncidents oversellingIncidents internalNotes publicNotes
    processingTime { ${duration} } fulfillmentCycleTime { ${duration} } packingTime { ${duration} }
    firstResponseTime { ${duration} }
    completion { ${rate} } cancellation { ${rate} } refund { ${rate} } returned { ${rate} }
    pickingAccuracy { ${rate} } onTimeShipping { ${rate} } reservationUtilisation { ${rate} }
    reservationExpiry { ${rate} } ordersWithNotes { ${rate} }
    revenue { ${money} } refunded { ${money} } orderCounts { status channel count } backlog { status age count }
    daily { day ordersCreated ordersCancelled ordersShipped onTimeShipping { count } createdByChannel { count } }
  }
  fulfillmentStatistics(range: $range, filter: $filter) {
    shipped packed cycleTime { ${duration} } packingTime { ${duration} } pickingAccuracy { ${rate} }
    onTimeShipping { ${rate} } fulfillmentCounts { status count } daily { shipped packed created }
  }
  dashboard(filter: $filter) {
    openCount heldCount lateCount unitsReserved orderCounts { status channel count } backlog { status age count }
    fulfillmentCounts { status count }
  }
}`;

/** Asks the API for every figure and compares it with what its documented SQL says. Gives the statistics. */
export async function expectDocumentedFigures(ask: Ask, url: string, asked: Asked): Promise<any> {
  const { from, to, channel, locationCode } = asked;
  const variables = { range: { from, to }, filter: { channel: channel && upper(channel), locationCode } };
  const { data, errors } = await ask(query, variables);
  expect(errors).toBeUndefined();
  const { statistics, fulfillmentStatistics, dashboard } = data;
  const client = postgres(url, { max: 1, onnotice: () => {}, connection: { TimeZone: 'UTC' } });
  try {
    const compared: Record<string, (rows: Row[]) => void> = {};
    const value = (name: string) => (rows: Row[]) =>
      expect(statistics[name], name).toEqual(Object.values(rows[0]!)[0]);
    const rateIs =
      (...answers: any[]) =>
      (rows: Row[]) => {
        const { count, of } = rows[0]!;
        for (const answer of answers)
          expect(answer).toEqual({ count, of, rate: of === 0 ? null : count / of });
      };
    const durationIs =
      (...answers: any[]) =>
      ([row]: Row[]) => {
        for (const answer of answers) {
          expect(answer).toEqual({
            count: row?.['count'] ?? 0,
            meanSeconds: row ? expect.closeTo(row['mean'], 2) : null,
            medianSeconds: row?.['median'] ?? null,
            ninetiethPercentileSeconds: row?.['ninetieth'] ?? null,
          });
        }
      };
    const countsAre =
      (keys: string[], ...answers: any[]) =>
      (rows: Row[]) => {
        const wanted = rows.map((row) => [...keys.map((key) => upper(row[key])), row['count']]);
        for (const answer of answers) {
          expect(sorted(answer.map((each: Row) => [...keys.map((key) => each[key]), each['count']]))).toEqual(
            sorted(wanted),
          );
        }
      };
    const moneyIs = (answer: Row[]) => (rows: Row[]) =>
      expect(sorted(answer.map((each) => [each['currency'], each['amountMinor']]))).toEqual(
        sorted(rows.map((row) => [row['currency'], row['amount']])),
      );
    for (const name of [
      'ordersCreated',
      'ordersShipped',
      'internalNotes',
      'publicNotes',
      'oversellingIncidents',
    ])
      compared[name] = value(name);
    compared['stockOutIncidents'] = channel
      ? () => expect(statistics.stockOutIncidents).toBeNull()
      : value('stockOutIncidents');
    for (const name of ['completion', 'cancellation', 'refund', 'returned', 'reservationUtilisation'])
      compared[name] = rateIs(statistics[name]);
    for (const name of ['reservationExpiry', 'ordersWithNotes']) compared[name] = rateIs(statistics[name]);
    for (const name of ['onTimeShipping', 'pickingAccuracy'])
      compared[name] = rateIs(statistics[name], fulfillmentStatistics[name]);
    compared['processingTime'] = durationIs(statistics.processingTime);
    compared['firstResponseTime'] = durationIs(statistics.firstResponseTime);
    compared['fulfillmentCycleTime'] = durationIs(
      statistics.fulfillmentCycleTime,
      fulfillmentStatistics.cycleTime,
    );
    compared['packingTime'] = durationIs(statistics.packingTime, fulfillmentStatistics.packingTime);
    compared['revenue'] = moneyIs(statistics.revenue);
    compared['refunded'] = moneyIs(statistics.refunded);
    compared['orderCounts'] = countsAre(['status', 'channel'], statistics.orderCounts, dashboard.orderCounts);
    compared['backlog'] = countsAre(['status', 'age'], statistics.backlog, dashboard.backlog);
    compared['fulfillmentCounts'] = countsAre(
      ['status'],
      fulfillmentStatistics.fulfillmentCounts,
      dashboard.fulfillmentCounts,
    );
    compared['openCounts'] = ([row]) =>
      expect({ open: dashboard.openCount, held: dashboard.heldCount, late: dashboard.lateCount }).toEqual(
        row,
      );
    compared['unitsReserved'] = ([row]) => expect(dashboard.unitsReserved).toEqual(row!['units']);
    compared['daily'] = (rows) => {
      const days = statistics.daily.map((each: Row) => ({
        day: each['day'],
        created: each['ordersCreated'],
        cancelled: each['ordersCancelled'],
        shipped: each['ordersShipped'],
        in_time: each['onTimeShipping'].count,
      }));
      expect(days).toEqual(rows);
    };
    expect(Object.keys(compared).toSorted()).toEqual(
      Object.keys(documented)
        .filter((name) => name !== 'begin')
        .toSorted(),
    );
    for (const [name, compare] of Object.entries(compared)) {
      const rows = await saysOf(client, name, asked);
      try {
        compare(rows.map(numbers));
      } catch (error) {
        throw new Error(`${name} of ${JSON.stringify(asked)}`, { cause: error });
      }
    }
    const sum = (rows: Row[], key: string) => rows.reduce((total, row) => total + row[key], 0);
    expect(sum(fulfillmentStatistics.daily, 'shipped')).toBe(fulfillmentStatistics.shipped);
    expect(sum(fulfillmentStatistics.daily, 'packed')).toBe(fulfillmentStatistics.packed);
    for (const day of statistics.daily) expect(sum(day.createdByChannel, 'count')).toBe(day.ordersCreated);
  } finally {
    await client.end({ timeout: 5 });
  }
  return statistics;
}
