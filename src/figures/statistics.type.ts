import { Field, Float, ObjectType } from 'type-graphql';
import { LocalDate, SafeInt } from '../graphql/scalars.ts';
import { ChannelCount, DurationFigures, Rate } from './figures.type.ts';

@ObjectType({ description: 'The figures of one day, for charts.' })
export class DailyFigures {
  @Field(() => LocalDate, { description: 'The day in UTC.' })
  day!: string;
  @Field(() => SafeInt, { description: 'Orders created.' })
  ordersCreated!: number;
  @Field(() => [ChannelCount], { description: 'The same by channel; channels without any are left out.' })
  createdByChannel!: ChannelCount[];
  @Field(() => SafeInt, { description: 'Orders shipped.' })
  ordersShipped!: number;
  @Field(() => SafeInt, { description: 'Of the orders created on this day, those that were cancelled.' })
  ordersCancelled!: number;
  @Field(() => Rate, { description: 'Shipped no later than promised, of those shipped with a promise.' })
  onTimeShipping!: Rate;
  @Field(() => Float, {
    nullable: true,
    description: 'From created to shipped, on average of the orders shipped, in seconds.',
  })
  meanProcessingSeconds!: number | null;
}

@ObjectType({
  description: 'The figures of section 7 of the specification; docs/figures.md has the SQL of each.',
})
export class Statistics {
  @Field(() => LocalDate, { description: 'The first day.' })
  from!: string;
  @Field(() => LocalDate, { description: 'The last day.' })
  to!: string;
  @Field(() => SafeInt, { description: 'Orders created.' })
  ordersCreated!: number;
  @Field(() => SafeInt, { description: 'Orders shipped.' })
  ordersShipped!: number;
  @Field(() => DurationFigures, { description: 'From created to shipped, of the orders shipped.' })
  processingTime!: DurationFigures;
  @Field(() => Rate, { description: 'Completed, of the orders created.' })
  completion!: Rate;
  @Field(() => Rate, { description: 'Cancelled, of the orders created.' })
  cancellation!: Rate;
  @Field(() => Rate, { description: 'Refunded in full or in part, of the orders created.' })
  refund!: Rate;
  @Field(() => Rate, { description: 'With goods that came back, of the orders created.' })
  returned!: Rate;
  @Field(() => DurationFigures, { description: 'Of the fulfillments shipped, from created to shipped.' })
  fulfillmentCycleTime!: DurationFigures;
  @Field(() => DurationFigures, { description: 'From packing started to packing completed.' })
  packingTime!: DurationFigures;
  @Field(() => Rate, { description: 'Units picked, of those and the scans that were wrong.' })
  pickingAccuracy!: Rate;
  @Field(() => Rate, { description: 'Shipped no later than promised, of the orders shipped with a promise.' })
  onTimeShipping!: Rate;
  @Field(() => Rate, { description: 'Units fulfilled, of those reserved for the orders created.' })
  reservationUtilisation!: Rate;
  @Field(() => Rate, {
    description: 'Units whose reservation expired, of those reserved for the orders created.',
  })
  reservationExpiry!: Rate;
  @Field(() => SafeInt, {
    nullable: true,
    description:
      'Orders, edits and reservations refused for want of stock; null of one channel, which is not known.',
  })
  stockOutIncidents!: number | null;
  @Field(() => Rate, { description: 'With a note at least, of the orders created.' })
  ordersWithNotes!: Rate;
  @Field(() => SafeInt, { description: 'Internal notes on the orders created.' })
  internalNotes!: number;
  @Field(() => SafeInt, { description: 'Public notes on the orders created.' })
  publicNotes!: number;
  @Field(() => DurationFigures, {
    description:
      'From a customer’s first note on an order to the first public answer, by the day of the note. Those without an answer are not counted.',
  })
  firstResponseTime!: DurationFigures;
}

@ObjectType({ description: 'The figures of the warehouse on one day, for charts.' })
export class DailyFulfillmentFigures {
  @Field(() => LocalDate, { description: 'The day in UTC.' })
  day!: string;
  @Field(() => SafeInt, { description: 'Fulfillments created.' })
  created!: number;
  @Field(() => SafeInt, { description: 'Fulfillments packed.' })
  packed!: number;
  @Field(() => SafeInt, { description: 'Fulfillments shipped.' })
  shipped!: number;
  @Field(() => Float, {
    nullable: true,
    description: 'From created to shipped, on average of those shipped, in seconds.',
  })
  meanCycleSeconds!: number | null;
  @Field(() => Float, {
    nullable: true,
    description: 'From packing started to packing completed, on average, in seconds.',
  })
  meanPackingSeconds!: number | null;
  @Field(() => Rate, { description: 'Units picked, of those and the scans that were wrong.' })
  pickingAccuracy!: Rate;
}

@ObjectType({ description: 'What the warehouse did.' })
export class FulfillmentStatistics {
  @Field(() => LocalDate, { description: 'The first day.' })
  from!: string;
  @Field(() => LocalDate, { description: 'The last day.' })
  to!: string;
  @Field(() => SafeInt, { description: 'Fulfillments created.' })
  created!: number;
  @Field(() => SafeInt, { description: 'Fulfillments packed.' })
  packed!: number;
  @Field(() => SafeInt, { description: 'Fulfillments shipped.' })
  shipped!: number;
  @Field(() => DurationFigures, { description: 'Of those shipped, from created to shipped.' })
  cycleTime!: DurationFigures;
  @Field(() => DurationFigures, { description: 'From packing started to packing completed.' })
  packingTime!: DurationFigures;
  @Field(() => Rate, { description: 'Units picked, of those and the scans that were wrong.' })
  pickingAccuracy!: Rate;
  @Field(() => Rate, { description: 'Shipped no later than promised, of the orders shipped with a promise.' })
  onTimeShipping!: Rate;
}
