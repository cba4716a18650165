import { IsEmail, IsOptional, IsUUID, Length, Matches } from 'class-validator';
import { Field, ID, InputType, Int } from 'type-graphql';
import type { CustomerKind as CustomerKindValue } from '../db/tables/enumerations.ts';
import { CommandInputFields } from '../graphql/command-input.type.ts';
import { enumType } from '../graphql/enum-type.ts';
import { SortDirection } from '../orders/order.input.ts';
import type { CustomerFilterValues, CustomerSortValue } from './customer-search.repository.ts';
import { CustomerKind } from './customer.type.ts';

export const CustomerSortField = enumType('CustomerSortField', 'What customers can be sorted by.', {
  name: 'The name.',
  created_at: 'When the customer was added.',
});

@InputType()
abstract class CustomerContactFields extends CommandInputFields {
  @Field(() => String, { nullable: true, description: 'The company, if any.' })
  @IsOptional()
  @Length(1, 200)
  company?: string | null;
  @Field(() => String, { nullable: true, description: 'E-mail address.' })
  @IsOptional()
  @IsEmail()
  email?: string | null;
  @Field(() => String, { nullable: true, description: 'Telephone number.' })
  @IsOptional()
  @Length(1, 50)
  phone?: string | null;
}

@InputType({ description: 'A new customer.' })
export class CreateCustomerInput extends CustomerContactFields {
  @Field(() => String, { description: 'Name of the person or the business.' })
  @Matches(/\S/, { message: 'name must not be empty' })
  @Length(1, 200)
  name!: string;
  @Field(() => CustomerKind, { description: 'What kind of customer.' })
  kind!: CustomerKindValue;
}

@InputType({
  description:
    'What changes of a customer: a field that is left out stays as it is, one that is null is emptied.',
})
export class UpdateCustomerInput extends CustomerContactFields {
  @Field(() => ID, { description: 'The customer.' })
  @IsUUID()
  customerId!: string;
  @Field(() => Int, {
    nullable: true,
    description: 'Refuse with VERSION_CONFLICT unless this is the version.',
  })
  expectedVersion?: number | null;
  @Field(() => String, {
    nullable: true,
    description: 'Name of the person or the business; it cannot be emptied.',
  })
  @IsOptional()
  @Matches(/\S/, { message: 'name must not be empty' })
  @Length(1, 200)
  name?: string | null;
  @Field(() => CustomerKind, {
    nullable: true,
    description: 'What kind of customer; it cannot be emptied.',
  })
  kind?: CustomerKindValue | null;
}

@InputType({ description: 'Names the customer.' })
export class CustomerInput extends CommandInputFields {
  @Field(() => ID, { description: 'The customer.' })
  @IsUUID()
  customerId!: string;
}

@InputType({ description: 'Which customers: all that is given must hold.' })
export class CustomerFilter implements CustomerFilterValues {
  @Field(() => String, {
    nullable: true,
    description: 'A part of the name, the company, the e-mail address or the telephone number.',
  })
  @IsOptional()
  @Length(1, 100)
  text?: string | null;
  @Field(() => [CustomerKind], { nullable: true, description: 'Of one of these kinds.' })
  kind?: CustomerKindValue[] | null;
  @Field(() => Boolean, { nullable: true, description: 'Erased, or not.' })
  erased?: boolean | null;
}

@InputType({ description: 'How customers are sorted.' })
export class CustomerSort implements CustomerSortValue {
  @Field(() => CustomerSortField, { description: 'By what.' })
  field!: CustomerSortValue['field'];
  @Field(() => SortDirection, { description: 'Which way.' })
  direction!: CustomerSortValue['direction'];
}
