import { IsOptional, Length, Matches, Max, Min } from 'class-validator';
import { Field, InputType, Int } from 'type-graphql';
import { CommandInputFields } from '../graphql/command-input.type.ts';

@InputType()
abstract class LocationFields extends CommandInputFields {
  @Field(() => Int, {
    nullable: true,
    description: 'Lowest is allocated first; 100 when a new one has none.',
  })
  @IsOptional()
  @Min(0)
  @Max(1_000_000)
  priority?: number | null;
}

@InputType({ description: 'A new place where stock is kept.' })
export class CreateStockLocationInput extends LocationFields {
  @Field(() => String, { description: 'Short, unique code, such as LONDON; it never changes.' })
  @Matches(/^\S+$/, { message: 'code must have no spaces and not be empty' })
  @Length(1, 50)
  code!: string;
  @Field(() => String, { description: 'Name.' })
  @Matches(/\S/, { message: 'name must not be empty' })
  @Length(1, 200)
  name!: string;
}

@InputType({ description: 'What changes of a location: a field that is left out stays as it is.' })
export class UpdateStockLocationInput extends LocationFields {
  @Field(() => String, { description: 'Code of the location.' })
  @Length(1, 50)
  locationCode!: string;
  @Field(() => Int, {
    nullable: true,
    description: 'Refuse with VERSION_CONFLICT unless this is the version.',
  })
  expectedVersion?: number | null;
  @Field(() => String, { nullable: true, description: 'Name.' })
  @IsOptional()
  @Matches(/\S/, { message: 'name must not be empty' })
  @Length(1, 200)
  name?: string | null;
  @Field(() => Boolean, {
    nullable: true,
    description: 'False: nothing is reserved here any more. Refused while something is.',
  })
  active?: boolean | null;
}

@InputType({ description: 'From when on there is little of a SKU at a location.' })
export class SetLowStockThresholdInput extends CommandInputFields {
  @Field(() => String, { description: 'Code of the location.' })
  @Length(1, 50)
  locationCode!: string;
  @Field(() => String, { description: 'SKU of the variant.' })
  @Length(1, 100)
  sku!: string;
  @Field(() => Int, {
    nullable: true,
    description: 'Low with no more available than this; null or left out: never low.',
  })
  @IsOptional()
  @Min(0)
  @Max(1_000_000_000)
  threshold?: number | null;
}
