import { IsOptional, IsUUID, Max, Min, ValidateNested } from 'class-validator';
import { ArgsType, Field, ID, InputType, Int } from 'type-graphql';
import type { OrderHistoryAction as OrderHistoryActionValue } from '../db/tables/enumerations.ts';
import { PageArguments } from '../graphql/connection.type.ts';
import { DateTime } from '../graphql/scalars.ts';
import { IsLaterThan } from '../graphql/validation.ts';
import { Channel, OrderHistoryAction } from './order.enums.type.ts';
import type { OrderHistoryFilterValues } from './order-history.repository.ts';

@InputType({ description: 'Which entries of the audit trail: all that is given must hold.' })
export class OrderHistoryFilter implements OrderHistoryFilterValues {
  @Field(() => ID, { nullable: true, description: 'Of this order.' })
  @IsOptional()
  @IsUUID()
  orderId?: string | null;
  @Field(() => ID, { nullable: true, description: 'About this fulfillment.' })
  @IsOptional()
  @IsUUID()
  fulfillmentId?: string | null;
  @Field(() => [OrderHistoryAction], { nullable: true, description: 'One of these actions.' })
  actions?: OrderHistoryActionValue[] | null;
  @Field(() => ID, { nullable: true, description: 'Done by this user. Permission: history.viewStaff.' })
  @IsOptional()
  @IsUUID()
  performedById?: string | null;
  @Field(() => [Channel], { nullable: true, description: 'Of orders from one of these channels.' })
  channel?: Channel[] | null;
  @Field(() => DateTime, { nullable: true, description: 'Then or later.' })
  createdFrom?: string | null;
  @Field(() => DateTime, { nullable: true, description: 'Before then.' })
  @IsOptional()
  @IsLaterThan('createdFrom')
  createdBefore?: string | null;
}

@ArgsType()
export class OrderHistoryArguments extends PageArguments {
  @Field(() => OrderHistoryFilter, {
    nullable: true,
    description: 'Which entries; all that you may see when left out.',
  })
  @IsOptional()
  @ValidateNested()
  filter?: OrderHistoryFilter | null;
}

const ordersAtMost = 10_000;

@ArgsType()
export class VerifyHistoryArguments {
  @Field(() => ID, { nullable: true, description: 'Only this order.' })
  @IsOptional()
  @IsUUID()
  orderId?: string | null;
  @Field(() => DateTime, { nullable: true, description: 'Orders placed then or later.' })
  createdFrom?: string | null;
  @Field(() => DateTime, { nullable: true, description: 'Orders placed before then.' })
  @IsOptional()
  @IsLaterThan('createdFrom')
  createdBefore?: string | null;
  @Field(() => Int, { defaultValue: 1_000, description: 'How many orders at once, from 1 to 10,000.' })
  @Min(1)
  @Max(ordersAtMost)
  first!: number;
  @Field(() => String, {
    nullable: true,
    defaultValue: null,
    description: 'The `endCursor` of the answer before; null for the oldest order.',
  })
  after!: string | null;
}
