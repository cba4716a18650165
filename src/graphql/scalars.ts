import { GraphQLScalarType, Kind } from 'graphql';
import { GraphQLDateTimeISO, GraphQLJSONObject, GraphQLLocalDate, GraphQLSafeInt } from 'graphql-scalars';

/**
 * A moment as ISO 8601 text. Rows carry it as text already, with PostgreSQL's microseconds, so it is sent as it
 * is; only input is checked.
 */
export const DateTime = new GraphQLScalarType<string, string>({
  name: 'DateTime',
  description:
    'A moment in UTC, ISO 8601 with up to six places of seconds, such as 2026-11-23T09:30:00.123456Z.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339',
  serialize: (value) => value as string,
  parseValue: (value) => isoText(GraphQLDateTimeISO.parseValue(value), value),
  parseLiteral: (node, variables) =>
    isoText(GraphQLDateTimeISO.parseLiteral(node, variables), node.kind === Kind.STRING ? node.value : null),
});

/**
 * The moment in UTC, with the microseconds that were sent: a Date has none. PostgreSQL knows neither a year 0 nor
 * every offset that RFC 3339 allows.
 */
function isoText(parsed: Date, given: unknown): string {
  const utc = parsed.toISOString();
  if (!/^\d{4}-/.test(utc) || utc.startsWith('0000')) {
    throw new TypeError('DateTime cannot represent a moment outside of the years 0001 to 9999.');
  }
  const fraction = typeof given === 'string' ? (/\.\d+/.exec(given)?.[0] ?? '') : utc.slice(19, -1);
  return `${utc.slice(0, 19)}${fraction}Z`;
}

export const JSONObject = GraphQLJSONObject;
/** Whole numbers up to 2^53 - 1: GraphQL's Int ends at 21 million pounds. */
export const SafeInt = GraphQLSafeInt;
/** A day as YYYY-MM-DD; of figures, in UTC. */
export const LocalDate = new GraphQLScalarType<string, string>({
  ...GraphQLLocalDate.toConfig(),
  parseValue: (value) => day(GraphQLLocalDate.parseValue(value)),
  parseLiteral: (node, variables) => day(GraphQLLocalDate.parseLiteral(node, variables)),
});

/** PostgreSQL knows no year 0. */
function day(parsed: string): string {
  if (parsed.startsWith('0000')) throw new TypeError('LocalDate cannot represent a day of the year 0000.');
  return parsed;
}
