import { Field, Float, ObjectType } from 'type-graphql';
import type { FulfillmentStatus as FulfillmentStatusValue } from '../db/tables/enumerations.ts';
import { FulfillmentStatus } from '../fulfillments/fulfillment.type.ts';
import { enumType } from '../graphql/enum-type.ts';
import { Money } from '../graphql/money.type.ts';
import { DateTime, LocalDate, SafeInt } from '../graphql/scalars.ts';
import { Channel, OrderStatus } from '../orders/order.enums.type.ts';
import type { BacklogAge as BacklogAgeValue, KpiName as KpiNameValue } from './dashboard.ts';

export const BacklogAge = enumType(
  'BacklogAge',
  'How many days ago an open order was created, by the calendar in UTC.',
  {
    today: 'Today.',
    one_to_two_days: 'One or two days ago.',
    three_to_six_days: 'Three to six days ago.',
    one_week: 'Seven to thirteen days ago.',
    two_weeks_or_more: 'Fourteen days ago or longer.',
  },
);

export const KpiName = enumType('KpiName', 'What a KPI tells; docs/figures.md defines each with its SQL.', {
  orders_created: 'Orders created.',
  orders_shipped: 'Orders shipped.',
  processing_time_mean: 'From created to shipped, on average.',
  processing_time_median: 'From created to shipped, in the middle.',
  on_time_shipping: 'Shipped no later than promised, of those shipped with a promise.',
  completion: 'Completed, of those created.',
  cancellation: 'Cancelled, of those created.',
  refund: 'Refunded in full or in part, of those created.',
  return: 'With goods that came back, of those created.',
  cycle_time_median: 'Of fulfillments, from created to shipped, in the middle.',
  packing_time_mean: 'From packing started to packing completed, on average.',
  picking_accuracy: 'Units picked, of those and the scans that were wrong.',
});

export const FigureUnit = enumType('FigureUnit', 'What a value is counted in.', {
  count: 'A number of orders.',
  ratio: 'A part of the whole, from 0 to 1.',
  seconds: 'Seconds.',
});

@ObjectType({ description: 'A part of a whole.' })
export class Rate {
  @Field(() => SafeInt, { description: 'How many of them.' })
  count!: number;
  @Field(() => SafeInt, { description: 'Of how many.' })
  of!: number;
  @Field(() => Float, { nullable: true, description: 'The part, from 0 to 1; null of nothing.' })
  rate!: number | null;
}

@ObjectType({
  description:
    'How long something took. The mean is exact to the thousandth of a second, median and percentile are off by 2.5% at most; whole days up to 100 are exact.',
})
export class DurationFigures {
  @Field(() => SafeInt, { description: 'How many there were.' })
  count!: number;
  @Field(() => Float, { nullable: true, description: 'The mean in seconds; null when there were none.' })
  meanSeconds!: number | null;
  @Field(() => SafeInt, { nullable: true, description: 'Half of them took this many seconds or less.' })
  medianSeconds!: number | null;
  @Field(() => SafeInt, {
    nullable: true,
    description: 'Nine of ten of them took this many seconds or less.',
  })
  ninetiethPercentileSeconds!: number | null;
}

@ObjectType({ description: 'Orders of a status and a channel.' })
export class OrderCount {
  @Field(() => OrderStatus, { description: 'The status now.' })
  status!: OrderStatus;
  @Field(() => Channel, { description: 'The sales channel.' })
  channel!: Channel;
  @Field(() => SafeInt, { description: 'How many.' })
  count!: number;
}

@ObjectType({ description: 'Orders of a channel.' })
export class ChannelCount {
  @Field(() => Channel, { description: 'The sales channel.' })
  channel!: Channel;
  @Field(() => SafeInt, { description: 'How many.' })
  count!: number;
}

@ObjectType({ description: 'Fulfillments of a status.' })
export class FulfillmentCount {
  @Field(() => FulfillmentStatus, { description: 'The status now.' })
  status!: FulfillmentStatusValue;
  @Field(() => SafeInt, { description: 'How many.' })
  count!: number;
}

@ObjectType({ description: 'Orders that are not shipped or cancelled yet, by status and age.' })
export class BacklogCount {
  @Field(() => OrderStatus, { description: 'The status now.' })
  status!: OrderStatus;
  @Field(() => BacklogAge, { description: 'How long ago they were created.' })
  age!: BacklogAgeValue;
  @Field(() => SafeInt, { description: 'How many.' })
  count!: number;
}

@ObjectType({ description: 'A figure of the period, beside the same of the period before.' })
export class Kpi {
  @Field(() => KpiName, { description: 'What it tells.' })
  name!: KpiNameValue;
  @Field(() => FigureUnit, { description: 'What the values are counted in.' })
  unit!: 'count' | 'ratio' | 'seconds';
  @Field(() => Float, { nullable: true, description: 'In the period; null where there was nothing to tell.' })
  value!: number | null;
  @Field(() => Float, { nullable: true, description: 'In the period before.' })
  previous!: number | null;
}

@ObjectType({ description: 'The totals of orders created in the period and not cancelled, in one currency.' })
export class RevenueKpi {
  @Field(() => Money, { description: 'In the period.' })
  value!: Money;
  @Field(() => Money, { description: 'In the period before.' })
  previous!: Money;
}

@ObjectType({
  description:
    'How everything stands now, and the KPIs of the last days beside those of as many days before.',
})
export class Dashboard {
  @Field(() => DateTime, {
    description:
      'Every change up to this moment is counted; later ones may be. Usually a second ago at most.',
  })
  asOf!: string;
  @Field(() => LocalDate, { description: 'The first day of the KPIs.' })
  from!: string;
  @Field(() => LocalDate, { description: 'Their last day: today in UTC.' })
  to!: string;
  @Field(() => [OrderCount], { description: 'All orders by status and channel.' })
  orderCounts!: OrderCount[];
  @Field(() => [FulfillmentCount], { description: 'All fulfillments by status.' })
  fulfillmentCounts!: FulfillmentCount[];
  @Field(() => [BacklogCount], {
    description: 'Orders that are neither shipped nor cancelled, by status and age.',
  })
  backlog!: BacklogCount[];
  @Field(() => SafeInt, { description: 'Orders that are neither shipped nor cancelled.' })
  openCount!: number;
  @Field(() => SafeInt, { description: 'Those of them that are on hold.' })
  heldCount!: number;
  @Field(() => SafeInt, { description: 'Those of them that should have been shipped by now.' })
  lateCount!: number;
  @Field(() => SafeInt, { description: 'Units that active reservations hold.' })
  unitsReserved!: number;
}

@ObjectType({ description: 'The dashboard after something has changed on it.' })
export class DashboardChange {
  @Field(() => String, { description: 'Where to go on from: send it as `after` when the socket was lost.' })
  cursor!: string;
  @Field(() => DateTime, { description: 'When the last change happened that is counted.' })
  occurredAt!: string;
  @Field(() => Dashboard, { description: 'The dashboard as it is now.' })
  dashboard!: Dashboard;
}
