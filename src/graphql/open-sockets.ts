import type { Viewer } from '../auth/actor.ts';
import type { Standings } from '../auth/standings.ts';

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
  private readonly stopListening: () => void;

  constructor(
    private readonly standings: Standings,
    readonly limits: SocketLimits,
  ) {
    this.stopListening = standings.onChange(() => this.endThoseOfOthers());
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
  private endThoseOfOthers(): void {
    for (const sockets of this.byUser.values()) {
      for (const socket of sockets) if (!this.standings.holds(socket.viewer)) socket.end();
    }
  }

  close(): void {
    this.stopListening();
  }
}
