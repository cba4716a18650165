import { createHmac, timingSafeEqual } from 'node:crypto';
import { TopLevelError } from '../shared/errors.ts';

/** A place in the log: everything up to and including it has been seen. */
export interface LogPlace {
  readonly transactionId: bigint;
  readonly position: bigint;
}

/** What a cursor names: an event of the log, or the place before the first one. */
export interface LogMark {
  readonly id: string;
  readonly place: LogPlace;
}

/** Before the first event. */
export const beginning: LogMark = { id: 'beginning', place: { transactionId: 0n, position: 0n } };

export function isAfter(left: LogPlace, right: LogPlace): boolean {
  if (left.transactionId !== right.transactionId) return left.transactionId > right.transactionId;
  return left.position > right.position;
}

/** A cursor as a client sends it: well formed, and not yet known to be of this log. */
export interface LogCursor {
  readonly place: LogPlace;
  readonly signature: string;
}

const cursorForm = /^(\d{1,19})\.(\d{1,18})\.([\w-]{22})$/;

/**
 * Cursors of one log. They are signed with the log's identity and with the event that they stand for: a cursor
 * of another database, or of this one before a backup of it was restored (whose transaction ids are given out
 * again), is recognised and answered with "resync" instead of with events from a wrong place.
 */
export class LogCursors {
  constructor(private readonly identity: string) {}

  encode(event: LogMark): string {
    const text = placeText(event.place);
    return Buffer.from(`${text}.${this.sign(text, event.id)}`).toString('base64url');
  }

  decode(cursor: string): LogCursor {
    const parts = cursorForm.exec(Buffer.from(cursor, 'base64url').toString());
    if (!parts) {
      throw new TopLevelError(
        'BAD_USER_INPUT',
        'The cursor in `after` is not one that this API has given out.',
      );
    }
    const [, transactionId, position, signature] = parts as unknown as [string, string, string, string];
    return { place: { transactionId: BigInt(transactionId), position: BigInt(position) }, signature };
  }

  /** Whether the cursor stands for this event, which is the one at its place. */
  isOf(cursor: LogCursor, eventId: string): boolean {
    const expected = Buffer.from(this.sign(placeText(cursor.place), eventId));
    const actual = Buffer.from(cursor.signature);
    return actual.length === expected.length && timingSafeEqual(actual, expected);
  }

  private sign(text: string, eventId: string): string {
    return createHmac('sha256', this.identity).update(`${text}.${eventId}`).digest('base64url').slice(0, 22);
  }
}

function placeText({ transactionId, position }: LogPlace): string {
  return `${transactionId}.${position}`;
}

export function resyncRequired(): TopLevelError {
  return new TopLevelError(
    'RESYNC_REQUIRED',
    'The cursor in `after` belongs to another event log, or to a part of it that is no longer kept. Load the present state with a query, then subscribe without `after`.',
  );
}
