import { Field, InputType, ObjectType } from 'type-graphql';
import { Max, Min } from 'class-validator';
import type { Money as MoneyValue } from '../shared/money.ts';
import { SafeInt } from './scalars.ts';
import { IsCurrency } from './validation.ts';

@ObjectType({ description: 'An amount of money: a whole number of minor units, never a fraction.' })
export class Money implements MoneyValue {
  @Field(() => SafeInt, {
    simple: true,
    description: 'Minor units of the currency: pennies for GBP, yen for JPY.',
  })
  amountMinor!: number;

  @Field(() => String, { simple: true, description: 'ISO 4217 code, such as GBP.' })
  currency!: string;
}

@InputType({ description: 'An amount of money: a whole number of minor units, never a fraction.' })
export class MoneyInput implements MoneyValue {
  @Field(() => SafeInt, {
    description: 'Minor units of the currency: pennies for GBP, yen for JPY. Not negative.',
  })
  @Min(0)
  @Max(1_000_000_000_000)
  amountMinor!: number;

  @Field(() => String, { description: 'ISO 4217 code, such as GBP.' })
  @IsCurrency()
  currency!: string;
}
