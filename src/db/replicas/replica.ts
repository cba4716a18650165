import { openDatabase, type Database } from '../driver/database.ts';
import { DatabaseUnavailableError, WorkTimeoutError } from '../driver/errors.ts';
import type { DatabaseObserver } from '../driver/observer.ts';
import { parseLogPosition } from './log-position.ts';
import { checkLimitMs, identityText, type Sample } from './primary-samples.ts';
import { ReplicaHandle } from './replica-handle.ts';

export interface ReplicaOptions {
  readonly url: string;
  readonly primary: Database;
  readonly poolSize: number;
  readonly prepare: boolean;
  readonly maximumLagMs: number;
  /** How long it has to be well before it is read. */
  readonly probationMs: number;
  /** Of the primary; whoever has another one is no replica of it. */
  readonly identity: string;
  readonly observer?: DatabaseObserver | undefined;
}

/** What was found at the address: a replica of ours, another server, or nobody. */
export type Finding = 'replica' | 'primary' | 'stranger' | 'away';

const checkText = `select pg_is_in_recovery() as "isReplica", pg_last_wal_replay_lsn()::text as replayed,
  ${identityText} as identity`;

/** The primary is there for whoever has to wait longer. */
const acquireTimeoutMs = 1_000;

/** One replica, and how much of the primary it shows. */
export class Replica<Mark> {
  /** Without user and password. */
  readonly name: string;
  finding: Finding = 'away';
  isBeingChecked = false;
  repeatedReads = 0;
  readonly #options: ReplicaOptions;
  readonly #database: Database;
  /** Its own connection: a pool that is busy says nothing about the replica. */
  readonly #checks: Database;
  #handle: ReplicaHandle;
  /** The newest sample that it is known to show. */
  #shown: Sample<Mark> | undefined;
  #shownAt: number;
  /** Since when it has been within the bound without a break. */
  #withinSince = Number.POSITIVE_INFINITY;

  constructor(options: ReplicaOptions) {
    this.#options = options;
    this.name = new URL(options.url).host;
    const { url, poolSize, prepare, observer } = options;
    const common = { url, prepare, acquireTimeoutMs };
    this.#database = openDatabase({ ...common, poolSize, ...(observer && { observer }) });
    this.#checks = openDatabase({ ...common, poolSize: 1 });
    this.#handle = this.#makeHandle();
    // Nobody knows at first, so it may be in use elsewhere.
    this.#shownAt = performance.now();
  }

  /** How long ago the replica showed everything, as far as is known. */
  lagMs(now: number): number {
    return now - this.#shownAt;
  }

  /** Shows everything that was committed before the moment. */
  shows(moment: number): boolean {
    return this.#shownAt > moment;
  }

  /**
   * Only after it has been within the bound for a while: by then every server has seen that it may be read again, and
   * waits for it after a write.
   */
  isUsable(now: number): boolean {
    const { maximumLagMs, probationMs } = this.#options;
    return this.lagMs(now) <= maximumLagMs && now - this.#withinSince >= probationMs;
  }

  source() {
    return { read: this.#handle.read, mark: this.#shown!.mark };
  }

  /** Asks the replica how far it is, and compares that with what the primary was like. Never fails. */
  async check(samples: readonly Sample<Mark>[]): Promise<void> {
    this.isBeingChecked = true;
    try {
      const [row] = await this.#checks.run(checkText, [], 'objects', checkLimitMs);
      this.finding = this.#judge(row!['isReplica'] as boolean, row!['identity'] as string);
      if (this.finding !== 'replica') return this.#leave();
      const replayed = parseLogPosition(row!['replayed'] as string);
      this.#learn(samples.findLast(({ position }) => position <= replayed));
    } catch {
      this.finding = 'away';
      this.#leave();
    } finally {
      this.isBeingChecked = false;
    }
  }

  async close(): Promise<void> {
    // What is still asked of it has been asked of the primary since, or it would be answered.
    await Promise.all([this.#database.close(checkLimitMs), this.#checks.close(checkLimitMs)]);
  }

  #judge(isReplica: boolean, identity: string): Finding {
    if (identity !== this.#options.identity) return 'stranger';
    return isReplica ? 'replica' : 'primary';
  }

  #learn(sample: Sample<Mark> | undefined): void {
    const now = performance.now();
    const wasWithin = this.#withinSince <= now && this.lagMs(now) <= this.#options.maximumLagMs;
    if (sample && sample.at > this.#shownAt) {
      this.#shown = sample;
      this.#shownAt = sample.at;
    }
    const isWithin = this.#shown !== undefined && this.lagMs(now) <= this.#options.maximumLagMs;
    if (!isWithin) this.#withinSince = Number.POSITIVE_INFINITY;
    else if (!wasWithin) this.#withinSince = now;
  }

  /** It is not read any more, until it has been well for a while. */
  #leave(): void {
    this.#withinSince = Number.POSITIVE_INFINITY;
    this.#replaceHandle();
  }

  #replaceHandle(): void {
    const old = this.#handle;
    this.#handle = this.#makeHandle();
    old.abandon();
  }

  #makeHandle(): ReplicaHandle {
    const handle: ReplicaHandle = new ReplicaHandle(this.#database, this.#options.primary, (error) => {
      this.repeatedReads += 1;
      if (handle !== this.#handle) return;
      if (isGone(error)) this.#leave();
      else this.#replaceHandle();
    });
    return handle;
  }
}

/** A conflict with its recovery, or a pool that is busy, says nothing about the next read. */
function isGone(error: unknown): boolean {
  if (error instanceof WorkTimeoutError) return true;
  return error instanceof DatabaseUnavailableError && error.reason !== 'busy';
}
