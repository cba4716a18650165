import { isAfter, type LogCursor, type LogCursors, type LogMark, type LogPlace } from './log-place.ts';
import type { LogEvent } from './log.repository.ts';

/** Events that are held in memory, so that many who resume at once ask the database for nothing. */
export const recentEventsAtMost = 2_000;

/** The last events of the log, without a gap, and where they begin. */
export class RecentEvents {
  private events: LogEvent[] = [];

  constructor(private start: LogMark) {}

  /** The last of them; where they begin, as long as there is none. */
  get last(): LogMark {
    return this.events.at(-1) ?? this.start;
  }

  push(event: LogEvent): void {
    this.events.push(event);
    // Seldom, and many at once.
    if (this.events.length < recentEventsAtMost * 2) return;
    const dropped = this.events.splice(0, this.events.length - recentEventsAtMost);
    this.start = dropped.at(-1)!;
  }

  /** Whether a cursor stands for one of them, or for where they begin. */
  holds(cursor: LogCursor, cursors: LogCursors): boolean {
    const mark = this.markAt(cursor.place);
    return mark !== undefined && cursors.isOf(cursor, mark.id);
  }

  /** Those after a place that is one of theirs. */
  after(place: LogPlace): readonly LogEvent[] {
    return this.events.slice(this.countUpTo(place));
  }

  private markAt(place: LogPlace): LogMark | undefined {
    const count = this.countUpTo(place);
    const mark = count === 0 ? this.start : this.events[count - 1]!;
    return isAfter(place, mark.place) || isAfter(mark.place, place) ? undefined : mark;
  }

  /** How many of them lie at the place or before it. */
  private countUpTo(place: LogPlace): number {
    let [from, to] = [0, this.events.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (isAfter(this.events[middle]!.place, place)) to = middle;
      else from = middle + 1;
    }
    return from;
  }
}
