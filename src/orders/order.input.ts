import {
  ArrayMaxSize,
  ArrayMinSize,
  IsEmail,
  IsOptional,
  IsUUID,
  Length,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { Field, ID, InputType, Int } from 'type-graphql';
import { CommandInputFields } from '../graphql/command-input.type.ts';
import { DateTime, SafeInt } from '../graphql/scalars.ts';
import { IsCurrency } from '../graphql/validation.ts';
import { enumType } from '../graphql/enum-type.ts';
import { Channel, OrderPriority } from './order.enums.type.ts';
import { PaymentMethod } from '../payments/payment.type.ts';
import { OrderInput } from './order-steps.input.ts';
import type { OrderSortValue } from './order-search.repository.ts';

export const OrderSortField = enumType('OrderSortField', 'What orders can be sorted by.', {
  created_at: 'When the order was placed.',
  updated_at: 'When it last changed.',
  total: 'The total in minor units; meaningful within one currency. Permission: money.view.',
  number: 'The order number.',
  promised_ship_at: 'When shipping was promised for; orders without a promise come last.',
  priority: 'The priority.',
});
export const SortDirection = enumType('SortDirection', 'Which way a list is sorted.', {
  asc: 'Smallest or oldest first.',
  desc: 'Largest or latest first.',
});

@InputType({ description: 'A postal address.' })
export class PostalAddressInput {
  @Field(() => String, { nullable: true, description: 'Who receives it.' })
  @IsOptional()
  @MaxLength(200)
  name?: string | null;
  @Field(() => String, { nullable: true, description: 'The company, if any.' })
  @IsOptional()
  @MaxLength(200)
  company?: string | null;
  @Field(() => String, { description: 'Street and number.' })
  @Length(1, 200)
  line1!: string;
  @Field(() => String, { nullable: true, description: 'Floor, unit, building.' })
  @IsOptional()
  @MaxLength(200)
  line2?: string | null;
  @Field(() => String, { description: 'City.' })
  @Length(1, 100)
  city!: string;
  @Field(() => String, { nullable: true, description: 'State, province or county.' })
  @IsOptional()
  @MaxLength(100)
  region?: string | null;
  @Field(() => String, { nullable: true, description: 'Postal code.' })
  @IsOptional()
  @MaxLength(20)
  postalCode?: string | null;
  @Field(() => String, { description: 'ISO 3166 code, such as GB, or the name of the country.' })
  @Length(2, 60)
  country!: string;
}

@InputType({ description: 'A line of a new order.' })
export class CreateOrderLineInput {
  @Field(() => String, { description: 'SKU of the variant.' })
  @Length(1, 100)
  sku!: string;
  @Field(() => Int, { description: 'Units, from 1 to 1,000,000.' })
  @Min(1)
  @Max(1_000_000)
  quantity!: number;
  @Field(() => String, {
    nullable: true,
    description:
      'Where to reserve it. Left out: allocated by location priority, split where one does not suffice.',
  })
  @IsOptional()
  @Length(1, 50)
  locationCode?: string | null;
}

@InputType({ description: 'What is taken off the goods before tax: one of the two.' })
export class DiscountInput {
  @Field(() => Int, {
    nullable: true,
    description: 'A part of the goods in hundredths of a per cent, from 1 to 10,000: 1,250 is 12.5%.',
  })
  @IsOptional()
  @Min(1)
  @Max(10_000)
  basisPoints?: number | null;
  @Field(() => SafeInt, {
    nullable: true,
    description: 'An amount in minor units of the order’s currency; at most the goods are free.',
  })
  @IsOptional()
  @Min(1)
  @Max(1_000_000_000_000)
  amountMinor?: number | null;
}

@InputType({ description: 'How a guest can be reached: somebody who orders without being a customer.' })
export class ContactInput {
  @Field(() => String, { nullable: true, description: 'The guest’s name.' })
  @IsOptional()
  @Length(1, 200)
  name?: string | null;
  @Field(() => String, { nullable: true, description: 'Where e-mails about the order go.' })
  @IsOptional()
  @IsEmail()
  @MaxLength(254)
  email?: string | null;
  @Field(() => String, { nullable: true, description: 'The guest’s telephone number.' })
  @IsOptional()
  @Length(3, 50)
  phone?: string | null;
}

@InputType({ description: 'How a sale at a till was paid, in full.' })
export class TillPaymentInput {
  @Field(() => PaymentMethod, { description: 'CASH, CARD or TRANSFER.' })
  method!: PaymentMethod;
  @Field(() => String, {
    nullable: true,
    description: 'The terminal’s or the bank’s reference, unique for the method.',
  })
  @IsOptional()
  @Length(1, 100)
  providerReference?: string | null;
}

@InputType({ description: 'A new order.' })
export class CreateOrderInput extends CommandInputFields {
  @Field(() => Channel, { description: 'Where it was placed.' })
  channel!: Channel;
  @Field(() => ID, { nullable: true, description: 'The customer; none for a guest.' })
  @IsOptional()
  @IsUUID()
  customerId?: string | null;
  @Field(() => ContactInput, {
    nullable: true,
    description: 'A guest’s contact data; only without customerId.',
  })
  @IsOptional()
  @ValidateNested()
  contact?: ContactInput | null;
  @Field(() => String, {
    nullable: true,
    description:
      'The order’s key in your shop, unique per channel: repeating it answers with the order that exists.',
  })
  @IsOptional()
  @Length(1, 100)
  externalReference?: string | null;
  @Field(() => String, { description: 'ISO 4217 code of all prices, such as GBP.' })
  @IsCurrency()
  currency!: string;
  @Field(() => [CreateOrderLineInput], {
    description: 'What is ordered: 1 to 500 lines. Prices are the server’s.',
  })
  @ArrayMinSize(1)
  @ArrayMaxSize(500)
  @ValidateNested({ each: true })
  lines!: CreateOrderLineInput[];
  @Field(() => Boolean, {
    nullable: true,
    description:
      'A sale at a till (channel RETAIL_POS): paid in full, handed over from the locations of the lines, and COMPLETED at once, or nothing happens.',
  })
  takeAway?: boolean | null;
  @Field(() => TillPaymentInput, {
    nullable: true,
    description: 'How it was paid; with takeAway, and only then. CASH when left out.',
  })
  @IsOptional()
  @ValidateNested()
  payment?: TillPaymentInput | null;
  @Field(() => DiscountInput, { nullable: true, description: 'What is taken off the goods before tax.' })
  @IsOptional()
  @ValidateNested()
  discount?: DiscountInput | null;
  @Field(() => PostalAddressInput, {
    nullable: true,
    description: 'Where it is sent; its country decides tax and shipping. None: it is handed over.',
  })
  @IsOptional()
  @ValidateNested()
  shippingAddress?: PostalAddressInput | null;
  @Field(() => PostalAddressInput, { nullable: true, description: 'Who is charged.' })
  @IsOptional()
  @ValidateNested()
  billingAddress?: PostalAddressInput | null;
  @Field(() => OrderPriority, { nullable: true, description: 'NORMAL when left out.' })
  priority?: OrderPriority | null;
  @Field(() => [String], { nullable: true, description: 'Up to 20 free labels.' })
  @IsOptional()
  @ArrayMaxSize(20)
  @Length(1, 50, { each: true })
  tags?: string[] | null;
  @Field(() => DateTime, { nullable: true, description: 'When shipping is promised for.' })
  promisedShipAt?: string | null;
  @Field(() => DateTime, { nullable: true, description: 'When the reservations lapse; never when left out.' })
  reservationExpiresAt?: string | null;
}

@InputType({ description: 'Names the order.' })
export class ConfirmOrderInput extends OrderInput {}

@InputType({ description: 'Names the order and says why.' })
export class CancelOrderInput extends OrderInput {
  @Field(() => String, { nullable: true, description: 'Why; shown on the order.' })
  @IsOptional()
  @Length(1, 500)
  reason?: string | null;
}

@InputType({ description: 'One key of a sort.' })
export class OrderSort implements OrderSortValue {
  @Field(() => OrderSortField, { description: 'By what.' })
  field!: OrderSortValue['field'];
  @Field(() => SortDirection, { description: 'Which way.' })
  direction!: OrderSortValue['direction'];
}
