import { IsOptional, ValidateNested } from 'class-validator';
import {
  Args,
  ArgsType,
  Authorized,
  Ctx,
  Field,
  FieldResolver,
  Mutation,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { Connection } from '../graphql/connection.ts';
import { PageArguments } from '../graphql/connection.type.ts';
import type { RequestContext } from '../graphql/context.ts';
import { Input } from '../graphql/mutation-input.ts';
import { JSONObject } from '../graphql/scalars.ts';
import { VersionConflictError } from '../graphql/user-error.type.ts';
import type { VersionConflictError as VersionConflict } from '../shared/errors.ts';
import { decodeCursor } from '../shared/page.ts';
import { createCustomer } from './commands/create-customer.ts';
import { eraseCustomer } from './commands/erase-customer.ts';
import { exportCustomerData } from './commands/export-customer-data.ts';
import { updateCustomer } from './commands/update-customer.ts';
import {
  countCustomers,
  customersOrder,
  keysetOfCustomer,
  searchCustomers,
  type CustomerSortValue,
} from './customer-search.repository.ts';
import {
  CreateCustomerInput,
  CustomerFilter,
  CustomerInput,
  CustomerSort,
  UpdateCustomerInput,
} from './customer.input.ts';
import { customerById } from './customer.loaders.ts';
import type { CustomerRow } from './customer.repository.ts';
import { Customer, CustomerConnection, CustomerDataPayload, CustomerPayload } from './customer.type.ts';
import { readCustomerData } from './export.repository.ts';

@ArgsType()
class CustomersArguments extends PageArguments {
  @Field(() => CustomerFilter, { nullable: true, description: 'Which customers; all when left out.' })
  @IsOptional()
  @ValidateNested()
  filter?: CustomerFilter | null;

  @Field(() => CustomerSort, { nullable: true, description: 'By name, A first, when left out.' })
  sort?: CustomerSort | null;
}

const byName: CustomerSortValue = { field: 'name', direction: 'asc' };

@Resolver()
export class CustomerAdministrationResolver {
  @Query(() => CustomerConnection, { description: 'The customers. Permission: customers.view.' })
  @Authorized('customers.view')
  async customers(
    @Args(() => CustomersArguments) { first, after, filter, sort }: CustomersArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<CustomerRow>> {
    const { read } = context.services.database;
    const order = customersOrder(sort ?? byName);
    const keyset = after === null ? null : decodeCursor(after, order);
    const rows = await searchCustomers(read, filter ?? {}, sort ?? byName, first + 1, keyset);
    const keysetOf = (row: CustomerRow) => keysetOfCustomer(sort ?? byName, row);
    return new Connection(rows, first, after !== null, order, keysetOf, () =>
      countCustomers(read, filter ?? {}),
    );
  }

  @Mutation(() => CustomerPayload, {
    description: 'Adds a customer. Permission: customers.edit. Logs nothing: no order is concerned.',
  })
  @Authorized(...createCustomer.permissions)
  createCustomer(
    @Input(() => CreateCustomerInput) input: CreateCustomerInput,
    @Ctx() context: RequestContext,
  ) {
    return context.run(createCustomer, input);
  }

  @Mutation(() => CustomerPayload, {
    description:
      'Changes what is known of a customer. Permission: customers.edit. Logs nothing: no order is concerned.',
  })
  @Authorized(...updateCustomer.permissions)
  updateCustomer(
    @Input(() => UpdateCustomerInput) input: UpdateCustomerInput,
    @Ctx() context: RequestContext,
  ) {
    return context.run(updateCustomer, input);
  }

  @Mutation(() => CustomerPayload, {
    description:
      'Removes the person for good: name, contact data, addresses, what was written on the orders, and the accounts that act for the customer. Orders, money and audit stay. Refused while an order is under way; repeating it changes nothing. Permission: customers.erase. Logs: edited, for each order.',
  })
  @Authorized(...eraseCustomer.permissions)
  eraseCustomer(@Input(() => CustomerInput) input: CustomerInput, @Ctx() context: RequestContext) {
    return context.run(eraseCustomer, input);
  }

  @Mutation(() => CustomerDataPayload, {
    description:
      'Gives all that is held on a customer, for handing it over; changes nothing. Permission: customers.export. Logs nothing.',
  })
  @Authorized(...exportCustomerData.permissions)
  exportCustomerData(@Input(() => CustomerInput) input: CustomerInput, @Ctx() context: RequestContext) {
    return context.run(exportCustomerData, input);
  }
}

@Resolver(() => CustomerPayload)
export class CustomerPayloadResolver {
  @FieldResolver(() => Customer, {
    nullable: true,
    description: 'The customer as it is now; null when refused.',
  })
  customer(@Root() payload: { customerId?: string }, @Ctx() context: RequestContext) {
    return payload.customerId === undefined ? null : context.loader(customerById).load(payload.customerId);
  }
}

@Resolver(() => CustomerDataPayload)
export class CustomerDataPayloadResolver {
  @FieldResolver(() => JSONObject, {
    nullable: true,
    description:
      'Customer, users, sessions, orders with lines, fulfillments, payments and returns, notes, and what the users did and from where; null when refused.',
  })
  data(@Root() payload: { customerId?: string }, @Ctx() context: RequestContext) {
    if (payload.customerId === undefined) return null;
    return readCustomerData(context.read, payload.customerId);
  }
}

@Resolver(() => VersionConflictError)
export class VersionConflictCustomerResolver {
  @FieldResolver(() => Customer, {
    nullable: true,
    description: 'The customer as it is now, where a customer was meant.',
  })
  customer(@Root() error: VersionConflict, @Ctx() context: RequestContext) {
    return error.subject.kind === 'Customer' ? context.loader(customerById).load(error.subject.id) : null;
  }
}
