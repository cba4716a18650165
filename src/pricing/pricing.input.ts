import { IsOptional, IsUUID, Length, Max, Min, ValidateIf } from 'class-validator';
import { Field, ID, InputType, Int } from 'type-graphql';
import { CommandInputFields } from '../graphql/command-input.type.ts';
import { SafeInt } from '../graphql/scalars.ts';
import { IsCountryOrAny, IsCurrency } from '../graphql/validation.ts';

const notNull = (_object: object, value: unknown): boolean => value !== null;

@InputType({ description: 'A tax rate to be.' })
export class SetTaxRateInput extends CommandInputFields {
  @Field(() => String, {
    description: 'ISO 3166 code of the country, such as GB; * for every country without a rate of its own.',
  })
  @IsCountryOrAny()
  country!: string;
  @Field(() => Int, {
    nullable: true,
    description: 'Hundredths of a per cent, from 0 to 10,000: 2,000 is 20%. Null takes the rate away.',
  })
  @ValidateIf(notNull)
  @Min(0)
  @Max(10_000)
  basisPoints!: number | null;
}

@InputType({ description: 'A shipping rate to be.' })
export class SetShippingRateInput extends CommandInputFields {
  @Field(() => String, {
    description: 'ISO 3166 code of the country, such as GB; * for every country without a rate of its own.',
  })
  @IsCountryOrAny()
  country!: string;
  @Field(() => String, { description: 'ISO 4217 code of the orders that it is for.' })
  @IsCurrency()
  currency!: string;
  @Field(() => SafeInt, {
    nullable: true,
    description: 'What it costs in minor units of the currency. Null takes the rate away.',
  })
  @ValidateIf(notNull)
  @Min(0)
  @Max(1_000_000_000_000)
  amountMinor!: number | null;
  @Field(() => SafeInt, {
    nullable: true,
    description: 'Free from this value of the goods after discount, in minor units; never when left out.',
  })
  @IsOptional()
  @Min(0)
  @Max(1_000_000_000_000)
  freeFromMinor?: number | null;
}

@InputType({ description: 'A contract price to be.' })
export class SetCustomerPriceInput extends CommandInputFields {
  @Field(() => ID, { description: 'The customer.' })
  @IsUUID()
  customerId!: string;
  @Field(() => String, { description: 'SKU of the variant.' })
  @Length(1, 100)
  sku!: string;
  @Field(() => String, { description: 'ISO 4217 code of the orders that it is for.' })
  @IsCurrency()
  currency!: string;
  @Field(() => SafeInt, {
    nullable: true,
    description: 'Net price of one unit in minor units of the currency. Null: the list price again.',
  })
  @ValidateIf(notNull)
  @Min(0)
  @Max(1_000_000_000_000)
  amountMinor!: number | null;
}
