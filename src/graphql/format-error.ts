import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { ArgumentValidationError } from 'type-graphql';
import { DatabaseUnavailableError, OutcomeUnknownError, WorkTimeoutError } from '../db/driver/errors.ts';
import { postgresFailure, withoutStatement } from '../db/pg-errors.ts';
import { errorCatalogue, type TopLevelCode } from '../shared/error-catalogue.ts';
import { Refusal, TopLevelError } from '../shared/errors.ts';
import { asDocumentLimit } from './limits.ts';
import { flatten } from './validation.ts';

export interface FaultLogger {
  error(details: object, message: string): void;
}

/** What PostgreSQL says when it is stopping, or when it is too busy to go on: worth another try. */
const retryableStates = /^(57P0[123]|53\d{3}|55P03|57014|40001|40P01)$/;

/** PostgreSQL keeps no U+0000. Mutations are refused before; this is for the arguments of queries. */
const unstorableText = '22021';

/** The fields of a mutation's payload are read after its commit: "nothing was changed" would be wrong of them. */
const unread =
  'This field could not be read. If it is of a mutation, the mutation itself was carried out: query what you need.';

/**
 * What a client is told. Only errors of the catalogue and those of GraphQL itself pass as they are; whatever
 * else happens is logged and becomes "internal", without SQL, parameters or a stack.
 */
export function formatError(
  formatted: GraphQLFormattedError,
  thrown: unknown,
  log: FaultLogger,
): GraphQLFormattedError {
  const error = refusedOperation(thrown) ?? unwrapResolverError(thrown);
  const { locations, path } = formatted;
  const isNested = path !== undefined && path.length > 1;
  const shape = (
    code: TopLevelCode,
    text: string,
    details: Record<string, unknown> = {},
  ): GraphQLFormattedError => ({
    message: text,
    ...(locations && { locations }),
    ...(path && { path }),
    extensions: { code, remedy: errorCatalogue[code].remedy, ...details },
  });
  if (error instanceof TopLevelError) return shape(error.code, error.message, error.details);
  if (error instanceof ArgumentValidationError) {
    const problems = flatten(error.extensions.validationErrors, []);
    const text = problems
      .map(({ path: at, message: what }) => (at.length > 1 ? `${at.join('.')}: ${what}` : what))
      .join(' ');
    return shape('BAD_USER_INPUT', text);
  }
  if (postgresFailure(error)?.code === unstorableText) {
    return shape('BAD_USER_INPUT', 'No text may contain the character U+0000.');
  }
  if (error instanceof Refusal) return shape('BAD_USER_INPUT', error.message);
  if (error instanceof OutcomeUnknownError)
    return shape('OUTCOME_UNKNOWN', errorCatalogue.OUTCOME_UNKNOWN.meaning);
  if (isUnavailable(error)) {
    const text = isNested ? unread : errorCatalogue.SERVICE_UNAVAILABLE.meaning;
    return shape('SERVICE_UNAVAILABLE', text, { retryable: true });
  }
  // GraphQL's own: syntax, validation, coercion of variables. What a resolver throws has a path.
  if (error instanceof GraphQLError && (error.path === undefined || error.originalError === undefined)) {
    return ofGraphqlItself(formatted, error);
  }
  logFault(log, error, 'a resolver failed');
  return shape('INTERNAL_SERVER_ERROR', isNested ? unread : 'The server failed. Nothing was changed.');
}

/** What a request is refused with before it runs has no path, and Apollo leaves it wrapped. */
function refusedOperation(thrown: unknown): TopLevelError | undefined {
  if (!(thrown instanceof GraphQLError)) return undefined;
  return thrown.originalError instanceof TopLevelError ? thrown.originalError : asDocumentLimit(thrown);
}

/** Without the statement and its values: they may hold personal data. */
export function logFault(log: FaultLogger, error: unknown, message: string): void {
  const fault = withoutStatement(error);
  const err = fault instanceof Error ? { type: fault.name, message: fault.message, stack: fault.stack } : {};
  log.error({ err }, message);
}

/** Whether it is the database that is away or busy: worth another try. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof DatabaseUnavailableError || error instanceof WorkTimeoutError) return true;
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof DatabaseUnavailableError || cause instanceof WorkTimeoutError) return true;
  const failure = postgresFailure(error);
  return failure !== undefined && retryableStates.test(failure.code);
}

export type ErrorFormatter = (formatted: GraphQLFormattedError, thrown: unknown) => GraphQLFormattedError;

/** The same over HTTP and over sockets. Where the schema is not shown, errors do not guess at its names either. */
export function errorFormatter(log: FaultLogger, introspection: boolean): ErrorFormatter {
  return (formatted, thrown) => {
    const told = formatError(formatted, thrown, log);
    return introspection ? told : { ...told, message: told.message.replace(/ ?Did you mean(.+?)\?$/, '') };
  };
}

/**
 * Apollo gives these a code; on a socket they come without one. What Apollo itself refuses without a code, such as a
 * persisted query whose hash is of another text, it would call a fault of the server.
 */
function ofGraphqlItself(formatted: GraphQLFormattedError, error: GraphQLError): GraphQLFormattedError {
  const { stacktrace: _stacktrace, ...extensions } = formatted.extensions ?? {};
  if (error.path === undefined && extensions['code'] === 'INTERNAL_SERVER_ERROR') {
    extensions['code'] = 'BAD_REQUEST';
  }
  const code = (extensions['code'] as string | undefined) ?? codeOf(error);
  const known = Object.hasOwn(errorCatalogue, code) ? errorCatalogue[code as TopLevelCode] : undefined;
  return { ...formatted, extensions: { ...extensions, code, ...(known && { remedy: known.remedy }) } };
}

/** By what GraphQL's error is made of, as Apollo does over HTTP. */
function codeOf({ nodes, source, message }: GraphQLError): TopLevelCode {
  if (nodes === undefined && source !== undefined) return 'GRAPHQL_PARSE_FAILED';
  if (/^Variable "\$\w+" (got invalid value|of (required|non-null) type) /.test(message))
    return 'BAD_USER_INPUT';
  if (nodes === undefined && /\boperation\b/.test(message)) return 'OPERATION_RESOLUTION_FAILURE';
  return 'GRAPHQL_VALIDATION_FAILED';
}
