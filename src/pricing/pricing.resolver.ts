import { Args, Authorized, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { ProductVariant } from '../catalog/catalog.type.ts';
import { variantById } from '../catalog/catalog.loaders.ts';
import { customerById } from '../customers/customer.loaders.ts';
import { Customer } from '../customers/customer.type.ts';
import { PageArguments } from '../graphql/connection.type.ts';
import type { RequestContext } from '../graphql/context.ts';
import { Money } from '../graphql/money.type.ts';
import { Input } from '../graphql/mutation-input.ts';
import { setCustomerPrice } from './commands/set-customer-price.ts';
import { setShippingRate, setTaxRate } from './commands/set-rates.ts';
import { SetCustomerPriceInput, SetShippingRateInput, SetTaxRateInput } from './pricing.input.ts';
import { pricesOfCustomer } from './pricing.loaders.ts';
import {
  listShippingRates,
  listTaxRates,
  type CustomerPriceRow,
  type ShippingRateRow,
} from './pricing.repository.ts';
import {
  CustomerPrice,
  CustomerPriceConnection,
  CustomerPricePayload,
  ShippingRate,
  ShippingRatesPayload,
  TaxRate,
  TaxRatesPayload,
} from './pricing.type.ts';

@Resolver()
export class PricingResolver {
  @Query(() => [TaxRate], { description: 'Every tax rate, by country. Permission: prices.view.' })
  @Authorized('prices.view')
  taxRates(@Ctx() context: RequestContext) {
    return listTaxRates(context.read);
  }

  @Query(() => [ShippingRate], {
    description: 'Every shipping rate, by country and currency. Permission: prices.view.',
  })
  @Authorized('prices.view')
  shippingRates(@Ctx() context: RequestContext) {
    return listShippingRates(context.read);
  }

  @Mutation(() => TaxRatesPayload, {
    description:
      'Sets or takes away what is added to orders that go to a country, from the next one on. Permission: prices.edit. Logs nothing: no order is concerned.',
  })
  @Authorized(...setTaxRate.permissions)
  setTaxRate(@Input(() => SetTaxRateInput) input: SetTaxRateInput, @Ctx() context: RequestContext) {
    return context.run(setTaxRate, input);
  }

  @Mutation(() => ShippingRatesPayload, {
    description:
      'Sets or takes away what sending an order to a country costs, from the next one on. Permission: prices.edit. Logs nothing: no order is concerned.',
  })
  @Authorized(...setShippingRate.permissions)
  setShippingRate(
    @Input(() => SetShippingRateInput) input: SetShippingRateInput,
    @Ctx() context: RequestContext,
  ) {
    return context.run(setShippingRate, input);
  }

  @Mutation(() => CustomerPricePayload, {
    description:
      'Agrees on a price of a variant with a customer, or ends that; placed orders keep theirs. Permission: prices.edit. Logs nothing: no order is concerned.',
  })
  @Authorized(...setCustomerPrice.permissions)
  setCustomerPrice(
    @Input(() => SetCustomerPriceInput) input: SetCustomerPriceInput,
    @Ctx() context: RequestContext,
  ) {
    return context.run(setCustomerPrice, input);
  }
}

@Resolver(() => ShippingRate)
export class ShippingRateResolver {
  @FieldResolver(() => Money, { description: 'What it costs.' })
  price(@Root() { priceMinor, currency }: ShippingRateRow): Money {
    return { amountMinor: priceMinor, currency };
  }

  @FieldResolver(() => Money, {
    nullable: true,
    description: 'Free from this value of the goods after discount; null for never.',
  })
  freeFrom(@Root() { freeFromMinor, currency }: ShippingRateRow): Money | null {
    return freeFromMinor === null ? null : { amountMinor: freeFromMinor, currency };
  }
}

@Resolver(() => CustomerPrice)
export class CustomerPriceResolver {
  @FieldResolver(() => Money, { description: 'Net, for one unit.' })
  price(@Root() { priceMinor, currency }: CustomerPriceRow): Money {
    return { amountMinor: priceMinor, currency };
  }

  @FieldResolver(() => ProductVariant, { nullable: true, description: 'Of what.' })
  variant(@Root() price: CustomerPriceRow, @Ctx() context: RequestContext) {
    return context.loader(variantById).load(price.variantId);
  }
}

@Resolver(() => Customer)
export class CustomerPricesResolver {
  @FieldResolver(() => CustomerPriceConnection, {
    nullable: true,
    description: 'The contract prices. Permission: money.view, else null.',
  })
  @Authorized('money.view')
  contractPrices(
    @Root() customer: { id: string },
    @Args(() => PageArguments) { first, after }: PageArguments,
    @Ctx() context: RequestContext,
  ) {
    return context.loader(pricesOfCustomer).load({ parentId: customer.id, first, after });
  }
}

@Resolver(() => TaxRatesPayload)
export class TaxRatesPayloadResolver {
  @FieldResolver(() => [TaxRate], {
    nullable: true,
    description: 'Every rate as it is now; null when refused.',
  })
  taxRates(@Root() payload: { country?: string }, @Ctx() context: RequestContext) {
    return payload.country === undefined ? null : listTaxRates(context.read);
  }
}

@Resolver(() => ShippingRatesPayload)
export class ShippingRatesPayloadResolver {
  @FieldResolver(() => [ShippingRate], {
    nullable: true,
    description: 'Every rate as it is now; null when refused.',
  })
  shippingRates(@Root() payload: { country?: string }, @Ctx() context: RequestContext) {
    return payload.country === undefined ? null : listShippingRates(context.read);
  }
}

@Resolver(() => CustomerPricePayload)
export class CustomerPricePayloadResolver {
  @FieldResolver(() => Customer, {
    nullable: true,
    description: 'The customer as it is now; null when refused.',
  })
  customer(@Root() payload: { customerId?: string }, @Ctx() context: RequestContext) {
    return payload.customerId === undefined ? null : context.loader(customerById).load(payload.customerId);
  }
}
