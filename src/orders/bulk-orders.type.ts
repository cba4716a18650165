import { Field, ID, ObjectType } from 'type-graphql';
import { UserError } from '../graphql/user-error.type.ts';

@ObjectType({ description: 'What became of one order of a bulk mutation.' })
export class BulkOrderResult {
  @Field(() => ID, { simple: true, description: 'The id as it stands in the input.' })
  orderId!: string;
  @Field(() => [String], {
    simple: true,
    description:
      'What the history says of it, or, where the call was not applied, would have said; numbers in it are then not used.',
  })
  effects!: string[];
  @Field(() => [UserError], {
    simple: true,
    description: 'Why this order was refused, each with the path to its place in `orderIds`; empty when ok.',
  })
  userErrors!: UserError[];
}

@ObjectType({ description: 'The answer of a bulk mutation.' })
export class BulkOrdersPayload {
  @Field(() => Boolean, {
    simple: true,
    description:
      'Whether the orders that are ok were changed. False for a dry run, for an atomic call with a refused order, and where the call as a whole was refused.',
  })
  applied!: boolean;
  @Field(() => [UserError], {
    simple: true,
    description:
      'Why the call as a whole was refused and nothing was changed. Of an atomic call those are the errors of its orders.',
  })
  userErrors!: UserError[];
}
