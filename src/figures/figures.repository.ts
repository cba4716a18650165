import { sql, type SQL } from 'drizzle-orm';
import { isoInstant } from '../db/columns.ts';
import type { Executor } from '../db/driver/database.ts';
import type { Channel } from '../db/tables/enumerations.ts';
import { everywhere, type DurationKind, type Measure } from '../db/tables/figures.ts';

/** Of which orders: all that is given must hold. */
export interface FiguresScope {
  readonly channel?: Channel | null;
  readonly locationCode?: string | null;
}

/** Days in UTC, both included. */
export interface DayRange {
  readonly from: string;
  readonly to: string;
}

export interface Sum extends Record<string, unknown> {
  readonly measure: Measure;
  readonly label: string;
  readonly amount: number;
}

export interface Distribution {
  readonly count: number;
  readonly median: number | null;
  readonly ninetiethPercentile: number | null;
}

const locationOf = ({ locationCode }: FiguresScope): SQL =>
  locationCode
    ? sql`(select id from stock_locations where code = ${locationCode})`
    : sql`${everywhere}::uuid`;

const within = (scope: FiguresScope): SQL =>
  scope.channel
    ? sql`location_id = ${locationOf(scope)} and channel = ${scope.channel}::channel`
    : sql`location_id = ${locationOf(scope)}`;

const measures = (wanted: readonly Measure[]): SQL => sql`${`{${wanted.join(',')}}`}::figures.measure[]`;
const today = sql`(now() at time zone 'UTC')::date`;

/** The last so many days up to today, and as many before them. */
export async function lastDays(read: Executor, days: number): Promise<{ now: DayRange; before: DayRange }> {
  const [row] = await read.execute<{
    first: string;
    last: string;
    earlierFirst: string;
    earlierLast: string;
  }>(
    sql`select (${today} - ${days}::integer + 1)::text as first, ${today}::text as last,
      (${today} - 2 * ${days}::integer + 1)::text as "earlierFirst", (${today} - ${days}::integer)::text as "earlierLast"`,
  );
  const { first, last, earlierFirst, earlierLast } = row!;
  return { now: { from: first, to: last }, before: { from: earlierFirst, to: earlierLast } };
}

/** What the days of the range come to. */
export async function readSums(
  read: Executor,
  scope: FiguresScope,
  range: DayRange,
  wanted: readonly Measure[],
): Promise<Sum[]> {
  return read.execute<Sum & Record<string, unknown>>(sql`
    select measure, label, sum(amount)::float8 as amount from figures.daily
    where ${within(scope)} and measure = any(${measures(wanted)})
      and day between ${range.from}::date and ${range.to}::date
    group by measure, label having sum(amount) <> 0 order by measure, label`);
}

export interface DaySum extends Sum {
  readonly day: string;
  /** Of orders created alone. */
  readonly channel: Channel | null;
}

export async function readDaySums(
  read: Executor,
  scope: FiguresScope,
  range: DayRange,
  wanted: readonly Measure[],
): Promise<DaySum[]> {
  return read.execute<DaySum & Record<string, unknown>>(sql`
    select day::text as day, measure, case when measure = 'revenue' then label else '' end as label,
      case when measure = 'order_status' then channel end as channel, sum(amount)::float8 as amount
    from figures.daily
    where ${within(scope)} and measure = any(${measures(wanted)})
      and day between ${range.from}::date and ${range.to}::date
    group by 1, 2, 3, 4 having sum(amount) <> 0 order by 1, 2, 3, 4`);
}

/** The distributions of durations: whole months from the rows of months, the days at both ends from those of days. */
export async function readDistributions(
  read: Executor,
  scope: FiguresScope,
  range: DayRange,
  kinds: readonly DurationKind[],
): Promise<Map<DurationKind, Distribution>> {
  const part = (condition: SQL): SQL => sql`
    select kind, seconds, count from figures.durations, months
    where ${within(scope)} and kind = any(${`{${kinds.join(',')}}`}::figures.duration_kind[]) and ${condition}`;
  const rows = await read.execute<{
    kind: DurationKind;
    count: number;
    median: number;
    ninetieth: number;
  }>(sql`
    with span as (
      select ${range.from}::date as first_day, ${range.to}::date + 1 as end_day
    ), months as materialized (
      -- Without a whole month between them, the first of both is the end, and the other two are empty.
      select first_day, end_day, least(end_day, (date_trunc('month', first_day - 1) + interval '1 month')::date) as starts,
        greatest(date_trunc('month', end_day)::date,
          least(end_day, (date_trunc('month', first_day - 1) + interval '1 month')::date)) as ends
      from span
    ), histogram as (
      select kind, seconds, sum(count) as count from (
        ${part(sql`period = 'day' and starts_on >= first_day and starts_on < starts`)}
        union all ${part(sql`period = 'month' and starts_on >= starts and starts_on < ends`)}
        union all ${part(sql`period = 'day' and starts_on >= ends and starts_on < end_day`)}
      ) as part
      group by kind, seconds having sum(count) > 0
    ), running as (
      select kind, seconds, sum(count) over (partition by kind order by seconds) as reached,
        sum(count) over (partition by kind) as total
      from histogram
    )
    select kind, max(total)::float8 as count, min(seconds) filter (where reached >= total * 0.5) as median,
      min(seconds) filter (where reached >= total * 0.9) as ninetieth
    from running group by kind`);
  return new Map(
    rows.map(({ kind, count, median, ninetieth }) => [
      kind,
      { count, median, ninetiethPercentile: ninetieth },
    ]),
  );
}

export interface StandingCount extends Record<string, unknown> {
  readonly measure: Measure;
  readonly label: string;
  readonly channel: Channel;
  /** Of orders that are open by the day on which they were created: which of the ages of `backlogAges`. */
  readonly age: number | null;
  readonly amount: number;
}

/** How everything stands now, whenever it was created. */
export async function readStandings(read: Executor, scope: FiguresScope): Promise<StandingCount[]> {
  return read.execute<StandingCount & Record<string, unknown>>(sql`
    select measure, label, channel,
      case when measure = 'order_open' then width_bucket(${today} - day, array[1, 3, 7, 14]) end as age,
      sum(amount)::float8 as amount
    from figures.daily
    where ${within(scope)}
      and measure = any(${measures(['order_standing', 'order_open', 'order_held', 'units_held', 'fulfillment_standing'])})
    group by 1, 2, 3, 4 having sum(amount) <> 0
    order by measure, array_position(enum_range(null::order_status)::text[], label), label, channel, 4`);
}

/** Promised for a moment that has passed, and not yet shipped: the clock decides, so it is counted now. */
export async function countLate(read: Executor, scope: FiguresScope): Promise<number> {
  const conditions = [
    sql`is_open and promised_ship_at <= now()`,
    ...(scope.channel ? [sql`channel = ${scope.channel}::channel`] : []),
    ...(scope.locationCode ? [sql`location_ids @> array[${locationOf(scope)}]`] : []),
  ];
  const [row] = await read.execute<{ count: number }>(
    sql`select count(*)::float8 as count from figures.order_facts where ${sql.join(conditions, sql` and `)}`,
  );
  return row!.count;
}

/** Refusals know the location that was asked for, and no channel. */
export async function countStockOuts(read: Executor, scope: FiguresScope, range: DayRange): Promise<number> {
  const [row] = await read.execute<{ count: number }>(sql`
    select coalesce(sum(incidents), 0)::float8 as count from figures.stock_outs
    where location_id = ${locationOf(scope)} and day between ${range.from}::date and ${range.to}::date`);
  return row!.count;
}

/** From the stock itself. The tables do not let it be anything but zero. */
export async function countOversold(read: Executor, scope: FiguresScope): Promise<number> {
  const here = scope.locationCode ? sql`and location_id = ${locationOf(scope)}` : sql``;
  const [row] = await read.execute<{ count: number }>(sql`
    select count(*)::float8 as count from stock_levels where (reserved > on_hand or on_hand < 0 or reserved < 0) ${here}`);
  return row!.count;
}

/**
 * The moment up to which every change is in the figures: now, unless events of the log wait to be counted. When an
 * event was written is in its identifier; an imported one happened long before.
 */
export async function readAsOf(read: Executor): Promise<string> {
  const [row] = await read.execute<{ at: string }>(sql`
    select coalesce((
      select least(now(), to_timestamp(('x' || left(replace(waiting.id::text, '-', ''), 12))::bit(48)::bigint / 1000.0))
      from (
        -- Two values, and no join: so the index of the log begins at them.
        select order_history.id from order_history
        where (order_history.transaction_id, order_history.position)
          > ((select transaction_id from figures.progress), (select position from figures.progress))
        order by order_history.transaction_id, order_history.position limit 1
      ) as waiting
    ), now())::text as at`);
  return isoInstant(row!.at);
}
