import { isEnumType, type GraphQLLeafType } from 'graphql';

/** Turns what a resolver gave into what the answer says. It throws where the value is not one of the type. */
export type LeafValue = (value: unknown) => unknown;

/** What a field may hold. */
export interface Holding {
  readonly isNullable: boolean;
  readonly isList: boolean;
  readonly isItemNullable: boolean;
}

/**
 * JavaScript that is true of the usual values of a type, which are in the answer as they are. Whatever else comes goes
 * through the type's own `serialize`.
 */
const usual: Readonly<Record<string, string>> = {
  String: `typeof value === 'string'`,
  ID: `typeof value === 'string'`,
  DateTime: `typeof value === 'string'`,
  Boolean: `value === true || value === false`,
  Int: `typeof value === 'number' && (value | 0) === value`,
  SafeInt: `Number.isSafeInteger(value)`,
};

export function usualValue(type: GraphQLLeafType, { isList }: Holding): string | undefined {
  return !isList && Object.hasOwn(usual, type.name) ? usual[type.name] : undefined;
}

export function nothing(isNullable: boolean): null {
  if (!isNullable) throw new TypeError('A resolver gave nothing where there has to be something.');
  return null;
}

export function leafValue(type: GraphQLLeafType, { isNullable, isList, isItemNullable }: Holding): LeafValue {
  const present = presentValue(type);
  const orNull =
    (valueOf: LeafValue, mayBeNull: boolean): LeafValue =>
    (value) =>
      value === null || value === undefined ? nothing(mayBeNull) : valueOf(value);
  if (!isList) return orNull(present, isNullable);
  const item = orNull(present, isItemNullable);
  return orNull((values) => {
    if (!Array.isArray(values)) throw new TypeError('A resolver gave something that is no list.');
    // Not `map`, which would leave holes.
    return Array.from(values, item);
  }, isNullable);
}

function presentValue(type: GraphQLLeafType): LeafValue {
  const serialized: LeafValue = (value) => {
    if (typeof value === 'function' || value instanceof Error || value instanceof Promise) {
      throw new TypeError('A resolver gave no value.');
    }
    const leaf: unknown = type.serialize(value);
    if (leaf !== null && leaf !== undefined) return leaf;
    throw new TypeError(`${type.name} has no value for what a resolver gave.`);
  };
  if (!isEnumType(type)) return serialized;
  const names = new Map(type.getValues().map(({ value, name }) => [value as unknown, name]));
  return (value) => names.get(value) ?? serialized(value);
}
