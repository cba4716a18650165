import { ArrayMaxSize, ArrayMinSize, IsOptional, Length, Max, Min, ValidateNested } from 'class-validator';
import { Field, InputType, Int } from 'type-graphql';
import { CommandInputFields } from '../graphql/command-input.type.ts';
import { MoneyInput } from '../graphql/money.type.ts';

@InputType({ description: 'A variant of a new product.' })
export class CreateProductVariantInput {
  @Field(() => String, { description: 'Stock keeping unit, unique.' })
  @Length(1, 100)
  sku!: string;
  @Field(() => String, { nullable: true, description: 'Barcode, unique.' })
  @IsOptional()
  @Length(1, 100)
  barcode?: string | null;
  @Field(() => String, { description: 'Name.' })
  @Length(1, 200)
  name!: string;
  @Field(() => MoneyInput, { description: 'List price of one unit.' })
  @ValidateNested()
  price!: MoneyInput;
  @Field(() => Int, { nullable: true, description: 'Weight of one unit in grams.' })
  @IsOptional()
  @Min(1)
  @Max(10_000_000)
  weightGrams?: number | null;
}

@InputType({ description: 'A new product with its variants.' })
export class CreateProductInput extends CommandInputFields {
  @Field(() => String, { description: 'Name.' })
  @Length(1, 200)
  name!: string;
  @Field(() => [CreateProductVariantInput], { description: 'Its variants: 1 to 100.' })
  @ArrayMinSize(1)
  @ArrayMaxSize(100)
  @ValidateNested({ each: true })
  variants!: CreateProductVariantInput[];
}
