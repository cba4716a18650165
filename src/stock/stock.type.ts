import { Field, ID, Int, ObjectType } from 'type-graphql';
import { UserError } from '../graphql/user-error.type.ts';

@ObjectType({ description: 'A place where stock is kept.' })
export class StockLocation {
  @Field(() => ID, { simple: true, description: 'UUIDv7.' })
  id!: string;
  @Field(() => String, { simple: true, description: 'Short, unique code, such as LONDON.' })
  code!: string;
  @Field(() => String, { simple: true, description: 'Name.' })
  name!: string;
  @Field(() => Int, { simple: true, description: 'Lowest is allocated first.' })
  priority!: number;
  @Field(() => Boolean, { simple: true, description: 'False: nothing is reserved here any more.' })
  active!: boolean;
  @Field(() => Int, { simple: true, description: 'Rises with every change of the location itself.' })
  version!: number;
}

@ObjectType({ description: 'The answer of a mutation on a location.' })
export class StockLocationPayload {
  @Field(() => [UserError], { simple: true, description: 'Why nothing was changed; empty when it was.' })
  userErrors!: UserError[];
}

@ObjectType({ description: 'How much of a variant a location has.' })
export class StockLevel {
  @Field(() => Int, { simple: true, description: 'Units in the house.' })
  onHand!: number;
  @Field(() => Int, { simple: true, description: 'Units promised to orders; never more than are on hand.' })
  reserved!: number;
  @Field(() => Int, {
    simple: true,
    nullable: true,
    description: 'The level is low with no more available than this; null: never.',
  })
  lowStockThreshold!: number | null;
}

@ObjectType({ description: 'The answer of `receiveStock`, `adjustStock` and `setLowStockThreshold`.' })
export class StockLevelsPayload {
  @Field(() => [UserError], { simple: true, description: 'Why nothing was changed; empty when it was.' })
  userErrors!: UserError[];
}
