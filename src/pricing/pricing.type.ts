import { Field, Int, ObjectType } from 'type-graphql';
import { connectionType } from '../graphql/connection.type.ts';
import { UserError } from '../graphql/user-error.type.ts';

@ObjectType({ description: 'What is added to the net prices of orders that go to a country.' })
export class TaxRate {
  @Field(() => String, {
    simple: true,
    description: 'ISO 3166 code of the country; * for every country without a rate of its own.',
  })
  country!: string;
  @Field(() => Int, { simple: true, description: 'Hundredths of a per cent: 2,000 is 20%.' })
  rateBasisPoints!: number;
}

@ObjectType({
  description: 'What sending an order to a country costs, charged as it stands, without tax on top.',
})
export class ShippingRate {
  @Field(() => String, {
    simple: true,
    description: 'ISO 3166 code of the country; * for every country without a rate of its own.',
  })
  country!: string;
}

@ObjectType({
  description: 'A contract price: what a customer pays for a variant instead of the list price.',
})
export class CustomerPrice {
  @Field(() => String, { simple: true, description: 'ISO 4217 code of the orders that it is for.' })
  currency!: string;
}

export const CustomerPriceConnection = connectionType('CustomerPrice', () => CustomerPrice);

@ObjectType({ description: 'Answer of setTaxRate.' })
export class TaxRatesPayload {
  @Field(() => [UserError], { simple: true, description: 'Why nothing was changed; empty when it was.' })
  userErrors!: UserError[];
}

@ObjectType({ description: 'Answer of setShippingRate.' })
export class ShippingRatesPayload {
  @Field(() => [UserError], { simple: true, description: 'Why nothing was changed; empty when it was.' })
  userErrors!: UserError[];
}

@ObjectType({ description: 'Answer of setCustomerPrice.' })
export class CustomerPricePayload {
  @Field(() => [UserError], { simple: true, description: 'Why nothing was changed; empty when it was.' })
  userErrors!: UserError[];
}
