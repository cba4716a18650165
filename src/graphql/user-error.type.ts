import { Field, Int, InterfaceType, ObjectType } from 'type-graphql';
import type { Shortage as ShortageValue, UserError as UserErrorValue } from '../shared/errors.ts';

@InterfaceType({
  description: 'Why a mutation was refused. Nothing was changed. docs/errors.md lists the codes.',
  resolveType: (error: UserErrorValue) => error.type,
})
export abstract class UserError {
  @Field(() => String, { simple: true, description: 'Stable code, such as INVALID_TRANSITION.' })
  code!: string;

  @Field(() => String, { simple: true, description: 'What is wrong, in a sentence for people.' })
  message!: string;

  @Field(() => [String], {
    simple: true,
    description: 'The place in `input` that is at fault; empty for the whole.',
  })
  path!: string[];

  @Field(() => String, { simple: true, description: 'What to do about it.' })
  remedy!: string;
}

@ObjectType({
  implements: UserError,
  description: 'A value in the input is missing, malformed or out of range.',
})
export class ValidationError extends UserError {}

@ObjectType({
  implements: UserError,
  description: 'Nothing by this id or code exists, or the viewer may not see it.',
})
export class NotFoundError extends UserError {}

@ObjectType({
  implements: UserError,
  description: 'The idempotency key was used for another command or input.',
})
export class IdempotencyConflictError extends UserError {}

@ObjectType({ implements: UserError, description: 'The command is not possible in the present status.' })
export class InvalidTransitionError extends UserError {
  @Field(() => String, { description: 'The present status, such as SHIPPED.' })
  from!: string;

  @Field(() => String, { simple: true, description: 'The command that was tried, such as cancelOrder.' })
  attempted!: string;

  @Field(() => [String], {
    simple: true,
    description: 'The commands that this viewer may use in this status.',
  })
  allowed!: string[];
}

@ObjectType({ description: 'A SKU of which less is available than was asked for.' })
export class StockShortage implements ShortageValue {
  @Field(() => String, { simple: true, description: 'The SKU.' })
  sku!: string;

  @Field(() => String, {
    simple: true,
    nullable: true,
    description: 'The location that was named; null when all active locations were tried.',
  })
  locationCode!: string | null;

  @Field(() => Int, { simple: true, description: 'Units asked for, over all lines of this SKU.' })
  requested!: number;

  @Field(() => Int, { simple: true, description: 'Units available when the order was refused.' })
  available!: number;
}

@ObjectType({
  implements: UserError,
  description: 'Less is in stock than was asked for. Nothing was reserved.',
})
export class InsufficientStockError extends UserError {
  @Field(() => [StockShortage], { simple: true, description: 'Each SKU that is short.' })
  shortages!: StockShortage[];
}

@ObjectType({ implements: UserError, description: 'The object has changed since `expectedVersion`.' })
export class VersionConflictError extends UserError {
  @Field(() => Int, { simple: true, description: 'The version to expect next time.' })
  currentVersion!: number;
}

@ObjectType({
  implements: UserError,
  description: 'The server could not finish this order of a bulk mutation; others of it are done.',
})
export class UnfinishedError extends UserError {}

/** Every type of user error, for the schema: GraphQL finds no type that only an interface leads to. */
export const userErrorTypes = [
  ValidationError,
  NotFoundError,
  IdempotencyConflictError,
  InvalidTransitionError,
  InsufficientStockError,
  VersionConflictError,
  UnfinishedError,
];
