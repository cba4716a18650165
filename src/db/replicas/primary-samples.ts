import { sql } from 'drizzle-orm';
import { openDatabase, type Database, type DatabaseOptions } from '../driver/database.ts';
import { endOfLastRecord, parseLogPosition, type LogPosition } from './log-position.ts';

/** What the primary's log looked like at a moment of this process. */
export interface Sample<Mark> {
  /** Taken before the primary was asked: everything that was committed by then lies before `position`. */
  readonly at: number;
  readonly position: LogPosition;
  readonly mark: Mark;
}

/** Whoever does not answer in this time is away, however large the bound is. */
export const checkLimitMs = 1_000;

/** Which server and which database in it; the same at a primary and at all of its replicas. */
export const identityText = `(select system_identifier from pg_control_system()) || '/' ||
  (select oid from pg_database where datname = current_database())`;

const positionText = `select pg_current_wal_insert_lsn()::text as written,
  pg_current_wal_flush_lsn()::text as flushed`;

/** The samples of the primary's log, up to a certain age. */
export class PrimarySamples<Mark> {
  samples: readonly Sample<Mark>[] = [];
  /** Its own connection: a pool that is busy would make the replicas seem to lag. */
  readonly #database: Database;
  readonly #mark: () => Mark;
  readonly #keptMs: number;
  #flushAskedAt = 0;

  constructor(options: DatabaseOptions, keptMs: number, mark: () => Mark) {
    this.#database = openDatabase({ ...options, poolSize: 1 });
    this.#mark = mark;
    this.#keptMs = keptMs;
  }

  async identity(): Promise<string> {
    const [row] = await this.#database.run(`select ${identityText} as identity`, [], 'objects');
    return row!['identity'] as string;
  }

  async take(): Promise<void> {
    const at = performance.now();
    const mark = this.#mark();
    const [row] = await this.#database.run(positionText, [], 'objects', checkLimitMs);
    const position = endOfLastRecord(parseLogPosition(row!['written'] as string));
    const before = this.samples.at(-1);
    // Older ones would not make a replica usable.
    const kept = this.samples.filter((sample) => at - sample.at <= this.#keptMs);
    this.samples = [...kept, { at, position, mark }];
    const flushed = parseLogPosition(row!['flushed'] as string);
    if (before && flushed < before.position) await this.#askForFlush(at);
  }

  close(): Promise<void> {
    return this.#database.close(checkLimitMs);
  }

  /**
   * Only what is flushed is sent to replicas, and while nobody commits, nobody flushes what reading and cleaning up have
   * written: the replicas would seem to lag. A commit flushes it, and a message that nobody reads makes one.
   */
  async #askForFlush(at: number): Promise<void> {
    if (at - this.#flushAskedAt < checkLimitMs / 5) return;
    this.#flushAskedAt = at;
    await this.#database.transaction(async (transaction) => {
      await transaction.execute(sql`select pg_logical_emit_message(true, 'orders', '')`);
    });
  }
}
