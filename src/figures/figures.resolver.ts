import { Args, Authorized, Ctx, FieldResolver, Float, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../graphql/context.ts';
import { Money } from '../graphql/money.type.ts';
import { DateTime, SafeInt } from '../graphql/scalars.ts';
import { TopLevelError } from '../shared/errors.ts';
import { dashboardsOf } from './dashboard-cache.ts';
import { type DashboardFigures, type Kpi as KpiFigures, standingsOf } from './dashboard.ts';
import { DashboardArguments, StatisticsArguments, type DayRangeInput } from './figures.input.ts';
import { countOversold, lastDays, readAsOf, readStandings, type DayRange } from './figures.repository.ts';
import { BacklogCount, Dashboard, FulfillmentCount, Kpi, OrderCount, RevenueKpi } from './figures.type.ts';
import {
  lengthOf,
  loadDays,
  loadFulfillmentDays,
  loadFulfillmentStatistics,
  loadStatistics,
  type DayOfFigures,
  type FulfillmentStatisticsFigures,
  type StatisticsFigures,
} from './statistics.ts';
import {
  DailyFigures,
  DailyFulfillmentFigures,
  FulfillmentStatistics,
  Statistics,
} from './statistics.type.ts';

const readOf = (context: RequestContext) => context.read;
const longestRangeDays = 3_660;
const daysByDefault = 30;

async function daysOf(context: RequestContext, range: DayRangeInput | null | undefined): Promise<DayRange> {
  if (!range) return (await lastDays(readOf(context), daysByDefault)).now;
  const days = lengthOf(range);
  if (days >= 1 && days <= longestRangeDays) return { from: range.from, to: range.to };
  const message = `The range has to end on or after its first day, and to have ${longestRangeDays} days at most.`;
  throw new TopLevelError('BAD_USER_INPUT', message);
}

@Resolver(() => Dashboard)
export class DashboardResolver {
  @Query(() => Dashboard, {
    description:
      'How everything stands now, and the KPIs of the last days. Permission: dashboard.view; the KPIs: statistics.view.',
  })
  @Authorized('dashboard.view')
  dashboard(
    @Args(() => DashboardArguments) { filter, days }: DashboardArguments,
    @Ctx() context: RequestContext,
  ) {
    return dashboardsOf(context.read).latest(filter ?? {}, days);
  }

  @FieldResolver(() => [Kpi], {
    nullable: true,
    description:
      'The KPIs of the days, beside those of as many days before. Permission: statistics.view, else null.',
  })
  @Authorized('statistics.view')
  kpis(@Root() dashboard: DashboardFigures) {
    return dashboard.kpis;
  }

  @FieldResolver(() => [RevenueKpi], {
    nullable: true,
    description: 'What was sold, a currency each. Permission: statistics.view, else null.',
  })
  @Authorized('statistics.view')
  revenue(@Root() dashboard: DashboardFigures) {
    return dashboard.revenue.map(({ currency, value, previous }) => ({
      value: { currency, amountMinor: value },
      previous: { currency, amountMinor: previous },
    }));
  }
}

@Resolver(() => Kpi)
export class KpiResolver {
  @FieldResolver(() => Float, {
    nullable: true,
    description: 'How much more than before, as a part of it: 0.1 is a tenth more, -0.1 a tenth less.',
  })
  change(@Root() { value, previous }: KpiFigures): number | null {
    return value === null || !previous ? null : value / previous - 1;
  }
}

@Resolver(() => Statistics)
export class StatisticsResolver {
  @Query(() => Statistics, {
    description: 'The figures of section 7 of the specification over days. Permission: statistics.view.',
  })
  @Authorized('statistics.view')
  async statistics(
    @Args(() => StatisticsArguments) { range, filter }: StatisticsArguments,
    @Ctx() context: RequestContext,
  ) {
    return loadStatistics(readOf(context), filter ?? {}, await daysOf(context, range));
  }

  @FieldResolver(() => DateTime, { description: 'Every change up to this moment is counted.' })
  asOf(@Ctx() context: RequestContext): Promise<string> {
    return readAsOf(readOf(context));
  }

  @FieldResolver(() => SafeInt, {
    description:
      'Stock levels of which more is reserved than is there, now. The database lets there be none.',
  })
  oversellingIncidents(@Root() { scope }: StatisticsFigures, @Ctx() context: RequestContext) {
    return countOversold(readOf(context), scope);
  }

  @FieldResolver(() => [OrderCount], { description: 'All orders by status and channel, as they are now.' })
  async orderCounts(@Root() { scope }: StatisticsFigures, @Ctx() context: RequestContext) {
    return standingsOf(await readStandings(readOf(context), scope)).orderCounts;
  }

  @FieldResolver(() => [BacklogCount], {
    description: 'Orders that are neither shipped nor cancelled, by status and age, as they are now.',
  })
  async backlog(@Root() { scope }: StatisticsFigures, @Ctx() context: RequestContext) {
    return standingsOf(await readStandings(readOf(context), scope)).backlog;
  }

  @FieldResolver(() => [Money], {
    nullable: true,
    description: 'The totals of the orders created that are not cancelled. Needs money.view as well.',
  })
  @Authorized('money.view')
  revenue(@Root() statistics: StatisticsFigures) {
    return statistics.revenue;
  }

  @FieldResolver(() => [Money], {
    nullable: true,
    description: 'What was refunded of the orders created. Needs money.view as well.',
  })
  @Authorized('money.view')
  refunded(@Root() statistics: StatisticsFigures) {
    return statistics.refunded;
  }

  @FieldResolver(() => [DailyFigures], { description: 'The figures of every day of the range, for charts.' })
  daily(@Root() statistics: StatisticsFigures, @Ctx() context: RequestContext) {
    return loadDays(readOf(context), statistics);
  }
}

@Resolver(() => DailyFigures)
export class DailyFiguresResolver {
  @FieldResolver(() => [Money], {
    nullable: true,
    description: 'The totals of the orders created that are not cancelled. Needs money.view as well.',
  })
  @Authorized('money.view')
  revenue(@Root() day: DayOfFigures) {
    return day.revenue;
  }
}

@Resolver(() => FulfillmentStatistics)
export class FulfillmentStatisticsResolver {
  @Query(() => FulfillmentStatistics, {
    description: 'What the warehouse did over days. Permission: fulfillmentStatistics.view.',
  })
  @Authorized('fulfillmentStatistics.view')
  async fulfillmentStatistics(
    @Args(() => StatisticsArguments) { range, filter }: StatisticsArguments,
    @Ctx() context: RequestContext,
  ) {
    return loadFulfillmentStatistics(readOf(context), filter ?? {}, await daysOf(context, range));
  }

  @FieldResolver(() => DateTime, { description: 'Every change up to this moment is counted.' })
  asOf(@Ctx() context: RequestContext): Promise<string> {
    return readAsOf(readOf(context));
  }

  @FieldResolver(() => [FulfillmentCount], { description: 'All fulfillments by status, as they are now.' })
  async fulfillmentCounts(@Root() { scope }: FulfillmentStatisticsFigures, @Ctx() context: RequestContext) {
    return standingsOf(await readStandings(readOf(context), scope)).fulfillmentCounts;
  }

  @FieldResolver(() => [DailyFulfillmentFigures], {
    description: 'The figures of every day of the range, for charts.',
  })
  daily(@Root() statistics: FulfillmentStatisticsFigures, @Ctx() context: RequestContext) {
    return loadFulfillmentDays(readOf(context), statistics);
  }
}
