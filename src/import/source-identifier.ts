import { createHash } from 'node:crypto';
import { v7 } from 'uuid';

/**
 * A UUIDv7 of the source's time whose random part is made from the row's key in the source. The same row gets
 * the same identifier in every run, which is one more reason why nothing can be doubled.
 */
export function sourceIdentifier(at: string, key: string): string {
  const random = createHash('sha256').update(key).digest().subarray(0, 16);
  return v7({ msecs: Date.parse(at), random });
}
