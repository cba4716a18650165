import { randomInt } from 'node:crypto';
import { TopLevelError } from '../shared/errors.ts';

/** How busy what all operations share is, looked up when one comes. */
export interface Busyness {
  /** Whether another operation could only wait: no connection is free, or the processor has no time left. */
  isSaturated(): boolean;
}

export interface AdmissionOptions {
  /** Operations that a saturated server works on at once; 0: as many as come. */
  readonly operationsAtOnce: number;
  readonly busyness: Busyness;
}

export type Transport = 'http' | 'socket';

/** A burst may wait so long; a queue that has not been empty for as long is no burst. */
const burstMs = 500;
/** How long an operation waits behind a queue that does not empty. */
const standingMs = 10;
/** After the last refusal the short limit holds for so long: a queue is empty for moments while it is overrun. */
const strictMs = 1_000;
/** Above all that waits in memory; more than a burst of half a second brings. */
const longestQueue = 1_000;
/** Operations that wait for something outside, such as a payment provider, use nothing that the others share. */
const outsideFactor = 16;
const lookMs = 5;
const retryAfterSeconds = { least: 1, most: 3 };

interface Waiter {
  readonly sinceMs: number;
  decide(isAdmitted: boolean): void;
}

/**
 * Works on no more operations at once than the server is good for, so that those it has taken are answered in time;
 * the others wait a moment, and are then refused quickly and cheaply. The queue is controlled by delay, as CoDel
 * does it: a burst may wait for half a second, but behind a queue that stands nobody waits, because that makes each
 * answer late and not one more of them.
 */
export class Admission {
  readonly refused: Record<Transport, number> = { http: 0, socket: 0 };
  private readonly waiting = new Set<Waiter>();
  private inFlight = 0;
  private queueSinceMs = 0;
  private strictUntilMs = 0;
  private looking: NodeJS.Timeout | undefined;

  constructor(private readonly options: AdmissionOptions) {}

  get gauges(): { readonly inFlight: number; readonly waiting: number } {
    return { inFlight: this.inFlight, waiting: this.waiting.size };
  }

  /** Whether the next one would be refused, which costs least if it is asked before the request is read. */
  get isFull(): boolean {
    if (this.waiting.size === 0 || this.options.operationsAtOnce === 0) return false;
    return this.waiting.size >= (this.isStrict() ? this.options.operationsAtOnce : longestQueue);
  }

  /** Does the work when its turn comes; `undefined` when it does not come. */
  async run<Result>(transport: Transport, work: () => Promise<Result> | Result): Promise<Result | undefined> {
    if (!(await this.enter())) {
      this.countRefusal(transport);
      return undefined;
    }
    try {
      return await work();
    } finally {
      this.inFlight -= 1;
      this.admitWaiting();
    }
  }

  countRefusal(transport: Transport): void {
    this.refused[transport] += 1;
    this.strictUntilMs = performance.now() + strictMs;
  }

  private enter(): boolean | Promise<boolean> {
    if (this.waiting.size === 0 && this.hasRoom()) {
      this.inFlight += 1;
      return true;
    }
    if (this.isFull) return false;
    return new Promise((decide) => {
      const sinceMs = performance.now();
      if (this.waiting.size === 0) this.queueSinceMs = sinceMs;
      this.waiting.add({ sinceMs, decide });
      this.looking ??= setInterval(() => this.look(), lookMs);
    });
  }

  private hasRoom(): boolean {
    const { operationsAtOnce, busyness } = this.options;
    if (operationsAtOnce === 0 || this.inFlight < operationsAtOnce) return true;
    return this.inFlight < operationsAtOnce * outsideFactor && !busyness.isSaturated();
  }

  private isStrict(): boolean {
    const nowMs = performance.now();
    if (nowMs < this.strictUntilMs) return true;
    return this.waiting.size > 0 && nowMs - this.queueSinceMs > burstMs;
  }

  private admitWaiting(): void {
    for (const waiter of this.waiting) {
      if (!this.hasRoom()) return;
      this.inFlight += 1;
      this.leave(waiter, true);
    }
  }

  /** Refuses who has waited too long, first come first; and finds out that the server is no longer saturated. */
  private look(): void {
    const limitMs = this.isStrict() ? standingMs : burstMs;
    const nowMs = performance.now();
    for (const waiter of this.waiting) {
      if (nowMs - waiter.sinceMs <= limitMs) break;
      this.leave(waiter, false);
    }
    this.admitWaiting();
  }

  private leave(waiter: Waiter, isAdmitted: boolean): void {
    this.waiting.delete(waiter);
    waiter.decide(isAdmitted);
    if (this.waiting.size > 0) return;
    clearInterval(this.looking);
    this.looking = undefined;
  }
}

/** Told at random, so that those who were refused together do not come back together. */
export function overloaded(): TopLevelError {
  const seconds = randomInt(retryAfterSeconds.least, retryAfterSeconds.most + 1);
  const message = `The server is overloaded and has not begun with this: send it again in ${seconds} s.`;
  return new TopLevelError('OVERLOADED', message, { retryable: true, retryAfterSeconds: seconds });
}

const sampleMs = 100;
const busyShare = 0.95;

/** Looks at the connections of the pool, and at the share of the time in which the event loop has had work. */
export function busynessOf(pool: () => { readonly size: number; readonly inUse: number }): Busyness {
  let sample = performance.eventLoopUtilization();
  let sampledAtMs = performance.now();
  let isLoopBusy = false;
  return {
    isSaturated() {
      const nowMs = performance.now();
      if (nowMs - sampledAtMs >= sampleMs) {
        const next = performance.eventLoopUtilization();
        isLoopBusy = performance.eventLoopUtilization(next, sample).utilization > busyShare;
        sample = next;
        sampledAtMs = nowMs;
      }
      const { size, inUse } = pool();
      return isLoopBusy || inUse >= size;
    },
  };
}
