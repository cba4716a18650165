import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { CustomerKind as CustomerKindValue } from '../db/tables/enumerations.ts';
import { connectionType } from '../graphql/connection.type.ts';
import { enumType } from '../graphql/enum-type.ts';
import { DateTime } from '../graphql/scalars.ts';
import { UserError } from '../graphql/user-error.type.ts';

export const CustomerKind = enumType('CustomerKind', 'What kind of customer.', {
  wholesale: 'A business that resells.',
  retail: 'Somebody in a shop.',
  online: 'Somebody on the web.',
});

@ObjectType({ description: 'Who orders. Contact data is masked for the warehouse.' })
export class Customer {
  @Field(() => ID, { simple: true, description: 'UUIDv7.' })
  id!: string;
  @Field(() => CustomerKind, { simple: true, description: 'What kind of customer.' })
  kind!: CustomerKindValue;
  @Field(() => String, { simple: true, nullable: true, description: 'The company, if any.' })
  company!: string | null;
  @Field(() => DateTime, {
    simple: true,
    nullable: true,
    description: 'When the person was erased; null while there is one.',
  })
  erasedAt!: string | null;
  @Field(() => Int, { simple: true, description: 'Rises with every change.' })
  version!: number;
  @Field(() => DateTime, { simple: true, description: 'When the customer was added.' })
  createdAt!: string;
}

@ObjectType({ description: 'The answer of a mutation on a customer.' })
export class CustomerPayload {
  @Field(() => [UserError], { simple: true, description: 'Why nothing was changed; empty when it was.' })
  userErrors!: UserError[];
}

@ObjectType({ description: 'The answer of `exportCustomerData`.' })
export class CustomerDataPayload {
  @Field(() => [UserError], { simple: true, description: 'Why nothing was given; empty when it was.' })
  userErrors!: UserError[];
}

export const CustomerConnection = connectionType('Customer', () => Customer);
