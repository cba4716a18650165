import { TopLevelError } from './errors.ts';

export const maximumPageSize = 100;

/** A place in a sorted list: the sort keys of one row, as text. */
export type Keyset = readonly (string | number | null)[];

export function encodeCursor(keyset: Keyset): string {
  return Buffer.from(JSON.stringify(keyset)).toString('base64url');
}

/** Reads a cursor of a list sorted by `length` keys. Whatever else it is given is refused, not guessed at. */
export function decodeCursor(cursor: string, length: number): Keyset {
  let keyset: unknown;
  try {
    keyset = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    keyset = undefined;
  }
  const valid =
    Array.isArray(keyset) &&
    keyset.length === length &&
    keyset.every((key) => key === null || typeof key === 'string' || typeof key === 'number');
  if (!valid) {
    throw new TopLevelError(
      'BAD_USER_INPUT',
      'The cursor in `after` is not one that this list has given out.',
    );
  }
  return keyset as Keyset;
}
