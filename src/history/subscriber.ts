import type { LogEvent } from './log.repository.ts';

/** Events that wait for one subscriber in memory. Past it they are left in the database, and read from there. */
export const queueLimit = 1_000;
/** Events that a subscriber is given at once: those that have gathered, but no more than a slow reader can take in time. */
export const togetherLimit = 20;
/** A subscriber that was given an event and has not asked for the next one after this is cut off. */
export const stallLimitMs = 10_000;

/** What one subscription wants, and how it is told that its reader has stopped reading. */
export interface SubscriberOptions {
  readonly wanted: (event: LogEvent) => boolean;
  readonly onTooSlow: () => void;
}

/** The bounded queue between the reader of the log and one subscription. */
export class Subscriber {
  private queue: LogEvent[] = [];
  private ended = false;
  private givenAt: number | undefined;
  private notify: () => void = () => {};

  constructor(
    readonly options: SubscriberOptions,
    /** What it is to have next is only in the database. */
    private behind: boolean,
  ) {}

  get isEnded(): boolean {
    return this.ended;
  }

  get isStalled(): boolean {
    return this.givenAt !== undefined && performance.now() - this.givenAt > stallLimitMs;
  }

  push(event: LogEvent): void {
    if (this.ended || this.behind || !this.options.wanted(event)) return;
    if (this.queue.length < queueLimit) this.queue.push(event);
    else this.fallBehind();
    this.notify();
  }

  /** What is not in the queue is in the database, and is read from there before the queue is used again. */
  fallBehind(): void {
    this.queue = [];
    this.behind = true;
  }

  /** True when a page has to be read first. What comes from now on, while it is read, is queued. */
  catchUp(): boolean {
    const { behind } = this;
    this.behind = false;
    return behind;
  }

  end(): void {
    this.ended = true;
    this.queue = [];
    this.notify();
  }

  /** The next events of the queue, as many as go together; none when it is over or has to catch up. */
  async next(): Promise<readonly LogEvent[]> {
    while (!this.ended && !this.behind) {
      if (this.queue.length > 0) return this.queue.splice(0, togetherLimit);
      await new Promise<void>((resolve) => {
        this.notify = resolve;
      });
    }
    return [];
  }

  /** Between events and the question for the next one lies the time that its reader takes. */
  async timed<Result>(next: () => Promise<Result>): Promise<Result> {
    this.givenAt = undefined;
    const result = await next();
    this.givenAt = performance.now();
    return result;
  }
}
