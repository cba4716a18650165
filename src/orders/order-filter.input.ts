import {
  ArrayMaxSize,
  IsOptional,
  IsUUID,
  Length,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { Field, ID, InputType } from 'type-graphql';
import { DateTime, SafeInt } from '../graphql/scalars.ts';
import { IsCurrency, IsLaterThan, IsNoLessThan } from '../graphql/validation.ts';
import { Channel, FulfillmentState, OrderPriority, OrderStatus, PaymentState } from './order.enums.type.ts';
import type { OrderFilterValues } from './order-filter.repository.ts';

const listsAtMost = 100;

@InputType({
  description:
    'Which orders: all that is given must hold; within a list, any of its values. Combined with `and`, `or` and `not`, up to 5 deep and 30 in all.',
})
export class OrderFilter implements OrderFilterValues {
  @Field(() => String, {
    nullable: true,
    description:
      'Found in the order number, the external reference, a SKU or a tracking number, and, for those who see contact data in full, in the customer’s name, company, e-mail address or telephone number. What is the whole of a number, reference or tracking number finds that alone. Where nothing has it, what differs in a letter or is like it, up to 200 orders.',
  })
  @IsOptional()
  @Length(1, 100)
  text?: string | null;
  @Field(() => [OrderStatus], { nullable: true, description: 'In one of these statuses.' })
  status?: OrderStatus[] | null;
  @Field(() => [PaymentState], { nullable: true, description: 'In one of these payment states.' })
  paymentState?: PaymentState[] | null;
  @Field(() => [FulfillmentState], { nullable: true, description: 'In one of these fulfillment states.' })
  fulfillmentState?: FulfillmentState[] | null;
  @Field(() => [Channel], { nullable: true, description: 'From one of these channels.' })
  channel?: Channel[] | null;
  @Field(() => ID, { nullable: true, description: 'Of this customer.' })
  @IsOptional()
  @IsUUID()
  customerId?: string | null;
  @Field(() => ID, {
    nullable: true,
    description: 'Assigned to this user. Permission: orders.assignee.view.',
  })
  @IsOptional()
  @IsUUID()
  assignedToId?: string | null;
  @Field(() => Boolean, {
    nullable: true,
    description: 'True: assigned to nobody; false: to somebody. Permission: orders.assignee.view.',
  })
  unassigned?: boolean | null;
  @Field(() => DateTime, { nullable: true, description: 'Placed at or after.' })
  createdFrom?: string | null;
  @Field(() => DateTime, { nullable: true, description: 'Placed before.' })
  @IsOptional()
  @IsLaterThan('createdFrom')
  createdBefore?: string | null;
  @Field(() => DateTime, { nullable: true, description: 'Shipping promised for then or later.' })
  promisedFrom?: string | null;
  @Field(() => DateTime, { nullable: true, description: 'Shipping promised for before then.' })
  @IsOptional()
  @IsLaterThan('promisedFrom')
  promisedBefore?: string | null;
  @Field(() => DateTime, { nullable: true, description: 'Shipped at or after.' })
  shippedFrom?: string | null;
  @Field(() => DateTime, { nullable: true, description: 'Shipped before.' })
  @IsOptional()
  @IsLaterThan('shippedFrom')
  shippedBefore?: string | null;
  @Field(() => DateTime, { nullable: true, description: 'Delivered at or after.' })
  deliveredFrom?: string | null;
  @Field(() => DateTime, { nullable: true, description: 'Delivered before.' })
  @IsOptional()
  @IsLaterThan('deliveredFrom')
  deliveredBefore?: string | null;
  @Field(() => SafeInt, {
    nullable: true,
    description: 'The total is at least this, in minor units; name a currency too. Permission: money.view.',
  })
  @IsOptional()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  totalFromMinor?: number | null;
  @Field(() => SafeInt, {
    nullable: true,
    description: 'The total is at most this, in minor units; name a currency too. Permission: money.view.',
  })
  @IsOptional()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  @IsNoLessThan('totalFromMinor')
  totalToMinor?: number | null;
  @Field(() => String, { nullable: true, description: 'In this currency, an ISO 4217 code such as GBP.' })
  @IsOptional()
  @IsCurrency()
  currency?: string | null;
  @Field(() => [String], { nullable: true, description: 'With a line of one of these SKUs.' })
  @IsOptional()
  @ArrayMaxSize(listsAtMost)
  @MaxLength(100, { each: true })
  sku?: string[] | null;
  @Field(() => ID, { nullable: true, description: 'With a line of this variant.' })
  @IsOptional()
  @IsUUID()
  variantId?: string | null;
  @Field(() => [String], {
    nullable: true,
    description:
      'With a fulfillment, or stock reserved, at a location with one of these codes. Permission: fulfillments.details.view.',
  })
  @IsOptional()
  @ArrayMaxSize(listsAtMost)
  @MaxLength(50, { each: true })
  locationCode?: string[] | null;
  @Field(() => [String], { nullable: true, description: 'With one of these tags.' })
  @IsOptional()
  @ArrayMaxSize(listsAtMost)
  @MaxLength(50, { each: true })
  tag?: string[] | null;
  @Field(() => [OrderPriority], { nullable: true, description: 'Of one of these priorities.' })
  priority?: OrderPriority[] | null;
  @Field(() => Boolean, { nullable: true, description: 'On hold, or not.' })
  onHold?: boolean | null;
  @Field(() => Boolean, { nullable: true, description: 'With a note that you may see, or without.' })
  hasNote?: boolean | null;
  @Field(() => Boolean, {
    nullable: true,
    description: 'Promised for a moment that has passed and not shipped, or not.',
  })
  late?: boolean | null;
  @Field(() => [OrderFilter], { nullable: true, description: 'All of these hold as well.' })
  @IsOptional()
  @ArrayMaxSize(listsAtMost)
  @ValidateNested({ each: true })
  and?: OrderFilter[] | null;
  @Field(() => [OrderFilter], { nullable: true, description: 'At least one of these holds as well.' })
  @IsOptional()
  @ArrayMaxSize(listsAtMost)
  @ValidateNested({ each: true })
  or?: OrderFilter[] | null;
  @Field(() => OrderFilter, { nullable: true, description: 'And this does not hold.' })
  @IsOptional()
  @ValidateNested()
  not?: OrderFilter | null;
}
