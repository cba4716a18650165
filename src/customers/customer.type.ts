import { Field, ID, ObjectType } from 'type-graphql';
import type { CustomerKind as CustomerKindValue } from '../db/tables/enumerations.ts';
import { enumType } from '../graphql/enum-type.ts';

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
}
