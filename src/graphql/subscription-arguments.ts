import { IsOptional, Length, validate } from 'class-validator';
import { ArgsType, ArgumentValidationError, Field } from 'type-graphql';
import { validatorOptions } from './validation.ts';

/** What every subscription to the log takes. */
@ArgsType()
export abstract class SubscriptionArguments {
  @Field(() => String, {
    nullable: true,
    description:
      'The cursor of the last event you have seen, or `eventCursor`: you get everything since, in order, once, then go on live.',
  })
  @IsOptional()
  @Length(1, 200)
  after?: string | null;
}

/**
 * The arguments as instances of their classes, checked. (type-graphql validates before each event; a mistake in the
 * arguments is to be told before the first.)
 */
export async function validated<Arguments extends { filter?: object | null }>(
  given: object,
  argumentsClass: new () => Arguments,
  filterClass: new () => object,
): Promise<Arguments> {
  const { filter } = given as Arguments;
  const complete = Object.assign(new argumentsClass(), given, {
    filter: filter && Object.assign(new filterClass(), filter),
  });
  const problems = await validate(complete, validatorOptions);
  if (problems.length > 0) throw new ArgumentValidationError(problems);
  return complete;
}
