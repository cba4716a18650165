import { Arg, Args, Authorized, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { may } from '../auth/actor.ts';
import { PageArguments } from '../graphql/connection.type.ts';
import type { RequestContext } from '../graphql/context.ts';
import { OrderConnection } from '../orders/order.type.ts';
import { mask, maskEmail } from '../shared/masking.ts';
import { customerById, ordersOfCustomer } from './customer.loaders.ts';
import type { CustomerRow } from './customer.repository.ts';
import { Customer } from './customer.type.ts';

@Resolver(() => Customer)
export class CustomerResolver {
  @Query(() => Customer, { nullable: true, description: 'A customer by id. Permission: customers.view.' })
  @Authorized('customers.view')
  customer(
    @Arg('id', () => ID, { description: 'The customer’s id.' }) id: string,
    @Ctx() context: RequestContext,
  ) {
    return context.loader(customerById).load(id);
  }

  @FieldResolver(() => String, { description: 'Name of the person or the business.' })
  name(@Root() customer: CustomerRow): string {
    return customer.name;
  }

  @FieldResolver(() => String, { nullable: true, description: 'E-mail address; masked for the warehouse.' })
  email(@Root() customer: CustomerRow, @Ctx() context: RequestContext): string | null {
    return customer.email === null || may(context.viewer, 'contact.view')
      ? customer.email
      : maskEmail(customer.email);
  }

  @FieldResolver(() => String, { nullable: true, description: 'Telephone number; masked for the warehouse.' })
  phone(@Root() customer: CustomerRow, @Ctx() context: RequestContext): string | null {
    return customer.phone === null || may(context.viewer, 'contact.view')
      ? customer.phone
      : mask(customer.phone);
  }

  @FieldResolver(() => OrderConnection, {
    description: 'Those of its orders that you may see, latest first.',
  })
  orders(
    @Root() customer: CustomerRow,
    @Args(() => PageArguments) { first, after }: PageArguments,
    @Ctx() context: RequestContext,
  ) {
    return context.loader(ordersOfCustomer).load({ parentId: customer.id, first, after });
  }
}
