import { createHmac, timingSafeEqual } from 'node:crypto';
import { TopLevelError } from '../shared/errors.ts';

/** A place in the log: everything up to and including it has been seen. */
export interface LogPlace {
  readonly transactionId: bigint;
  readonly position: bigint;
}

export function isAfter(left: LogPlace, right: LogPlace): boolean {
  if (left.transactionId !== right.transactionId) return left.transactionId > right.transactionId;
  return left.position > right.position;
}

/**
 * Cursors of one log. They are signed with the log's identity: a cursor of another database, or of this one
 * before it was restored (whose transaction ids mean something else), is recognised and answered with
 * "resync" instead of with events from a wrong place.
 */
export class LogCursors {
  constructor(private readonly identity: string) {}

  encode(place: LogPlace): string {
    const text = `${place.transactionId}.${place.position}`;
    return Buffer.from(`${text}.${this.sign(text)}`).toString('base64url');
  }

  decode(cursor: string): LogPlace {
    const parts = /^((\d{1,19})\.(\d{1,18}))\.([\w-]{22})$/.exec(Buffer.from(cursor, 'base64url').toString());
    if (!parts) {
      throw new TopLevelError(
        'BAD_USER_INPUT',
        'The cursor in `after` is not one that this API has given out.',
      );
    }
    const [, text, transactionId, position, signature] = parts as unknown as [
      string,
      string,
      string,
      string,
      string,
    ];
    if (!timingSafeEqual(Buffer.from(signature), Buffer.from(this.sign(text)))) throw resyncRequired();
    return { transactionId: BigInt(transactionId), position: BigInt(position) };
  }

  private sign(text: string): string {
    return createHmac('sha256', this.identity).update(text).digest('base64url').slice(0, 22);
  }
}

export function resyncRequired(): TopLevelError {
  return new TopLevelError(
    'RESYNC_REQUIRED',
    'The cursor in `after` belongs to another event log. Load the present state with a query, then subscribe without `after`.',
  );
}
