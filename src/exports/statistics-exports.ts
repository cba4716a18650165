import type { CsvExport } from './csv-export.ts';

interface Rate {
  readonly count: number;
  readonly of: number;
  readonly rate: number | null;
}

interface Day {
  readonly day: string;
  readonly ordersCreated: number;
  readonly createdByChannel: readonly { readonly channel: string; readonly count: number }[];
  readonly ordersShipped: number;
  readonly ordersCancelled: number;
  readonly onTimeShipping: Rate;
  readonly meanProcessingSeconds: number | null;
}

const createdIn = (channel: string) => ({
  header: `created_${channel}`,
  cell: ({ createdByChannel }: Day) => createdByChannel.find((each) => each.channel === channel)?.count ?? 0,
});

/** The statistics of orders, a line for each day. */
export const statisticsExport: CsvExport<Day> = {
  name: 'statistics',
  query: `query StatisticsExport($range: DayRangeInput, $filter: FiguresFilter) {
    statistics(range: $range, filter: $filter) {
      daily {
        day ordersCreated createdByChannel { channel count } ordersShipped ordersCancelled
        onTimeShipping { count of rate } meanProcessingSeconds
      }
    }
  }`,
  variables: ['range', 'filter'],
  columns: [
    { header: 'day', cell: ({ day }) => day },
    { header: 'ordersCreated', cell: ({ ordersCreated }) => ordersCreated },
    ...['WHOLESALE', 'RETAIL_POS', 'ECOMMERCE'].map(createdIn),
    { header: 'ordersShipped', cell: ({ ordersShipped }) => ordersShipped },
    { header: 'ordersCancelled', cell: ({ ordersCancelled }) => ordersCancelled },
    { header: 'shippedOnTime', cell: ({ onTimeShipping }) => onTimeShipping.count },
    { header: 'shippedWithPromise', cell: ({ onTimeShipping }) => onTimeShipping.of },
    { header: 'meanProcessingSeconds', cell: ({ meanProcessingSeconds }) => meanProcessingSeconds },
  ],
  rowsOf: ({ statistics }) => statistics.daily,
  nextOf: () => null,
};

interface WarehouseDay {
  readonly day: string;
  readonly created: number;
  readonly packed: number;
  readonly shipped: number;
  readonly meanCycleSeconds: number | null;
  readonly meanPackingSeconds: number | null;
  readonly pickingAccuracy: Rate;
}

/** The statistics of the warehouse, a line for each day. */
export const fulfillmentStatisticsExport: CsvExport<WarehouseDay> = {
  name: 'fulfillment-statistics',
  query: `query FulfillmentStatisticsExport($range: DayRangeInput, $filter: FiguresFilter) {
    fulfillmentStatistics(range: $range, filter: $filter) {
      daily { day created packed shipped meanCycleSeconds meanPackingSeconds pickingAccuracy { count of rate } }
    }
  }`,
  variables: ['range', 'filter'],
  columns: [
    ...(['day', 'created', 'packed', 'shipped', 'meanCycleSeconds', 'meanPackingSeconds'] as const).map(
      (name) => ({ header: name, cell: (day: WarehouseDay) => day[name] }),
    ),
    { header: 'unitsPicked', cell: ({ pickingAccuracy }) => pickingAccuracy.count },
    { header: 'unitsScanned', cell: ({ pickingAccuracy }) => pickingAccuracy.of },
  ],
  rowsOf: ({ fulfillmentStatistics }) => fulfillmentStatistics.daily,
  nextOf: () => null,
};
