import { Field, ID, Int, ObjectType } from 'type-graphql';
import { connectionType } from '../graphql/connection.type.ts';
import { UserError } from '../graphql/user-error.type.ts';

@ObjectType({ description: 'Something that is sold, in one or more variants.' })
export class Product {
  @Field(() => ID, { simple: true, description: 'UUIDv7.' })
  id!: string;
  @Field(() => String, { simple: true, description: 'Name.' })
  name!: string;
  @Field(() => Int, { simple: true, description: 'Rises with every change.' })
  version!: number;
}

@ObjectType({ description: 'What is bought, counted and scanned: a product in one size and colour.' })
export class ProductVariant {
  @Field(() => ID, { simple: true, description: 'UUIDv7.' })
  id!: string;
  @Field(() => String, { simple: true, description: 'Stock keeping unit, unique.' })
  sku!: string;
  @Field(() => String, {
    simple: true,
    nullable: true,
    description: 'Barcode (EAN, UPC or the like), unique.',
  })
  barcode!: string | null;
  @Field(() => String, { simple: true, description: 'Name.' })
  name!: string;
  @Field(() => Int, { simple: true, nullable: true, description: 'Weight of one unit in grams.' })
  weightGrams!: number | null;
  @Field(() => Boolean, {
    simple: true,
    description: 'False for what has no stock, such as a fee: it is never reserved, picked or shipped.',
  })
  tracksStock!: boolean;
  @Field(() => Int, { simple: true, description: 'Rises with every change.' })
  version!: number;
}

@ObjectType({ description: 'The answer of a mutation on a product.' })
export class ProductPayload {
  @Field(() => [UserError], { simple: true, description: 'Why nothing was changed; empty when it was.' })
  userErrors!: UserError[];
}

@ObjectType({ description: 'The answer of a mutation on a variant.' })
export class VariantPayload {
  @Field(() => [UserError], { simple: true, description: 'Why nothing was changed; empty when it was.' })
  userErrors!: UserError[];
}

export const ProductConnection = connectionType('Product', () => Product);
