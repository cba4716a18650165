import {
  ArrayMaxSize,
  ArrayMinSize,
  IsOptional,
  IsUUID,
  Length,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { Field, ID, InputType, Int } from 'type-graphql';
import { CommandInputFields } from '../graphql/command-input.type.ts';
import { DateTime } from '../graphql/scalars.ts';
import { IsCurrency } from '../graphql/validation.ts';
import { DiscountInput, PostalAddressInput } from '../orders/order.input.ts';
import type { QuoteFilterValues } from './quote.repository.ts';
import { QuoteState } from './quote.type.ts';

@InputType({ description: 'A line of a new quote.' })
export class CreateQuoteLineInput {
  @Field(() => String, { description: 'SKU of the variant.' })
  @Length(1, 100)
  sku!: string;
  @Field(() => Int, { description: 'Units, from 1 to 1,000,000.' })
  @Min(1)
  @Max(1_000_000)
  quantity!: number;
}

@InputType({ description: 'A new quote.' })
export class CreateQuoteInput extends CommandInputFields {
  @Field(() => ID, { description: 'Whom it is for; contract prices apply.' })
  @IsUUID()
  customerId!: string;
  @Field(() => String, { description: 'ISO 4217 code of all prices, such as GBP.' })
  @IsCurrency()
  currency!: string;
  @Field(() => [CreateQuoteLineInput], { description: 'What is offered: 1 to 500 lines.' })
  @ArrayMinSize(1)
  @ArrayMaxSize(500)
  @ValidateNested({ each: true })
  lines!: CreateQuoteLineInput[];
  @Field(() => DiscountInput, { nullable: true, description: 'What is taken off the goods before tax.' })
  @IsOptional()
  @ValidateNested()
  discount?: DiscountInput | null;
  @Field(() => PostalAddressInput, {
    nullable: true,
    description: 'Where it would be sent; its country decides tax and shipping.',
  })
  @IsOptional()
  @ValidateNested()
  shippingAddress?: PostalAddressInput | null;
  @Field(() => DateTime, {
    nullable: true,
    description: 'Until when its prices hold; 30 days when left out.',
  })
  expiresAt?: string | null;
}

@InputType({ description: 'Names the quote.' })
export class ConvertQuoteInput extends CommandInputFields {
  @Field(() => ID, { description: 'The quote.' })
  @IsUUID()
  quoteId!: string;
  @Field(() => Int, {
    nullable: true,
    description: 'Refuse with VERSION_CONFLICT unless this is the version.',
  })
  expectedVersion?: number | null;
}

@InputType({ description: 'Which quotes: all that is given must hold.' })
export class QuoteFilter implements QuoteFilterValues {
  @Field(() => [QuoteState], { nullable: true, description: 'In one of these states.' })
  states?: QuoteState[] | null;
  @Field(() => ID, { nullable: true, description: 'Of this customer.' })
  @IsOptional()
  @IsUUID()
  customerId?: string | null;
}
