import { IsOptional, ValidateNested } from 'class-validator';
import {
  Arg,
  Args,
  ArgsType,
  Authorized,
  Ctx,
  Field,
  FieldResolver,
  ID,
  Mutation,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { variantById } from '../catalog/catalog.loaders.ts';
import { ProductVariant } from '../catalog/catalog.type.ts';
import { customerById } from '../customers/customer.loaders.ts';
import { Customer } from '../customers/customer.type.ts';
import type { PostalAddress as PostalAddressValue } from '../db/tables/orders.ts';
import { Connection } from '../graphql/connection.ts';
import { PageArguments } from '../graphql/connection.type.ts';
import type { RequestContext } from '../graphql/context.ts';
import { Money } from '../graphql/money.type.ts';
import { VersionConflictError } from '../graphql/user-error.type.ts';
import { Input } from '../graphql/mutation-input.ts';
import { orderById } from '../orders/order.loaders.ts';
import { Order, PostalAddress } from '../orders/order.type.ts';
import type { VersionConflictError as VersionConflict } from '../shared/errors.ts';
import { decodeCursor } from '../shared/page.ts';
import { convertQuote } from './commands/convert-quote.ts';
import { createQuote } from './commands/create-quote.ts';
import { ConvertQuoteInput, CreateQuoteInput, QuoteFilter } from './quote.input.ts';
import { itemsOfQuote, quoteById } from './quote.loaders.ts';
import {
  countQuotes,
  latestQuotesFirst,
  searchQuotes,
  type QuoteItemRow,
  type QuoteRow,
} from './quote.repository.ts';
import { Quote, QuoteConnection, QuoteItem, QuotePayload } from './quote.type.ts';

@ArgsType()
class QuotesArguments extends PageArguments {
  @Field(() => QuoteFilter, {
    nullable: true,
    description: 'Which ones; all that you may see when left out.',
  })
  @IsOptional()
  @ValidateNested()
  filter?: QuoteFilter | null;
}

@Resolver(() => Quote)
export class QuoteResolver {
  @Query(() => Quote, { nullable: true, description: 'A quote by id. Permission: quotes.view.' })
  @Authorized('quotes.view')
  quote(@Arg('id', () => ID, { description: 'The quote’s id.' }) id: string, @Ctx() context: RequestContext) {
    return context.loader(quoteById).load(id);
  }

  @Query(() => QuoteConnection, {
    description: 'The quotes, latest first; a customer has their own. Permission: quotes.view.',
  })
  @Authorized('quotes.view')
  async quotes(
    @Args(() => QuotesArguments) { first, after, filter }: QuotesArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<QuoteRow>> {
    const source = { read: context.read, actor: context.viewer };
    const keyset = after === null ? null : decodeCursor(after, latestQuotesFirst);
    const rows = await searchQuotes(source, filter ?? {}, first + 1, keyset);
    const count = () => countQuotes(source, filter ?? {});
    const keysetOf = (row: QuoteRow) => [row.createdAt, row.id];
    return new Connection(rows, first, after !== null, latestQuotesFirst, keysetOf, count);
  }

  @Mutation(() => QuotePayload, {
    description:
      'Offers goods to a customer at the prices of today. Nothing is reserved. Permission: quotes.manage. Logs nothing: no order is concerned.',
  })
  @Authorized(...createQuote.permissions)
  createQuote(@Input(() => CreateQuoteInput) input: CreateQuoteInput, @Ctx() context: RequestContext) {
    return context.run(createQuote, input);
  }

  @Mutation(() => QuotePayload, {
    description:
      'The customer takes an open quote: a wholesale order at its prices, every line reserved, or nothing and what is short. Tax and shipping are those of today. Converted already, it answers with the order that there is. Permission: quotes.manage. Logs: created, inventory_reserved.',
  })
  @Authorized(...convertQuote.permissions)
  convertQuote(@Input(() => ConvertQuoteInput) input: ConvertQuoteInput, @Ctx() context: RequestContext) {
    return context.run(convertQuote, input);
  }

  @FieldResolver(() => Customer, { nullable: true, description: 'Whom it is for.' })
  customer(@Root() quote: QuoteRow, @Ctx() context: RequestContext) {
    return context.loader(customerById).load(quote.customerId);
  }

  @FieldResolver(() => [QuoteItem], { description: 'The lines, in their order.' })
  items(@Root() quote: QuoteRow, @Ctx() context: RequestContext) {
    return context.loader(itemsOfQuote).load(quote.id);
  }

  @FieldResolver(() => Money, { description: 'Sum of the lines.' })
  subtotal(@Root() { subtotalMinor, currency }: QuoteRow): Money {
    return { amountMinor: subtotalMinor, currency };
  }

  @FieldResolver(() => Money, { description: 'Taken off.' })
  discount(@Root() { discountMinor, currency }: QuoteRow): Money {
    return { amountMinor: discountMinor, currency };
  }

  @FieldResolver(() => Money, { description: 'Tax, as it was when the quote was made.' })
  tax(@Root() { taxMinor, currency }: QuoteRow): Money {
    return { amountMinor: taxMinor, currency };
  }

  @FieldResolver(() => Money, { description: 'Shipping, as it was when the quote was made.' })
  shipping(@Root() { shippingMinor, currency }: QuoteRow): Money {
    return { amountMinor: shippingMinor, currency };
  }

  @FieldResolver(() => Money, { description: 'Subtotal less discount plus tax and shipping.' })
  total(@Root() { totalMinor, currency }: QuoteRow): Money {
    return { amountMinor: totalMinor, currency };
  }

  @FieldResolver(() => PostalAddress, { nullable: true, description: 'Where it would be sent.' })
  shippingAddress(@Root() quote: QuoteRow): PostalAddressValue | null {
    return quote.shippingAddress;
  }

  @FieldResolver(() => Order, { nullable: true, description: 'The order that it has become.' })
  order(@Root() quote: QuoteRow, @Ctx() context: RequestContext) {
    return quote.orderId === null ? null : context.loader(orderById).load(quote.orderId);
  }
}

@Resolver(() => QuoteItem)
export class QuoteItemResolver {
  @FieldResolver(() => Money, { description: 'Net, for one unit; it holds until the quote expires.' })
  unitPrice(@Root() { unitPriceMinor, currency }: QuoteItemRow): Money {
    return { amountMinor: unitPriceMinor, currency };
  }

  @FieldResolver(() => ProductVariant, { nullable: true, description: 'The variant as it is now.' })
  variant(@Root() item: QuoteItemRow, @Ctx() context: RequestContext) {
    return context.loader(variantById).load(item.variantId);
  }
}

@Resolver(() => VersionConflictError)
export class VersionConflictQuoteResolver {
  @FieldResolver(() => Quote, {
    nullable: true,
    description: 'The quote as it is now, where a quote was meant.',
  })
  quote(@Root() error: VersionConflict, @Ctx() context: RequestContext) {
    return error.subject.kind === 'Quote' ? context.loader(quoteById).load(error.subject.id) : null;
  }
}

@Resolver(() => QuotePayload)
export class QuotePayloadResolver {
  @FieldResolver(() => Quote, { nullable: true, description: 'The quote as it is now; null when refused.' })
  quote(@Root() payload: { quoteId?: string }, @Ctx() context: RequestContext) {
    return payload.quoteId === undefined ? null : context.loader(quoteById).load(payload.quoteId);
  }

  @FieldResolver(() => Order, {
    nullable: true,
    description: 'Of convertQuote: the order; null when refused.',
  })
  order(@Root() payload: { orderId?: string }, @Ctx() context: RequestContext) {
    return payload.orderId === undefined ? null : context.loader(orderById).load(payload.orderId);
  }
}
