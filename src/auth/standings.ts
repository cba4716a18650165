import type { Executor } from '../db/driver/database.ts';
import type { Viewer } from './actor.ts';
import { findStandingChanges, type Standing } from './standing.repository.ts';
import { accessTokenLifetimeSeconds } from './token.ts';

/** How soon a server hears of what another one has changed. */
const readIntervalMs = 1_000;
/** A read that takes longer has failed, so that one which hangs does not keep the next from being tried. */
export const standingReadLimitMs = 5_000;
/** Without a read for so long nobody can say who still is who their token names. */
const staleAfterMs = 30_000;
/** The driver ends every transaction before this. */
const longestTransactionSeconds = 60;
/** Tokens from before are over, so what ended them can be forgotten. */
const keptSeconds = accessTokenLifetimeSeconds + 2 * longestTransactionSeconds;

/**
 * Who is no longer who their token says. A token holds for a quarter of an hour; this process keeps in memory what has
 * changed in that time - sessions that ended, accounts that were deactivated or given another role - and asks the
 * database every second for what is new, so that no request costs a query. What cannot be read is made up for by the
 * next read, which begins where the last one ended; a process that cannot read for long says so by `isCurrent`.
 */
export class Standings {
  private readonly endedSessions = new Map<string, number>();
  private readonly changedUsers = new Map<
    string,
    { readonly standing: Standing; readonly heardAt: number }
  >();
  private readonly listeners = new Set<() => void>();
  private readonly timer: NodeJS.Timeout;
  private reading: Promise<void> | undefined;
  private readAt: string | null = null;
  private currentAt = 0;

  private constructor(private readonly read: Executor) {
    this.timer = setInterval(() => void this.hear(), readIntervalMs).unref();
  }

  /** Resolves when it knows what there is to know. */
  static async open(read: Executor): Promise<Standings> {
    const standings = new Standings(read);
    try {
      await standings.catchUp();
    } catch (error) {
      standings.close();
      throw error;
    }
    return standings;
  }

  /** False after a long time without the database: then no token can be vouched for. */
  get isCurrent(): boolean {
    return performance.now() - this.currentAt < staleAfterMs;
  }

  /** Whether a valid token still says the truth. */
  holds({ userId, sessionId, role, customerId }: Viewer): boolean {
    if (sessionId !== null && this.endedSessions.has(sessionId)) return false;
    const now = this.changedUsers.get(userId)?.standing;
    return now === undefined || (now.active && now.role === role && now.customerId === customerId);
  }

  /** Called whenever something was read that may end somebody's right. The function takes the listener away. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /**
   * After a change of our own, so that this server knows it before it answers. Never fails: the change is made, and the
   * next read tells.
   */
  async hear(): Promise<void> {
    await this.catchUp().catch(() => {});
  }

  /** Reads what is new. */
  async catchUp(): Promise<void> {
    // A read that is under way may have begun before the change.
    await this.reading?.catch(() => {});
    this.reading ??= this.readChanges().finally(() => (this.reading = undefined));
    await this.reading;
  }

  private async readChanges(): Promise<void> {
    const { readAt, users, endedSessions } = await findStandingChanges(
      this.read,
      this.readAt,
      keptSeconds,
      longestTransactionSeconds,
    );
    this.readAt = readAt;
    this.currentAt = performance.now();
    // Taken out first, so that a map stays in the order in which things were heard.
    for (const id of endedSessions) {
      this.endedSessions.delete(id);
      this.endedSessions.set(id, this.currentAt);
    }
    for (const { id, ...standing } of users) {
      this.changedUsers.delete(id);
      this.changedUsers.set(id, { standing, heardAt: this.currentAt });
    }
    this.forget();
    if (users.length + endedSessions.length > 0) for (const listener of this.listeners) listener();
  }

  private forget(): void {
    const before = this.currentAt - keptSeconds * 1_000;
    for (const [id, heardAt] of this.endedSessions) {
      if (heardAt > before) break;
      this.endedSessions.delete(id);
    }
    for (const [id, { heardAt }] of this.changedUsers) {
      if (heardAt > before) break;
      this.changedUsers.delete(id);
    }
  }

  close(): void {
    clearInterval(this.timer);
    this.listeners.clear();
  }
}
