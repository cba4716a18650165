import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { Faults } from './caller.ts';
import type { Wish } from './kinds.ts';
import { isUpTo, makeEntry, placeOf, type Entry, type Place } from './stored.ts';

/** One that is closed before it is open reports an error to whoever listens, and otherwise ends the process. */
class QuietWebSocket extends WebSocket {
  constructor(...given: ConstructorParameters<typeof WebSocket>) {
    super(...given);
    this.on('error', () => {});
  }
}

/** The newest event that anybody has been told. Whoever connects has to catch up with at least this. */
export class Newest {
  place: Place = { transactionId: 0n, position: 0n };
  see(place: Place): void {
    if (isUpTo(this.place, place)) this.place = place;
  }
}

export interface Told extends Entry {
  readonly atMs: number;
}

/** A connection that began at a time, when the log was known to reach to a place. */
interface Beginning {
  readonly atMs: number;
  readonly logEnd: Place;
}

export interface SubscriberOptions {
  readonly name: string;
  readonly wish: Wish;
  /** Where it begins; whatever comes after this has to come. */
  readonly cursor: string;
  readonly address: (choice: number) => string;
  readonly random: (below: number) => number;
  readonly newest: Newest;
  readonly faults: Faults;
}

type Parting = 'close' | 'terminate' | 'sleep';
const partings: readonly Parting[] = ['close', 'terminate', 'terminate', 'sleep'];
const longestLifeMs = 6_000;
const longestSleepMs = 5_000;
const neverMs = 2 ** 31 - 1;

/** Somebody who loses the connection again and again, and goes on from the last cursor, on whatever server. */
export class SoakSubscriber {
  readonly told: Told[] = [];
  readonly beginnings: Beginning[] = [];
  readonly start: Place;
  /** Events that could not be told whole, because the database was away; they are asked for again. */
  incomplete = 0;
  private cursor: string;
  private isOver = false;
  private isCalm = false;
  private endLife: (parting: Parting) => void = () => {};
  private afterLife: () => void = () => {};
  private readonly living: Promise<void>;

  constructor(readonly options: SubscriberOptions) {
    this.cursor = options.cursor;
    this.start = placeOf(options.cursor);
    this.living = this.live();
  }

  private async live(): Promise<void> {
    const { random } = this.options;
    while (!this.isOver) {
      await this.connectOnce(
        this.isCalm ? neverMs : 100 + random(longestLifeMs),
        partings[random(partings.length)]!,
      );
      if (!this.isOver) await sleep(20 + random(500));
    }
  }

  /** One connection, until it is lost or it is time to part. */
  private async connectOnce(lifeMs: number, parting: Parting): Promise<void> {
    const { wish, address, random } = this.options;
    let socket: WebSocket | undefined;
    let wakeUp: NodeJS.Timeout | undefined;
    let isAlive = true;
    const client = createClient({
      url: `${address(random(1_000))}/graphql`.replace(/^http/, 'ws'),
      webSocketImpl: QuietWebSocket,
      connectionParams: { authorization: `Bearer ${await wish.person.token()}` },
      retryAttempts: 0,
      connectionAckWaitTimeout: 10_000,
      on: {
        opened: (opened) => (socket = opened as WebSocket),
        connected: () => this.beginnings.push({ atMs: performance.now(), logEnd: this.options.newest.place }),
      },
    });
    await new Promise<void>((resolve) => {
      const unsubscribe = client.subscribe(
        { query: wish.kind.query, variables: { ...wish.variables, after: this.cursor } },
        {
          next: (answer) => {
            // A connection that was given up while it was being made may still come about.
            if (isAlive && !this.take(answer)) {
              client.terminate();
              resolve();
            }
          },
          error: (reason) => {
            this.examine(reason);
            resolve();
          },
          complete: resolve,
        },
      );
      this.endLife = (how) => {
        if (how === 'close') unsubscribe();
        else if (how === 'terminate') client.terminate();
        else {
          socket?.pause();
          wakeUp = setTimeout(() => socket?.resume(), 500 + random(longestSleepMs));
        }
        // A client that never got its connection has nothing to end.
        if (how !== 'sleep') resolve();
      };
      const life = setTimeout(() => this.endLife(parting), lifeMs);
      // Sleeping, it may never learn that the server has gone; it gives up in the end.
      const patience = setTimeout(
        () => this.endLife('terminate'),
        lifeMs === neverMs ? neverMs : lifeMs + 12_000,
      );
      this.afterLife = () => {
        clearTimeout(life);
        clearTimeout(patience);
        clearTimeout(wakeUp);
      };
    });
    isAlive = false;
    this.afterLife();
    this.endLife = () => {};
    socket?.resume();
    client.terminate();
    await Promise.resolve(client.dispose());
  }

  /** False when it has to be asked for again. */
  private take({ data, errors }: { data?: unknown; errors?: readonly unknown[] }): boolean {
    if (this.isOver) return false;
    if (errors || !data) {
      this.incomplete += 1;
      return false;
    }
    const { cursor, content } = this.options.wish.kind.read(data);
    const entry = makeEntry(placeOf(cursor), content);
    this.cursor = cursor;
    this.told.push({ ...entry, atMs: performance.now() });
    this.options.newest.see(entry.place);
    return true;
  }

  /** Connections may be lost in any way. What the server answers as an error may only be that its database is away. */
  private examine(reason: unknown): void {
    if (!Array.isArray(reason)) return;
    const codes = reason.map((error: any) => String(error.extensions?.code));
    if (codes.every((code) => code === 'SERVICE_UNAVAILABLE')) return;
    this.options.faults.add(`${this.options.name}: ${JSON.stringify(reason)} after ${this.cursor}`);
  }

  /** From now on it stays connected, and connects again only when it is cut off. */
  calmDown(): void {
    this.isCalm = true;
    this.endLife('terminate');
  }

  async end(): Promise<void> {
    this.isOver = true;
    this.endLife('terminate');
    await this.living;
  }
}

/** The longest that it took from a connection until the last event that was known then to be missing. */
export function slowestCatchUpMs(told: readonly Told[], beginnings: readonly Beginning[]): number {
  let slowest = 0;
  for (const [index, { atMs, logEnd }] of beginnings.entries()) {
    const endMs = beginnings[index + 1]?.atMs ?? Number.POSITIVE_INFINITY;
    // A connection that ended before the catching up did is judged by the next one.
    const missed = told.findLast((entry) => isUpTo(entry.place, logEnd));
    if (missed && missed.atMs > atMs && missed.atMs < endMs) slowest = Math.max(slowest, missed.atMs - atMs);
  }
  return slowest;
}
