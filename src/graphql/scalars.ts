import { GraphQLScalarType, Kind } from 'graphql';
import { GraphQLDateTimeISO, GraphQLJSONObject, GraphQLSafeInt } from 'graphql-scalars';

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

/** The text as it was sent, with its microseconds, once it is known to be a moment. */
function isoText(parsed: Date, given: unknown): string {
  return typeof given === 'string' ? given : parsed.toISOString();
}

export const JSONObject = GraphQLJSONObject;
/** Whole numbers up to 2^53 - 1: GraphQL's Int ends at 21 million pounds. */
export const SafeInt = GraphQLSafeInt;
