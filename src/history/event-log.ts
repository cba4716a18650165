import type { Database } from '../db/driver/database.ts';
import { withoutStatement } from '../db/pg-errors.ts';
import { readLogBeginning } from './log-beginning.repository.ts';
import { readLogLag, type LogLag } from './log-lag.repository.ts';
import {
  beginning,
  isAfter,
  LogCursors,
  resyncRequired,
  type LogCursor,
  type LogMark,
  type LogPlace,
} from './log-place.ts';
import { RecentEvents, recentEventsAtMost } from './recent-events.ts';
import {
  findEventId,
  hasRunningTransactions,
  readEventBack,
  readLog,
  readLogIdentity,
  type LogEvent,
} from './log.repository.ts';
import { Subscriber, togetherLimit, type SubscriberOptions } from './subscriber.ts';
import type { OpenWakeUps, WakeUps } from './wake-ups.ts';

/** The floor below all wake-ups: whatever is lost, the log is read this often. */
const pollIntervalMs = 1_000;
/** The first of the growing pauses while a running transaction may hold events back. */
const heldBackIntervalMs = 20;
/** Wake-ups of a busy server are gathered into one this often. */
const wakeUpIntervalMs = 5;
/** How often it is looked whether a subscriber has stopped reading. */
const stallCheckIntervalMs = 1_000;
const batchSize = 500;

interface Logger {
  error(details: object, message: string): void;
}

export interface EventLogStatistics {
  readonly subscribers: number;
  /** Events read from the database since the start. */
  readonly eventsRead: number;
  readonly failedReads: number;
  /** Subscribers that had stopped reading. */
  readonly cutOff: number;
}

/**
 * The live end of the history: one reader a process, any number of subscribers. What a subscriber gets is
 * exactly what the database holds after its cursor, in the order of the log.
 */
export class EventLog {
  private readonly subscribers = new Set<Subscriber>();
  private readonly stopped = new AbortController();
  private readonly counters = { eventsRead: 0, failedReads: 0, cutOff: 0 };
  private wake: () => void = () => {};
  private wakeUpTimer: NodeJS.Timeout | undefined;
  private stallTimer: NodeJS.Timeout | undefined;
  private wakeUps: WakeUps | undefined;
  private reading: Promise<void> = Promise.resolve();

  private constructor(
    private readonly database: Database,
    private readonly logger: Logger,
    readonly cursors: LogCursors,
    private readonly recent: RecentEvents,
  ) {}

  static async open(database: Database, logger: Logger, openWakeUps: OpenWakeUps): Promise<EventLog> {
    const cursors = new LogCursors(await readLogIdentity(database.read));
    // An event, and not the transaction id that comes next: that one is given out once more when PostgreSQL crashes
    // before it has written anything of it, and what it then writes would lie before where we began.
    const start = (await readEventBack(database.read, recentEventsAtMost)) ?? beginning;
    const log = new EventLog(database, logger, cursors, new RecentEvents(start));
    // What has happened before is for those who resume; nobody is subscribed yet.
    while (await log.readOnce());
    log.wakeUps = openWakeUps(() => log.wake());
    log.reading = log.readForEver();
    log.stallTimer = setInterval(() => log.cutOffStalled(), stallCheckIntervalMs);
    return log;
  }

  /** The last event that this process has read. What is loaded after asking for it knows of all events up to it. */
  get end(): LogMark {
    return this.recent.last;
  }

  statistics(): EventLogStatistics {
    return { subscribers: this.subscribers.size, ...this.counters };
  }

  /** How far the reader is behind what is committed, asked of the database. */
  lag(): Promise<LogLag> {
    return readLogLag(this.database.read, this.recent.last.place);
  }

  /**
   * After a commit that wrote history. One timer for the process sends at most one wake-up every few milliseconds,
   * outside every transaction: a NOTIFY inside one takes a lock over all commits.
   */
  wakeListeners(): void {
    this.wakeUpTimer ??= setTimeout(() => {
      this.wakeUpTimer = undefined;
      this.wake();
      // One that is lost costs a second at most: readers poll.
      this.wakeUps?.send();
    }, wakeUpIntervalMs);
  }

  /**
   * The events that are wanted: everything after the cursor and then whatever happens, or, without a cursor,
   * whatever happens from now on. A cursor that cannot be resumed from is refused before anything starts.
   */
  async subscribe(
    after: string | null,
    options: SubscriberOptions,
  ): Promise<AsyncIterableIterator<readonly LogEvent[]>> {
    const cursor = after === null ? null : this.cursors.decode(after);
    const isRecent = cursor === null || this.recent.holds(cursor, this.cursors);
    const start = cursor?.place ?? this.recent.last.place;
    if (!isRecent) await this.requireHeld(cursor);
    const subscriber = new Subscriber(options, !isRecent);
    // Registered before the first page is read: what is committed meanwhile is queued, or in the pages, or both.
    if (isRecent) for (const event of this.recent.after(start)) subscriber.push(event);
    if (this.stopped.signal.aborted) subscriber.end();
    else this.subscribers.add(subscriber);
    const events = this.follow(start, subscriber);
    const end = async (): Promise<IteratorResult<readonly LogEvent[]>> => {
      // Not left to the generator: while it waits for an event, or has not been started, it does not see it.
      subscriber.end();
      this.subscribers.delete(subscriber);
      return events.return(undefined);
    };
    const iterator: AsyncIterableIterator<readonly LogEvent[]> = {
      next: () => subscriber.timed(() => events.next()),
      return: end,
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  /**
   * Only an event that this log still holds can be resumed from. Whatever else a cursor names is of another
   * log, of a part that has been archived, or of one that a restored backup does not have.
   */
  private async requireHeld(cursor: LogCursor): Promise<void> {
    await this.requireNotArchived(cursor.place);
    if (this.cursors.isOf(cursor, beginning.id)) return;
    const eventId = await findEventId(this.database.read, cursor.place);
    if (eventId === undefined || !this.cursors.isOf(cursor, eventId)) throw resyncRequired();
  }

  /** Months leave the log one by one, and an import may have written old ones late: what follows a place may be gone. */
  private async requireNotArchived(place: LogPlace): Promise<void> {
    if (isAfter(await readLogBeginning(this.database.read), place)) throw resyncRequired();
  }

  /** Pages from the database while the subscriber is behind, then its queue, and so on. */
  private async *follow(
    start: LogPlace,
    subscriber: Subscriber,
  ): AsyncGenerator<readonly LogEvent[], undefined> {
    let last = start;
    while (!subscriber.isEnded) {
      if (subscriber.catchUp()) {
        const page = await readLog(this.database.read, last, batchSize);
        // Asked afterwards: a month that has left the log before the page was read is known by now.
        await this.requireNotArchived(last);
        last = page.at(-1)?.place ?? last;
        const wanted = page.filter((event) => subscriber.options.wanted(event));
        for (let first = 0; first < wanted.length; first += togetherLimit) {
          yield wanted.slice(first, first + togetherLimit);
        }
        if (page.length === batchSize) subscriber.fallBehind();
        continue;
      }
      const place = last;
      const events = (await subscriber.next()).filter((event) => isAfter(event.place, place));
      last = events.at(-1)?.place ?? last;
      if (events.length > 0) yield events;
    }
    return undefined;
  }

  /** Whoever waits for a socket that nobody reads asks for nothing, so it has to be looked for. */
  private cutOffStalled(): void {
    for (const subscriber of this.subscribers) {
      if (!subscriber.isStalled) continue;
      subscriber.end();
      this.subscribers.delete(subscriber);
      this.counters.cutOff += 1;
      subscriber.options.onTooSlow();
    }
  }

  private async readForEver(): Promise<void> {
    let pauseMs = pollIntervalMs;
    while (!this.stopped.signal.aborted) {
      const woken = this.nextWakeUp();
      try {
        // Asked before the log is read: an event that such a transaction holds back is missing from the page,
        // and if that transaction rolls back, nobody wakes us.
        const heldBack = await hasRunningTransactions(this.database.read);
        if (await this.readOnce()) continue;
        pauseMs = heldBack ? Math.min(pauseMs * 2, pollIntervalMs) : pollIntervalMs;
      } catch (error) {
        this.counters.failedReads += 1;
        pauseMs = pollIntervalMs;
        const cause = withoutStatement(error);
        const message = cause instanceof Error ? cause.message : 'unknown';
        this.logger.error({ error: message }, 'the event log could not be read; it is tried again');
      }
      if (await woken(pauseMs)) pauseMs = heldBackIntervalMs / 2;
    }
  }

  /** Hands the next events to the subscribers; true when there may be more of them. */
  private async readOnce(): Promise<boolean> {
    const events = await readLog(this.database.read, this.recent.last.place, batchSize);
    for (const event of events) {
      this.recent.push(event);
      for (const subscriber of this.subscribers) subscriber.push(event);
    }
    this.counters.eventsRead += events.length;
    return events.length === batchSize;
  }

  /** From now on a wake-up counts; the function waits for it, or for so long, and tells which it was. */
  private nextWakeUp(): (limitMs: number) => Promise<boolean> {
    let isAwake = false;
    let awake = (): void => {};
    this.wake = () => {
      isAwake = true;
      awake();
    };
    return async (limitMs) => {
      if (isAwake) return true;
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        awake = resolve;
        timer = setTimeout(resolve, limitMs);
      });
      clearTimeout(timer);
      return isAwake;
    };
  }

  async close(): Promise<void> {
    clearTimeout(this.wakeUpTimer);
    clearInterval(this.stallTimer);
    this.stopped.abort();
    this.wake();
    for (const subscriber of this.subscribers) subscriber.end();
    this.subscribers.clear();
    await this.wakeUps?.close();
    await this.reading;
  }
}
