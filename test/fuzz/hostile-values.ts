import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  type GraphQLInputType,
} from 'graphql';
import type { Chooser } from '../graphql/random-query.ts';

/** Values that exist, so that an operation gets past the first question that it asks. */
export interface ExistingValues {
  readonly ids: readonly string[];
  /** By the name of the field or argument. */
  readonly byName: Readonly<Record<string, readonly unknown[]>>;
}

const half = 'half of a pair: \ud83d';
const texts: readonly unknown[] = [
  '',
  ' ',
  '\0',
  half,
  '\u202Etxet',
  'Ω≈ç√∫˜µ≤≥÷ 田中さん 🏴‍☠️',
  'x'.repeat(300),
  'x'.repeat(20_000),
  "'; drop table orders; --",
  '" or 1=1 --',
  '$1 ${7*7} {{7*7}} %s %n',
  '%',
  '_',
  '\\',
  '{"a":1}',
  '<script>alert(1)</script>',
  '../../../etc/passwd',
  'null',
  'NaN',
  'true',
  'a,b;c|d\t\r\n',
  '=1+1',
];
const numbers: readonly unknown[] = [
  0,
  -0,
  1,
  2,
  -1,
  0.5,
  100,
  101,
  2 ** 31 - 1,
  2 ** 31,
  -(2 ** 31) - 1,
  Number.MAX_SAFE_INTEGER,
  2 ** 53,
  1e308,
  '1',
];
const moments: readonly unknown[] = [
  '2026-11-23T10:00:00Z',
  '2030-01-01T00:00:00.123456+14:00',
  '0000-00-00T00:00:00Z',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59Z',
  '+275760-09-13T00:00:00Z',
  '-000001-01-01T00:00:00Z',
  '2026-02-30T00:00:00Z',
  '2026-01-01',
  '1900-01-01',
  '9999-12-31',
  '10000-01-01',
  '275760-09-13',
  '0000-01-01',
  '0001-01-01T00:00:00+23:59',
  '2026-12-31T23:59:60Z',
  '2026-11-23T24:00:00Z',
  '2026-11-23T10:00:00.999999999999Z',
  'infinity',
  '-infinity',
  'epoch',
  'now()',
  1_700_000_000,
];
const wrong: readonly unknown[] = [null, 0, '', [], {}, true, [[]], [null], { a: { b: [{}] } }];

/** Deep, wide, and with names that JavaScript has a meaning for. */
function document(choose: Chooser): unknown {
  let value: unknown = choose.from([1, 'x', half, '\0', null, 1e308]);
  const depth = choose.from([0, 1, 3, 60, 200]);
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? { [`k${level}`]: value } : [value];
  if (choose.oneIn(4)) value = Array.from({ length: choose.from([1, 1_000, 30_000]) }, (_, index) => index);
  const names = choose.oneIn(3)
    ? '"a": 1'
    : '"__proto__": {"isAdmin": true}, "constructor": {"prototype": 1}';
  return JSON.parse(`{${names}, "toString": 1, "value": ${JSON.stringify(value)}}`);
}

/** A value that may be anything: what exists, what is at the edge, or what is not even of the type. */
export function hostileValue(
  choose: Chooser,
  existing: ExistingValues,
  type: GraphQLInputType,
  name: string,
  depth = 0,
): unknown {
  if (choose.oneIn(40)) return choose.from(wrong);
  if (isNonNullType(type)) return hostileValue(choose, existing, type.ofType, name, depth);
  if (isListType(type)) {
    const length = choose.from(depth > 1 ? [0, 1, 2] : [0, 1, 1, 1, 2, 2, 3, 130]);
    return Array.from({ length }, () => hostileValue(choose, existing, type.ofType, name, depth));
  }
  const named = getNamedType(type);
  if (isInputObjectType(named)) return inputObject(choose, existing, named, depth + 1);
  if (isEnumType(named)) return choose.oneIn(20) ? 'NO_SUCH_VALUE' : choose.from(named.getValues()).name;
  const known = existing.byName[name];
  if (known && !choose.oneIn(6)) return choose.from(known);
  return leaf(choose, existing, named.name);
}

function inputObject(
  choose: Chooser,
  existing: ExistingValues,
  type: Extract<GraphQLInputType, { getFields(): unknown }>,
  depth: number,
): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  for (const field of Object.values(type.getFields())) {
    const isRequired = isNonNullType(field.type) && field.defaultValue === undefined;
    // Filters hold filters: further down there are ever fewer.
    if (isRequired ? !choose.oneIn(40) : choose.oneIn(3 * depth)) {
      object[field.name] = hostileValue(choose, existing, field.type, field.name, depth);
    }
  }
  if (choose.oneIn(60)) object['noSuchField'] = 1;
  return object;
}

function leaf(choose: Chooser, { ids }: ExistingValues, type: string): unknown {
  switch (type) {
    case 'ID':
      return choose.oneIn(5)
        ? choose.from(['no-id', '00000000-0000-0000-0000-000000000000', ...texts])
        : choose.from(ids);
    case 'Boolean':
      return choose.oneIn(10) ? 'yes' : choose.oneIn(2);
    case 'Int':
    case 'Float':
    case 'SafeInt':
      return choose.oneIn(3) ? choose.from(numbers) : 1 + choose.below(3);
    case 'DateTime':
    case 'LocalDate':
      return choose.from(moments);
    case 'JSONObject':
      return document(choose);
    default:
      return choose.oneIn(4) ? `text ${choose.below(100)}` : choose.from(texts);
  }
}
