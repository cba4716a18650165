import { makePgArray } from 'drizzle-orm/pg-core';
import type postgres from 'postgres';

type Conversions = Record<number, (value: unknown) => unknown>;

/** date, time, timestamp, timestamptz and interval with their arrays, and numeric arrays: as Drizzle has them. */
const keptAsText = [1082, 1083, 1114, 1184, 1182, 1185, 1115, 1231];
const jsonTypes = [114, 3802];
/** text[] and varchar[]. */
const textArrays = [1009, 1015];

/**
 * Values pass as PostgreSQL writes them. A JavaScript Date would lose the microseconds, and Drizzle's columns parse
 * JSON themselves: parsed twice, the string "1" would become a number.
 */
export function makeTransparent(options: object): void {
  const { parsers, serializers } = options as { parsers: Conversions; serializers: Conversions };
  for (const type of [...keptAsText, ...jsonTypes]) {
    parsers[type] = identity;
    serializers[type] = identity;
  }
  for (const type of textArrays) parsers[type] = parseTextArray;
}

/** Lists go as PostgreSQL's array text, so that `= any($1::uuid[])` takes a list of any length in one statement. */
export function toParameter(value: unknown): postgres.ParameterOrJSON<never> {
  if (value === undefined) throw new TypeError('A statement was given an undefined value.');
  if (Array.isArray(value)) return makePgArray(value);
  if (value instanceof Date) return value.toISOString();
  return value as postgres.ParameterOrJSON<never>;
}

function identity(value: unknown): unknown {
  return value;
}

/** Drizzle parses arrays that come as text, but loses the backslashes in them. Lists of lists are left to it. */
function parseTextArray(value: unknown): unknown {
  const text = String(value);
  if (!/^\{(?!\{)/.test(text)) return text;
  const elements = text.slice(1, -1).matchAll(/"((?:[^"\\]|\\.)*)"|[^",]+/gs);
  return Array.from(elements, ([element, quoted]) => {
    if (quoted === undefined) return element === 'NULL' ? null : element;
    return quoted.replace(/\\(.)/gs, '$1');
  });
}
