import { GraphQLError } from 'graphql';
import { expect, test } from 'vitest';
import { DatabaseUnavailableError } from '../../src/db/driver/errors.ts';
import { formatError } from '../../src/graphql/format-error.ts';

function told(cause: Error, path: string[]): { message: string; code: unknown } {
  const error = new GraphQLError(cause.message, { path, originalError: cause });
  const { message, extensions } = formatError({ message: cause.message, path }, error, { error: () => {} });
  return { message, code: extensions?.['code'] };
}

test.each([
  ['SERVICE_UNAVAILABLE', () => new DatabaseUnavailableError('busy')],
  ['INTERNAL_SERVER_ERROR', () => new Error('secret')],
])('%s says that nothing was changed only where that is so', (code, cause) => {
  const mutation = told(cause(), ['createOrder']);
  expect(mutation).toEqual({ code, message: expect.stringContaining('Nothing was changed.') });
  // The payload's fields are read after the commit.
  const field = told(cause(), ['createOrder', 'order']);
  expect(field).toEqual({ code, message: expect.stringContaining('the mutation itself was carried out') });
  expect(field.message).not.toMatch(/nothing was changed/i);
  expect(JSON.stringify([mutation, field])).not.toContain('secret');
});
