import { DatabaseUnavailableError, WorkTimeoutError } from './errors.ts';
import { Wire, type WireOptions } from './wire.ts';

export interface PoolOptions {
  readonly wire: WireOptions;
  readonly size: number;
  readonly acquireTimeoutMs: number;
  readonly lifetimeMs: number;
}

/** What one unit of work holds while it runs. */
export interface Lease {
  readonly wire: Wire;
  /** Gives the wire back. Its transaction is over, or the wire has failed. */
  release(): void;
}

interface Waiter {
  resolve(wire: Wire): void;
  reject(error: unknown): void;
}

/** The server and the library keep every prepared statement, so a wire is exchanged before there are too many. */
const preparedLimit = 500;

/** A few wires, handed out one unit of work at a time, first come, first served. */
export class Pool {
  readonly counters = { opened: 0, acquired: 0, lost: 0, workTimedOut: 0, acquireTimedOut: 0, retired: 0 };
  readonly #options: PoolOptions;
  readonly #wires = new Set<Wire>();
  readonly #waiting = new Set<Waiter>();
  #idle: Wire[] = [];
  #opening = 0;
  #leaving = 0;
  #closed = false;
  #whenEmpty = (): void => {};

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  get gauges() {
    const [open, idle] = [this.#wires.size, this.#idle.length];
    const { size } = this.#options;
    return { size, open, idle, inUse: open - idle, opening: this.#opening, waiting: this.#waiting.size };
  }

  /** A wire for at most `limitMs`; whoever has not released it by then loses it. */
  async lease(limitMs: number): Promise<Lease> {
    const startedAt = performance.now();
    const wire = await this.#acquire(Math.min(limitMs, this.#options.acquireTimeoutMs));
    this.#options.wire.observer?.connectionWait(performance.now() - startedAt);
    this.counters.acquired += 1;
    const cancelLimit = wire.failAfter(limitMs, () => {
      this.counters.workTimedOut += 1;
      return new WorkTimeoutError();
    });
    return {
      wire,
      release: () => {
        cancelLimit();
        this.#release(wire);
      },
    };
  }

  /** Lets the units of work in progress finish until the limit, and cuts the rest off. */
  async close(limitMs: number): Promise<void> {
    this.#closed = true;
    const error = new DatabaseUnavailableError('closed');
    for (const waiter of this.#waiting) waiter.reject(error);
    for (const wire of this.#idle.splice(0)) this.#retire(wire);
    if (this.#isEmpty()) return;
    await new Promise<void>((resolve) => {
      const cutOff = setTimeout(() => {
        for (const wire of this.#wires) wire.fail(error);
        resolve();
      }, limitMs);
      this.#whenEmpty = () => {
        clearTimeout(cutOff);
        resolve();
      };
    });
  }

  #acquire(limitMs: number): Promise<Wire> {
    if (this.#closed) return Promise.reject(new DatabaseUnavailableError('closed'));
    const wire = this.#takeIdle();
    if (wire) return Promise.resolve(wire);
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(waiter);
      };
      const waiter: Waiter = {
        resolve: (free) => (settle(), resolve(free)),
        reject: (error) => (settle(), reject(error)),
      };
      const timer = setTimeout(() => {
        this.counters.acquireTimedOut += 1;
        waiter.reject(new DatabaseUnavailableError('busy'));
      }, limitMs);
      this.#waiting.add(waiter);
      this.#openAsNeeded();
    });
  }

  /** The wire used last is the likeliest to be alive. */
  #takeIdle(): Wire | undefined {
    for (let wire = this.#idle.pop(); wire; wire = this.#idle.pop()) {
      if (!this.#isWorn(wire)) return wire;
      this.#retire(wire);
    }
    return undefined;
  }

  #isWorn(wire: Wire): boolean {
    const ageMs = performance.now() - wire.openedAt;
    return ageMs > this.#options.lifetimeMs || wire.preparedCount >= preparedLimit;
  }

  #release(wire: Wire): void {
    if (wire.failure) return;
    if (this.#closed || this.#isWorn(wire)) this.#retire(wire);
    else this.#offer(wire);
  }

  #offer(wire: Wire): void {
    const [waiter] = this.#waiting;
    if (waiter) waiter.resolve(wire);
    else this.#idle.push(wire);
  }

  #openAsNeeded(): void {
    while (this.#opening < this.#waiting.size && this.#wires.size + this.#opening < this.#options.size) {
      this.#opening += 1;
      void this.#open();
    }
  }

  /** Fails whoever waits longest when the server cannot be reached, so that requests fail fast. */
  async #open(): Promise<void> {
    let outcome: Wire | undefined;
    let refusal: unknown;
    try {
      outcome = await Wire.open(this.#options.wire);
    } catch (error) {
      refusal = error;
    }
    this.#opening -= 1;
    if (outcome) this.#welcome(outcome);
    else this.#firstWaiter()?.reject(refusal);
    this.#settled();
  }

  #welcome(wire: Wire): void {
    this.counters.opened += 1;
    this.#wires.add(wire);
    wire.onFailure(() => this.#forgetLost(wire));
    this.#release(wire);
  }

  #firstWaiter(): Waiter | undefined {
    const [waiter] = this.#waiting;
    return waiter;
  }

  #forgetLost(wire: Wire): void {
    this.counters.lost += 1;
    this.#wires.delete(wire);
    const wasIdle = this.#idle.includes(wire);
    // What cut a wire in use may have cut the idle ones without a sign. A repeated read must not meet one of those.
    const doubtful = this.#idle.filter((idle) => idle !== wire);
    this.#idle = wasIdle ? doubtful : [];
    if (!wasIdle) for (const idle of doubtful) this.#retire(idle);
    this.#settled();
  }

  #retire(wire: Wire): void {
    this.counters.retired += 1;
    this.#wires.delete(wire);
    this.#leaving += 1;
    void wire.end().finally(() => {
      this.#leaving -= 1;
      this.#settled();
    });
    this.#openAsNeeded();
  }

  #settled(): void {
    this.#openAsNeeded();
    if (this.#isEmpty()) this.#whenEmpty();
  }

  #isEmpty(): boolean {
    return this.#wires.size + this.#opening + this.#leaving === 0;
  }
}
