import { expect, test } from 'vitest';
import { beginning, LogCursors } from '../../src/history/log-place.ts';
import type { LogEvent } from '../../src/history/log.repository.ts';
import { RecentEvents, recentEventsAtMost } from '../../src/history/recent-events.ts';

const cursors = new LogCursors('a log');
/** Three events a transaction. */
const eventAt = (index: number): LogEvent =>
  ({
    id: `event-${index}`,
    place: { transactionId: BigInt(10 + Math.floor(index / 3)), position: BigInt(index) },
  }) as LogEvent;
const holds = (recent: RecentEvents, event: { id: string; place: LogEvent['place'] }): boolean =>
  recent.holds(cursors.decode(cursors.encode(event)), cursors);

test('hold the last events without a gap, and know which cursors are theirs', () => {
  const recent = new RecentEvents(beginning);
  expect(recent.last).toBe(beginning);
  expect(holds(recent, beginning)).toBe(true);
  const count = recentEventsAtMost * 2 + 10;
  const all = Array.from({ length: count }, (_, index) => eventAt(index));
  for (const event of all) recent.push(event);
  expect(recent.last).toBe(all.at(-1));

  const start = count - recentEventsAtMost - 10 - 1;
  expect(holds(recent, all[start - 1]!)).toBe(false);
  expect(holds(recent, beginning)).toBe(false);
  for (const index of [start, start + 1, count - 2, count - 1]) {
    expect(holds(recent, all[index]!)).toBe(true);
    expect(recent.after(all[index]!.place)).toEqual(all.slice(index + 1));
  }
});

test('a cursor with another event at the place, of another log or past the end is not theirs', () => {
  const recent = new RecentEvents(eventAt(0));
  for (let index = 1; index < 10; index += 1) recent.push(eventAt(index));
  expect(holds(recent, { ...eventAt(5), id: 'another' })).toBe(false);
  expect(holds(recent, eventAt(10))).toBe(false);
  const foreign = new LogCursors('another log');
  expect(recent.holds(foreign.decode(foreign.encode(eventAt(5))), cursors)).toBe(false);
  expect(recent.holds(cursors.decode(cursors.encode(eventAt(5))), cursors)).toBe(true);
});
