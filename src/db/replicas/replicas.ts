import { setTimeout as sleep } from 'node:timers/promises';
import type { Database, DatabaseOptions, Executor } from '../driver/database.ts';
import { DatabaseNotUsableError } from '../migrate.ts';
import { PrimarySamples } from './primary-samples.ts';
import { Replica, type Finding } from './replica.ts';

export interface ReplicasOptions<Mark> {
  /** What answers when no replica may, and how it was opened. */
  readonly primary: Database;
  readonly primaryOptions: DatabaseOptions;
  readonly urls: readonly string[];
  readonly poolSize: number;
  /** No read shows a state that is older than this. */
  readonly maximumLagMs: number;
  readonly log: {
    warn(details: object, message: string): void;
    info(details: object, message: string): void;
  };
  /** Something that is known now, to be given to whoever reads what is at least as new. */
  readonly mark: () => Mark;
}

/** Where all reads of one request go. */
export interface ReadSource<Mark> {
  readonly read: Executor;
  /** Known before what is read was committed last; undefined for the primary, which shows all that is known. */
  readonly mark: Mark | undefined;
}

export interface ReplicaState {
  readonly name: string;
  readonly isInUse: boolean;
  readonly lagMs: number;
}

export interface ReplicaStatistics {
  /** Requests whose reads went there. */
  readonly fromReplicas: number;
  readonly fromPrimary: number;
  /** Reads that failed at a replica and were repeated at the primary. */
  readonly repeated: number;
  /** How long answers to writes have waited for the replicas, altogether. */
  readonly waitedMs: number;
  readonly replicas: readonly ReplicaState[];
}

export const noReplicas: ReplicaStatistics = {
  fromReplicas: 0,
  fromPrimary: 0,
  repeated: 0,
  waitedMs: 0,
  replicas: [],
};

const longestIntervalMs = 200;
const intervalsOnProbation = 5;
/** Between two samples while the answer to a write waits for the replicas. */
const hurriedIntervalMs = 3;
const findingMessages: Record<Exclude<Finding, 'replica'>, string> = {
  primary: 'is no replica: it takes writes itself',
  stranger: 'is no replica of the database in DATABASE_URL, but of another one',
  away: 'does not answer',
};

/**
 * The replicas that reads may go to. Their lag is measured and not asked for: the primary's log position is noted with
 * the time of this process, and a replica that has replayed it shows everything from before that time. No clock of
 * another machine takes part, and a primary where nothing happens makes no lag. See docs/decisions/0010-replicas.md.
 */
export class Replicas<Mark> {
  readonly #options: ReplicasOptions<Mark>;
  readonly #replicas: readonly Replica<Mark>[];
  readonly #primary: PrimarySamples<Mark>;
  readonly #intervalMs: number;
  readonly #stopping = new AbortController();
  readonly #waiting = new Set<() => void>();
  readonly #told = new Map<Replica<Mark>, Finding>();
  #sampling: Promise<void> = Promise.resolve();
  #hurry: () => void = () => {};
  #next = 0;
  #counters = { fromReplicas: 0, fromPrimary: 0, waitedMs: 0 };

  private constructor(
    options: ReplicasOptions<Mark>,
    primarySamples: PrimarySamples<Mark>,
    identity: string,
  ) {
    const { urls, primary, primaryOptions, poolSize, maximumLagMs } = options;
    const { prepare = true, observer } = primaryOptions;
    this.#options = options;
    this.#primary = primarySamples;
    this.#intervalMs = Math.min(maximumLagMs / 5, longestIntervalMs);
    const probationMs = this.#intervalMs * intervalsOnProbation;
    const common = { primary, poolSize, prepare, maximumLagMs, probationMs, identity, observer };
    this.#replicas = urls.map((url) => new Replica<Mark>({ ...common, url }));
  }

  /** Refuses addresses that lead to another database; a replica that does not answer is used when it does. */
  static async open<Mark>(options: ReplicasOptions<Mark>): Promise<Replicas<Mark>> {
    const { primaryOptions, maximumLagMs, mark } = options;
    const primary = new PrimarySamples(primaryOptions, maximumLagMs, mark);
    let replicas: Replicas<Mark> | undefined;
    try {
      replicas = new Replicas<Mark>(options, primary, await primary.identity());
      await primary.take();
      await Promise.all(replicas.#replicas.map((replica) => replica.check(primary.samples)));
      replicas.#refuseStrangers();
      replicas.#sampling = replicas.#keepSampling();
      return replicas;
    } catch (error) {
      await (replicas ?? primary).close();
      throw error;
    }
  }

  /** For the reads of one request: the next replica in turn, or the primary when there is none. */
  choose(): ReadSource<Mark> {
    const now = performance.now();
    const usable = this.#replicas.filter((replica) => replica.isUsable(now));
    if (usable.length === 0) {
      this.#counters.fromPrimary += 1;
      return { read: this.#options.primary.read, mark: undefined };
    }
    this.#counters.fromReplicas += 1;
    this.#next += 1;
    return usable[this.#next % usable.length]!.source();
  }

  /**
   * Resolves when every replica that any server may be reading shows what has been committed until now: at the latest
   * after the bound, when whatever does not is out of use. Whoever is told of a write after that sees it everywhere.
   */
  async untilShown(): Promise<void> {
    const { maximumLagMs } = this.#options;
    const since = performance.now();
    const lastsUntil = since + maximumLagMs;
    // What was measured may be two intervals old at another server.
    const limitMs = maximumLagMs + 2 * this.#intervalMs;
    const isMissing = (now: number): boolean =>
      this.#replicas.some((replica) => !replica.shows(since) && replica.lagMs(now) <= limitMs);
    for (let now = since; now < lastsUntil && isMissing(now); now = performance.now()) {
      if (this.#stopping.signal.aborted) return;
      await this.#nextChange(lastsUntil - now);
    }
    this.#counters.waitedMs += performance.now() - since;
  }

  statistics(): ReplicaStatistics {
    const now = performance.now();
    return {
      ...this.#counters,
      repeated: this.#replicas.reduce((sum, { repeatedReads }) => sum + repeatedReads, 0),
      replicas: this.#replicas.map((replica) => ({
        name: replica.name,
        isInUse: replica.isUsable(now),
        lagMs: replica.lagMs(now),
      })),
    };
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    this.#hurry();
    this.#wakeWaiting();
    await this.#sampling;
    await Promise.all([this.#primary.close(), ...this.#replicas.map((replica) => replica.close())]);
  }

  #refuseStrangers(): void {
    const wrong = this.#replicas.filter(({ finding }) => finding === 'primary' || finding === 'stranger');
    if (wrong.length > 0) {
      const problems = wrong.map(({ name, finding }) => `${name} ${findingMessages[finding as 'primary']}`);
      throw new DatabaseNotUsableError(`DATABASE_REPLICA_URLS: ${problems.join('; ')}.`);
    }
    this.#tellChanges();
  }

  async #keepSampling(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#pause();
      if (signal.aborted) return;
      // Without a new sample the replicas grow old, and the primary is asked.
      await this.#primary.take().catch(() => {});
      // One that hangs must not keep the others waiting.
      for (const replica of this.#replicas) if (!replica.isBeingChecked) void this.#check(replica);
    }
  }

  async #check(replica: Replica<Mark>): Promise<void> {
    await replica.check(this.#primary.samples);
    this.#tellChanges();
    this.#wakeWaiting();
  }

  /** An operator reads of each change once. */
  #tellChanges(): void {
    for (const replica of this.#replicas) {
      const { name, finding } = replica;
      const before = this.#told.get(replica) ?? 'replica';
      this.#told.set(replica, finding);
      if (finding === before || this.#stopping.signal.aborted) continue;
      const { log } = this.#options;
      if (finding === 'replica') log.info({ replica: name }, 'the replica is back');
      else log.warn({ replica: name }, `the replica ${findingMessages[finding]}; the primary is read`);
    }
  }

  async #pause(): Promise<void> {
    const isHurried = this.#waiting.size > 0;
    const limit = new AbortController();
    const durationMs = isHurried ? hurriedIntervalMs : this.#intervalMs;
    this.#hurry = () => {
      if (!isHurried) limit.abort();
    };
    await sleep(durationMs, undefined, { signal: limit.signal }).catch(() => {});
  }

  async #nextChange(limitMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      timer = setTimeout(resolve, limitMs);
      const wasQuiet = this.#waiting.size === 0;
      this.#waiting.add(resolve);
      if (wasQuiet) this.#hurry();
    });
    clearTimeout(timer);
  }

  #wakeWaiting(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }
}
