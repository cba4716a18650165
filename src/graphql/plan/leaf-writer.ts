import { isEnumType, type GraphQLLeafType } from 'graphql';

/** Writes a value as JSON. It throws where the value is not one of the type. */
export type LeafWriter = (value: unknown) => string;

/** What JSON has to escape. */
// oxlint-disable-next-line no-control-regex -- It is what is looked for.
const escaped = /["\\\u0000-\u001f\ud800-\udfff]/;

export function text(value: string): string {
  return value.length < 100 && !escaped.test(value) ? `"${value}"` : JSON.stringify(value);
}

const largestInt = 2 ** 31 - 1;
const smallestInt = -(2 ** 31);

/** The values that rows have, each by the shortest way; whatever else comes goes through the type's own `serialize`. */
const shortWays: Readonly<Record<string, (value: unknown) => string | undefined>> = {
  String: (value) => (typeof value === 'string' ? text(value) : undefined),
  ID: (value) => (typeof value === 'string' ? text(value) : undefined),
  DateTime: (value) => (typeof value === 'string' ? text(value) : undefined),
  Boolean: (value) => (typeof value === 'boolean' ? String(value) : undefined),
  Int: (value) =>
    Number.isInteger(value) && (value as number) >= smallestInt && (value as number) <= largestInt
      ? String(value)
      : undefined,
  SafeInt: (value) => (Number.isSafeInteger(value) ? String(value) : undefined),
};

/** Writes what is not null. */
function presentWriter(type: GraphQLLeafType): LeafWriter {
  const anyWay: LeafWriter = (value) => {
    if (typeof value === 'function' || value instanceof Error || value instanceof Promise) {
      throw new TypeError('A resolver gave no value.');
    }
    const serialized: unknown = type.serialize(value);
    // Undefined for what JSON has no word for, such as a symbol.
    const written = JSON.stringify(serialized) as string | undefined;
    if (serialized === null || written === undefined) {
      throw new TypeError(`${type.name} has no value for what a resolver gave.`);
    }
    return written;
  };
  if (isEnumType(type)) {
    const names = new Map(type.getValues().map(({ value, name }) => [value as unknown, `"${name}"`]));
    return (value) => names.get(value) ?? anyWay(value);
  }
  const shortWay = Object.hasOwn(shortWays, type.name) ? shortWays[type.name] : undefined;
  return shortWay ? (value) => shortWay(value) ?? anyWay(value) : anyWay;
}

export function nothing(isNullable: boolean): string {
  if (!isNullable) throw new TypeError('A resolver gave nothing where there has to be something.');
  return 'null';
}

/** What a field of leaves may hold. */
export interface LeafShape {
  readonly isNullable: boolean;
  readonly isList: boolean;
  readonly isItemNullable: boolean;
}

export function leafWriter(
  type: GraphQLLeafType,
  { isNullable, isList, isItemNullable }: LeafShape,
): LeafWriter {
  const present = presentWriter(type);
  const orNull =
    (write: LeafWriter, mayBeNull: boolean): LeafWriter =>
    (value) =>
      value === null || value === undefined ? nothing(mayBeNull) : write(value);
  if (!isList) return orNull(present, isNullable);
  const item = orNull(present, isItemNullable);
  return orNull((values) => {
    if (!Array.isArray(values)) throw new TypeError('A resolver gave something that is no list.');
    return `[${values.map(item).join(',')}]`;
  }, isNullable);
}
