import { Arg, type ClassType } from 'type-graphql';

/**
 * The one argument of a mutation. type-graphql does not validate it: the write path does, so that what is wrong
 * comes back as `userErrors` with a path and not as an error of the whole request.
 */
export function Input(type: () => ClassType): ReturnType<typeof Arg> {
  return Arg('input', type, { validate: false, description: 'What to do, and to what.' });
}
