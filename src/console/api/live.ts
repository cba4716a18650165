import { createClient, type Client } from 'graphql-ws';
import { accessToken } from './session.ts';

/**
 * What the viewer is told: all is shown as it is; it is being read what was missed; nothing comes. Idle: what is shown
 * is not followed.
 */
export type LiveState = 'live' | 'catchingUp' | 'offline' | 'idle';

export interface LiveEvent {
  readonly cursor: string;
}

export interface Following<Event extends LiveEvent> {
  readonly query: string;
  /** The field of the subscription. */
  readonly field: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** From here on nothing is missed. */
  readonly after: string;
  next(event: Event): void;
  /** It cannot be resumed: load the present state and follow anew. */
  lost(): void;
}

const keepAliveMs = 10_000;
const pongLimitMs = 5_000;
/** So long without another event, and what was missed has been read. */
const quietMs = 300;
const longestWaitMs = 5_000;
const tickMs = 5_000;
/** A clock that jumps by more than this: the machine has slept, and its socket is dead whatever it says. */
const sleptMs = 20_000;

export const confirmQuery = 'query Confirm { eventCursor }';

/** One socket for all that a page follows. It connects again by itself, for ever, and resumes where it was. */
export class LiveLink {
  state: LiveState = 'idle';
  private readonly listeners = new Set<(state: LiveState) => void>();
  private readonly client: Client;
  private readonly wakeUps = new Set<() => void>();
  private readonly abort = new AbortController();
  private readonly ticking: ReturnType<typeof setInterval>;
  private pongTimer: ReturnType<typeof setTimeout> | undefined;
  private quietTimer: ReturnType<typeof setTimeout> | undefined;
  private isConnected = false;
  private isConfirmed = false;
  /** How many are followed now. */
  private followed = 0;
  private lastTickMs = Date.now();

  constructor() {
    this.client = createClient({
      url: () => `${location.origin.replace(/^http/, 'ws')}/graphql`,
      // Must not fail: the client would give up for good. Without a token the server closes, and it is tried again.
      connectionParams: () =>
        accessToken().then(
          (token): Record<string, unknown> => (token === null ? {} : { authorization: `Bearer ${token}` }),
          () => ({}),
        ),
      lazyCloseTimeout: 3_000,
      keepAlive: keepAliveMs,
      connectionAckWaitTimeout: 10_000,
      retryAttempts: Number.POSITIVE_INFINITY,
      shouldRetry: () => true,
      retryWait: (retries) => this.wait(Math.min(250 * 2 ** retries, longestWaitMs)),
      on: {
        connected: () => this.connected(),
        closed: () => this.disconnected(),
        ping: (received) => {
          if (!received) this.pongTimer = setTimeout(() => this.client.terminate(), pongLimitMs);
        },
        pong: (received) => {
          if (received) clearTimeout(this.pongTimer);
        },
      },
    });
    const { signal } = this.abort;
    addEventListener('offline', () => this.cut(), { signal });
    addEventListener('online', () => this.wake(), { signal });
    document.addEventListener('visibilitychange', () => this.looked(), { signal });
    this.ticking = setInterval(() => this.looked(), tickMs);
  }

  onState(listener: (state: LiveState) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Follows until the returned function is called. */
  follow<Event extends LiveEvent>(following: Following<Event>): () => void {
    // The client sends this same object whenever it has to connect anew: so it resumes from the last event.
    const variables: Record<string, unknown> = { ...following.variables, after: following.after };
    let isOver = false;
    let end = (): void => {};
    const start = (): void => {
      end = this.client.subscribe<Record<string, Event>>(
        { query: following.query, variables },
        {
          next: ({ data }) => {
            if (isOver) return;
            const event = data?.[following.field];
            if (!event) return finish();
            variables['after'] = event.cursor;
            this.moved();
            following.next(event);
          },
          // A list of errors is the server's word on the subscription; anything else is the connection.
          error: (reason) => (Array.isArray(reason) ? finish() : again()),
          complete: () => again(),
        },
      );
    };
    const finish = (): void => {
      if (isOver) return;
      isOver = true;
      end();
      this.ended();
      following.lost();
    };
    const again = (): void => {
      if (!isOver && !this.abort.signal.aborted) void this.wait(longestWaitMs).then(() => !isOver && start());
    };
    this.begun();
    start();
    return () => {
      if (isOver) return;
      isOver = true;
      end();
      this.ended();
    };
  }

  close(): void {
    this.abort.abort();
    clearInterval(this.ticking);
    clearTimeout(this.quietTimer);
    clearTimeout(this.pongTimer);
    void this.client.dispose();
  }

  private begun(): void {
    this.followed += 1;
    if (this.isConnected) this.catchUp();
    else if (this.followed === 1) this.become('catchingUp');
  }

  private ended(): void {
    this.followed -= 1;
    if (this.followed === 0) this.become('idle');
  }

  private connected(): void {
    this.isConnected = true;
    this.catchUp();
  }

  private catchUp(): void {
    this.isConfirmed = false;
    this.become('catchingUp');
    // Nothing is called live before the server has answered a question that was put after the connection.
    const end = this.client.subscribe(
      { query: confirmQuery },
      {
        next: () => {
          this.isConfirmed = true;
          this.moved();
        },
        error: () => {},
        complete: () => end(),
      },
    );
  }

  private disconnected(): void {
    clearTimeout(this.pongTimer);
    clearTimeout(this.quietTimer);
    this.isConnected = false;
    this.isConfirmed = false;
    this.become(this.followed === 0 ? 'idle' : 'offline');
  }

  /** An event has come: while there are more, it is still being caught up. */
  private moved(): void {
    if (this.state !== 'catchingUp' || !this.isConfirmed) return;
    clearTimeout(this.quietTimer);
    this.quietTimer = setTimeout(() => this.become('live'), quietMs);
  }

  private become(state: LiveState): void {
    if (state === this.state || this.abort.signal.aborted) return;
    this.state = state;
    for (const listener of this.listeners) listener(state);
  }

  private cut(): void {
    this.client.terminate();
    this.disconnected();
  }

  private looked(): void {
    const now = Date.now();
    const hasSlept = now - this.lastTickMs > sleptMs;
    this.lastTickMs = now;
    if (hasSlept && this.state !== 'offline') this.cut();
    if (document.visibilityState === 'visible' && hasSlept) this.wake();
  }

  private wake(): void {
    for (const wakeUp of this.wakeUps) wakeUp();
  }

  /** Waits, but not past the moment at which the network is back. */
  private wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.wakeUps.delete(done);
        resolve();
      };
      const timer = setTimeout(done, milliseconds + Math.random() * 200);
      this.wakeUps.add(done);
    });
  }
}
