import { TopLevelError } from './errors.ts';

export const maximumPageSize = 100;

/** A place in a sorted list: the sort keys of one row. */
export type Keyset = readonly (string | number | null)[];

/** What a cursor says first: which list, sorted by what. */
export interface ListOrder {
  /** Unique among lists and their sorts, such as `orders total asc, id asc`. */
  readonly name: string;
  readonly keys: readonly { readonly type: string; readonly nullable?: boolean }[];
}

const isText = (value: unknown): value is string => typeof value === 'string' && !value.includes('\0');

/** What a key of this PostgreSQL type can be, so that the database never has to refuse one. */
const forms: Readonly<Record<string, (value: unknown) => boolean>> = {
  text: isText,
  uuid: (value) => isText(value) && /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(value),
  integer: (value) => Number.isInteger(value) && Math.abs(value as number) < 2 ** 31,
  bigint: (value) => Number.isSafeInteger(value),
  timestamptz: (value) =>
    isText(value) &&
    /^[1-9]\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/.test(value) &&
    new Date(value).toJSON()?.slice(0, 19) === value.slice(0, 19),
  order_priority: (value) => ['low', 'normal', 'high', 'urgent'].includes(value as string),
};

export function encodeCursor(list: ListOrder, keyset: Keyset): string {
  return Buffer.from(JSON.stringify([list.name, ...keyset])).toString('base64url');
}

/**
 * Reads a cursor of this list in this order. Whatever else it is given is refused, not guessed at: the cursor of
 * another sort would otherwise give a page that looks right.
 */
export function decodeCursor(cursor: string, list: ListOrder): Keyset {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    parts = undefined;
  }
  const [name, ...keyset] = Array.isArray(parts) ? (parts as unknown[]) : [];
  const valid =
    name === list.name &&
    keyset.length === list.keys.length &&
    list.keys.every(({ type, nullable }, index) => {
      const value = keyset[index];
      return value === null ? nullable === true : (forms[type]?.(value) ?? false);
    });
  if (!valid) {
    throw new TopLevelError(
      'BAD_USER_INPUT',
      'The cursor in `after` is not one that this list, in this order, has given out.',
    );
  }
  return keyset as Keyset;
}
