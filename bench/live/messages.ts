/** What the bench and the process of its sockets say to each other. */

export interface OpenListeners {
  readonly url: string;
  readonly sockets: readonly {
    /** Sockets that ought to be told the same. */
    readonly group: string;
    readonly token: string;
    readonly query: string;
    readonly variables: object;
    /** Reads nothing from the moment that it has subscribed. */
    readonly stalled: boolean;
  }[];
}

/** An event, named by the time that it carries, and when its writer knew of the commit. */
export interface Commit {
  readonly tag: string;
  readonly group: string;
  readonly atMs: number;
}

export interface Deliveries {
  readonly deliveries: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly mostMs: number;
  readonly lastAtMs: number;
  readonly perGroup: Record<
    string,
    { sockets: number; least: number; most: number; doubled: number; untagged: number }
  >;
  /** Sockets that were closed as too slow. */
  readonly cutOff: number;
}

export type Command = { readonly id: number } & (
  | { readonly do: 'open'; readonly listeners: OpenListeners }
  | { readonly do: 'collect'; readonly commits: readonly Commit[] }
  | { readonly do: 'untilAllLive'; readonly commits: readonly Commit[] }
  | { readonly do: 'cursors' | 'readAgain' | 'closeAll' }
);

/** The machine's clock that never jumps: the same in every process on it. */
export function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
