import { ArgsType, Field, InputType, Int } from 'type-graphql';
import { IsOptional, Length, Max, Min, ValidateNested } from 'class-validator';
import type { Channel as ChannelValue } from '../db/tables/enumerations.ts';
import { LocalDate } from '../graphql/scalars.ts';
import { Channel } from '../orders/order.enums.type.ts';

@InputType({ description: 'Of which orders: all that is given must hold.' })
export class FiguresFilter {
  @Field(() => Channel, { nullable: true, description: 'Of this sales channel.' })
  @IsOptional()
  channel?: ChannelValue | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Of orders for which the location with this code has reserved or fulfilled something. An order of two locations counts at both.',
  })
  @IsOptional()
  @Length(1, 50)
  locationCode?: string | null;
}

@InputType({ description: 'Days in UTC, both included; 3,660 at most.' })
export class DayRangeInput {
  @Field(() => LocalDate, { description: 'The first day, such as 2026-11-01.' })
  @Length(10, 10)
  from!: string;

  @Field(() => LocalDate, { description: 'The last day.' })
  @Length(10, 10)
  to!: string;
}

@ArgsType()
export class DashboardArguments {
  @Field(() => FiguresFilter, { nullable: true, description: 'Of which orders; all if left out.' })
  @IsOptional()
  @ValidateNested()
  filter?: FiguresFilter | null;

  @Field(() => Int, {
    defaultValue: 30,
    description:
      'Over how many days up to today the KPIs go, 366 at most. They are compared with as many days before.',
  })
  @Min(1)
  @Max(366)
  days!: number;
}

@ArgsType()
export class DashboardChangedArguments extends DashboardArguments {
  @Field(() => String, {
    nullable: true,
    description:
      'The cursor of the last event you have seen: if anything has happened since, you get the dashboard as it is now.',
  })
  @IsOptional()
  @Length(1, 200)
  after?: string | null;
}

@ArgsType()
export class StatisticsArguments {
  @Field(() => DayRangeInput, { nullable: true, description: 'Over which days; the last 30 if left out.' })
  @IsOptional()
  @ValidateNested()
  range?: DayRangeInput | null;

  @Field(() => FiguresFilter, { nullable: true, description: 'Of which orders; all if left out.' })
  @IsOptional()
  @ValidateNested()
  filter?: FiguresFilter | null;
}
