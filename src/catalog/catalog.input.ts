import {
  ArrayMaxSize,
  ArrayMinSize,
  IsOptional,
  IsUUID,
  Length,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { Field, ID, InputType, Int } from 'type-graphql';
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

const version = 'Refuse with VERSION_CONFLICT unless this is the version.';

@InputType({ description: 'What changes of a product: a field that is left out stays as it is.' })
export class UpdateProductInput extends CommandInputFields {
  @Field(() => ID, { description: 'The product.' })
  @IsUUID()
  productId!: string;
  @Field(() => Int, { nullable: true, description: version })
  expectedVersion?: number | null;
  @Field(() => String, { nullable: true, description: 'Name.' })
  @IsOptional()
  @Matches(/\S/, { message: 'name must not be empty' })
  @Length(1, 200)
  name?: string | null;
}

@InputType({ description: 'A new variant of a product that there is.' })
export class CreateVariantInput extends CommandInputFields {
  @Field(() => ID, { description: 'The product.' })
  @IsUUID()
  productId!: string;
  @Field(() => String, { description: 'Stock keeping unit, unique.' })
  @Length(1, 100)
  sku!: string;
  @Field(() => String, { nullable: true, description: 'Barcode, unique.' })
  @IsOptional()
  @Length(1, 100)
  barcode?: string | null;
  @Field(() => String, { description: 'Name.' })
  @Matches(/\S/, { message: 'name must not be empty' })
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
  @Field(() => Boolean, {
    nullable: true,
    description: 'False for what has no stock, such as a fee; true when left out.',
  })
  tracksStock?: boolean | null;
}

@InputType({
  description:
    'What changes of a variant: a field that is left out stays as it is, one that is null is emptied. Orders keep what they were placed with.',
})
export class UpdateVariantInput extends CommandInputFields {
  @Field(() => ID, { description: 'The variant.' })
  @IsUUID()
  variantId!: string;
  @Field(() => Int, { nullable: true, description: version })
  expectedVersion?: number | null;
  @Field(() => String, { nullable: true, description: 'Name; it cannot be emptied.' })
  @IsOptional()
  @Matches(/\S/, { message: 'name must not be empty' })
  @Length(1, 200)
  name?: string | null;
  @Field(() => String, { nullable: true, description: 'Barcode, unique.' })
  @IsOptional()
  @Length(1, 100)
  barcode?: string | null;
  @Field(() => MoneyInput, { nullable: true, description: 'List price of one unit; it cannot be emptied.' })
  @IsOptional()
  @ValidateNested()
  price?: MoneyInput | null;
  @Field(() => Int, { nullable: true, description: 'Weight of one unit in grams.' })
  @IsOptional()
  @Min(1)
  @Max(10_000_000)
  weightGrams?: number | null;
}
