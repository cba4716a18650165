import { getNullableType, isEnumType, isInputObjectType, isListType, type GraphQLInputType } from 'graphql';
import type { Chooser } from '../graphql/random-query.ts';

const numbers = [
  '1e400',
  '-1e400',
  '1e-400',
  '9'.repeat(400),
  '12345678901234567890',
  '-0',
  '00',
  '0x1F',
  '1.',
  '-',
];
const texts = [
  '"\\u0000"',
  '"\\uD83D"',
  '"\\uDE00\\uD83D"',
  '"\\u{1F600}"',
  '"\\u{110000}"',
  '"\\u{0000000000041}"',
  '"\\x41"',
  '"unfinished',
  '"\0"',
  '"""\0"""',
  '"""block \\""" of \n   several\r\n\tlines"""',
  '"""unfinished',
  '""""""',
];
const others = [
  'null',
  'NULL',
  'true',
  'undefined',
  'NaN',
  '$none',
  '{}',
  '[]',
  '[[[]]]',
  '{a: {a: {a: 1}}}',
  '@x',
  '...',
];

/** A value as it is written in a document: mostly right, and at times as nobody should write it. */
export function literal(choose: Chooser, value: unknown, type: GraphQLInputType | undefined): string {
  if (choose.oneIn(60)) return choose.from(others);
  const nullable = type && getNullableType(type);
  if (Array.isArray(value)) {
    const inner = isListType(nullable) ? nullable.ofType : undefined;
    return `[${value.map((item) => literal(choose, item, inner)).join(', ')}]`;
  }
  if (typeof value === 'object' && value !== null) return objectLiteral(choose, value, nullable);
  if (typeof value === 'number') return choose.oneIn(15) ? choose.from(numbers) : JSON.stringify(value);
  if (typeof value !== 'string') return JSON.stringify(value ?? null);
  if (isEnumType(nullable) && !choose.oneIn(20)) return value;
  if (choose.oneIn(15)) return choose.from(texts);
  return choose.oneIn(5) ? `"""${value.replaceAll('"""', '\\"""')}"""` : JSON.stringify(value);
}

function objectLiteral(choose: Chooser, value: object, type: GraphQLInputType | undefined): string {
  const fields = isInputObjectType(type) ? type.getFields() : {};
  const parts = Object.entries(value).map(
    ([name, item]) =>
      `${name}: ${literal(choose, item, Object.hasOwn(fields, name) ? fields[name]!.type : undefined)}`,
  );
  // One of them twice.
  if (parts.length > 0 && choose.oneIn(40)) parts.push(choose.from(parts));
  return `{${parts.join(', ')}}`;
}
