import type { Viewer } from '../auth/actor.ts';
import { findStandings } from '../auth/standing.repository.ts';
import type { Executor } from '../db/driver/database.ts';

/** How soon a user who was deactivated, or given another role, stops hearing of anything. */
const standingCheckMs = 1_000;

/** How much one user and one socket may hold of this process. */
export interface SocketLimits {
  readonly socketsPerUser: number;
  readonly operationsPerSocket: number;
}

/** Many screens of a warehouse may share one login. */
export const defaultSocketLimits: SocketLimits = { socketsPerUser: 2_000, operationsPerSocket: 100 };

interface OpenSocket {
  readonly viewer: Viewer;
  end(): void;
}

/** The sockets of this process that somebody has signed in on. */
export class OpenSockets {
  private readonly byUser = new Map<string, Set<OpenSocket>>();
  private readonly timer: NodeJS.Timeout;
  private checking = false;

  constructor(
    private readonly read: Executor,
    readonly limits: SocketLimits,
  ) {
    this.timer = setInterval(() => void this.endThoseOfOthers(), standingCheckMs).unref();
  }

  get count(): number {
    let count = 0;
    for (const sockets of this.byUser.values()) count += sockets.size;
    return count;
  }

  /** Takes the socket in, or refuses it because its user has too many; the function takes it out again. */
  admit(viewer: Viewer, end: () => void): (() => void) | undefined {
    const sockets = this.byUser.get(viewer.userId) ?? new Set();
    if (sockets.size >= this.limits.socketsPerUser) return undefined;
    this.byUser.set(viewer.userId, sockets);
    const socket = { viewer, end };
    sockets.add(socket);
    return () => {
      sockets.delete(socket);
      if (sockets.size === 0) this.byUser.delete(viewer.userId);
    };
  }

  /** A token holds for minutes, and a socket as long: whoever is no longer who it names is asked to sign in again. */
  private async endThoseOfOthers(): Promise<void> {
    if (this.checking || this.byUser.size === 0) return;
    this.checking = true;
    try {
      // Those of now: who comes while the database is asked was not asked for.
      const open = [...this.byUser.values()].flatMap((sockets) => [...sockets]);
      const standings = await findStandings(this.read, [...this.byUser.keys()]);
      for (const socket of open) {
        const { userId, role, customerId } = socket.viewer;
        const now = standings.get(userId);
        if (now?.role !== role || now.customerId !== customerId) socket.end();
      }
    } catch {
      // With the database away nobody hears of anything new; the next check tells.
    } finally {
      this.checking = false;
    }
  }

  close(): void {
    clearInterval(this.timer);
  }
}
