import type { Database } from '../db/driver/database.ts';
import { isAfter, LogCursors, resyncRequired, type LogPlace } from './log-place.ts';
import { readHead, readLog, readLogIdentity, type LogEvent } from './log.repository.ts';

const channel = 'order_history';
/** The floor below all wake-ups: whatever is lost, the log is read this often. */
const pollIntervalMs = 1_000;
/** Wake-ups of a busy server are gathered into one NOTIFY this often. */
const wakeUpIntervalMs = 5;
const batchSize = 500;
/** Events that wait for one subscriber. Past it the subscriber is cut off and resumes from its cursor. */
const queueLimit = 1_000;

/** Ends a subscription whose reader does not keep up; its socket is closed so that it can resume. */
export class SlowSubscriberError extends Error {
  constructor() {
    super(`More than ${queueLimit} events are waiting for this subscriber.`);
  }
}

interface Logger {
  error(details: object, message: string): void;
}

/**
 * The live end of the history: one reader a process, any number of subscribers. What a subscriber gets is
 * exactly what the database holds after its cursor, in the order of the log.
 */
export class EventLog {
  private readonly subscribers = new Set<Subscriber>();
  private readonly stopped = new AbortController();
  private wake: () => void = () => {};
  private wakeUpTimer: NodeJS.Timeout | undefined;
  private listener: { close(): Promise<void> } | undefined;
  private reading: Promise<void> = Promise.resolve();

  private constructor(
    private readonly database: Database,
    private readonly logger: Logger,
    readonly cursors: LogCursors,
    private head: LogPlace,
  ) {}

  static async open(database: Database, logger: Logger): Promise<EventLog> {
    const cursors = new LogCursors(await readLogIdentity(database.read));
    const log = new EventLog(database, logger, cursors, await readHead(database.read));
    log.listener = database.listen(channel, { onNotification: () => log.wake(), onReady: () => log.wake() });
    log.reading = log.readForEver();
    return log;
  }

  /**
   * After a commit that wrote history. One timer for the process sends at most one NOTIFY every few
   * milliseconds, outside every transaction: a NOTIFY inside one takes a lock over all commits.
   */
  wakeListeners(): void {
    this.wakeUpTimer ??= setTimeout(() => {
      this.wakeUpTimer = undefined;
      this.wake();
      // A wake-up that is lost costs a second at most: readers poll.
      this.database.notify(channel).catch(() => {});
    }, wakeUpIntervalMs);
  }

  /**
   * The events that `wanted` lets through: everything after the cursor and then whatever happens, or, without a
   * cursor, whatever happens from now on.
   */
  subscribe(after: string | null, wanted: (event: LogEvent) => boolean): AsyncIterableIterator<LogEvent> {
    const start = after === null ? null : this.cursors.decode(after);
    const subscriber = new Subscriber();
    const events = this.follow(start, subscriber, wanted);
    return {
      next: () => events.next(),
      // A generator that waits for its next event does not see `return`; the subscriber does.
      return: async () => {
        subscriber.stop();
        return events.return(undefined);
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  private async *follow(
    start: LogPlace | null,
    subscriber: Subscriber,
    wanted: (event: LogEvent) => boolean,
  ): AsyncGenerator<LogEvent, undefined> {
    let last = start ?? this.head;
    // Registered before the first read: what is committed meanwhile is in the queue or in the pages, or in both.
    this.subscribers.add(subscriber);
    try {
      if (start) {
        if (isAfter(start, await readHead(this.database.read))) throw resyncRequired();
        for await (const event of this.catchUp(start, subscriber)) {
          last = event.place;
          if (wanted(event)) yield event;
        }
      }
      subscriber.goLive();
      for (;;) {
        const event = await subscriber.next();
        if (event === undefined) return undefined;
        if (!isAfter(event.place, last)) continue;
        last = event.place;
        if (wanted(event)) yield event;
      }
    } finally {
      this.subscribers.delete(subscriber);
    }
  }

  /** Pages from the database until there is no more, and nothing was dropped from the queue meanwhile. */
  private async *catchUp(after: LogPlace, subscriber: Subscriber): AsyncGenerator<LogEvent> {
    let last = after;
    let more = true;
    while (more && !subscriber.stopped) {
      subscriber.dropped = false;
      const page = await readLog(this.database.read, last, batchSize);
      for (const event of page) {
        last = event.place;
        yield event;
      }
      more = page.length === batchSize || subscriber.dropped;
    }
  }

  private async readForEver(): Promise<void> {
    while (!this.stopped.signal.aborted) {
      const woken = this.nextWakeUp();
      try {
        const events = await readLog(this.database.read, this.head, batchSize);
        for (const event of events) {
          this.head = event.place;
          for (const subscriber of this.subscribers) subscriber.push(event);
        }
        if (events.length === batchSize) continue;
      } catch (error) {
        this.logger.error(
          { error: (error as Error).message },
          'the event log could not be read; it is tried again',
        );
      }
      await woken;
    }
  }

  private nextWakeUp(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, pollIntervalMs);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async close(): Promise<void> {
    clearTimeout(this.wakeUpTimer);
    this.stopped.abort();
    this.wake();
    for (const subscriber of this.subscribers) subscriber.stop();
    await this.listener?.close();
    await this.reading;
  }
}

/** The bounded queue between the reader and one subscription. */
class Subscriber {
  stopped = false;
  /** Set when events were dropped while the subscriber still read old ones from the database. */
  dropped = false;
  private queue: LogEvent[] = [];
  private live = false;
  private tooSlow = false;
  private notify: () => void = () => {};

  goLive(): void {
    this.live = true;
  }

  push(event: LogEvent): void {
    if (this.queue.length < queueLimit) this.queue.push(event);
    else if (this.live) this.tooSlow = true;
    else {
      this.queue = [];
      this.dropped = true;
    }
    this.notify();
  }

  stop(): void {
    this.stopped = true;
    this.notify();
  }

  /** The next event; undefined when there will be none. */
  async next(): Promise<LogEvent | undefined> {
    while (!this.stopped) {
      if (this.tooSlow) throw new SlowSubscriberError();
      const event = this.queue.shift();
      if (event) return event;
      await new Promise<void>((resolve) => {
        this.notify = resolve;
      });
    }
    return undefined;
  }
}
