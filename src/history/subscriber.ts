import type { LogEvent } from './log.repository.ts';

/** Events that wait for one subscriber. Past it the subscriber is cut off and resumes from its cursor. */
export const queueLimit = 1_000;

/** What one subscription wants, and how it is told that it does not keep up. */
export interface SubscriberOptions {
  readonly wanted: (event: LogEvent) => boolean;
  /** Called once, at the moment of the overflow: whoever waits for a stalled socket asks for nothing more. */
  readonly onTooSlow: () => void;
}

/** The bounded queue between the reader of the log and one subscription. */
export class Subscriber {
  private queue: LogEvent[] = [];
  private ended = false;
  private live = false;
  /** Events were dropped while the subscriber still read old ones; they are in the database. */
  private dropped = false;
  private notify: () => void = () => {};

  constructor(readonly options: SubscriberOptions) {}

  get isEnded(): boolean {
    return this.ended;
  }

  push(event: LogEvent): void {
    if (this.ended || !this.options.wanted(event)) return;
    if (this.queue.length < queueLimit) this.queue.push(event);
    else if (this.live) return this.cutOff();
    else {
      this.queue = [];
      this.dropped = true;
    }
    this.notify();
  }

  /** Before each page of old events; what is dropped from now on is not in that page. */
  startPage(): void {
    this.dropped = false;
  }

  /** After the last page. False when events were dropped meanwhile, so that another page is needed. */
  goLive(): boolean {
    this.live = !this.dropped;
    return this.live;
  }

  end(): void {
    this.ended = true;
    this.queue = [];
    this.notify();
  }

  /** The next event; undefined when there will be none. */
  async next(): Promise<LogEvent | undefined> {
    while (!this.ended) {
      const event = this.queue.shift();
      if (event) return event;
      await new Promise<void>((resolve) => {
        this.notify = resolve;
      });
    }
    return undefined;
  }

  private cutOff(): void {
    this.end();
    this.options.onTooSlow();
  }
}
