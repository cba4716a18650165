import { makeRandom } from '../concurrency/random.ts';
import type { People } from './people.ts';
import type { Surroundings } from './servers.ts';
import type { Call } from './caller.ts';

export interface SoakOptions {
  readonly seed: number;
  readonly lengthMs: number;
  readonly servers: number;
  readonly writers: number;
  readonly subscribers: number;
  /** Told of what happens while it runs. */
  readonly log: (message: string) => void;
  /** What goes wrong, and how often; kills alone when left out. */
  readonly plan?: FaultPlan;
  /** What the processes stand in; PostgreSQL on a disk and nothing between it and the servers when left out. */
  readonly openSurroundings?: () => Promise<Surroundings>;
  /** What else must hold when the writers have ended, while the servers are still up: what is wrong, in sentences. */
  readonly alsoCheck?: (finished: Finished) => Promise<string[]>;
}

/** What a check at the end is given. */
export interface Finished {
  readonly databaseUrl: string;
  readonly people: People;
  readonly call: Call;
  /** Orders that were acknowledged. */
  readonly orders: readonly string[];
  /** Remembers a note that the check has written. */
  readonly noted: (id: string) => void;
  /** By the database's clock. */
  readonly startedAt: string;
}

export type Kill = 'server -9' | 'server -15' | 'postgres -9';
/** What the chaos does beside; the surroundings know how. */
export type Fault = Kill | 'backend -9' | 'backend -15' | 'black hole' | 'disk full' | 'clock jump';

export interface FaultPlan {
  /** Come first, whatever the seed, and however short the run. */
  readonly first: readonly Fault[];
  /** Are drawn from afterwards. */
  readonly kinds: readonly Fault[];
  /** So many in any case, however long it takes. */
  readonly fewest: number;
  readonly shortestPauseMs: number;
  readonly longestPauseMs: number;
}

export interface PlannedKill {
  /** So long after everybody was up again after the kill before. */
  readonly pauseMs: number;
  readonly kind: Fault;
  /** Which of the servers; one that is not up is passed over for the next. */
  readonly server: number;
}

/** Everybody draws from numbers of their own, so that nobody's luck depends on who was faster. */
export function randomOf(seed: number, who: string): (below: number) => number {
  let mixed = seed;
  for (const letter of who) mixed = Math.imul(mixed ^ letter.charCodeAt(0), 0x01_00_01_93);
  return makeRandom(mixed);
}

const killsAlone: FaultPlan = {
  first: ['server -9', 'postgres -9', 'server -9'],
  kinds: ['server -9', 'server -9', 'server -9', 'postgres -9', 'postgres -9', 'server -15'],
  fewest: 3,
  shortestPauseMs: 2_000,
  longestPauseMs: 6_000,
};

export const planOf = ({ plan = killsAlone }: Pick<SoakOptions, 'plan'>): FaultPlan => plan;

/** What goes wrong when: more than there is time for. */
export function planKills(
  options: Pick<SoakOptions, 'seed' | 'lengthMs' | 'servers' | 'plan'>,
): PlannedKill[] {
  const { first, kinds, fewest, shortestPauseMs, longestPauseMs } = planOf(options);
  const random = randomOf(options.seed, 'kills');
  const count = fewest + Math.ceil(options.lengthMs / shortestPauseMs);
  return Array.from({ length: count }, (_, index) => ({
    kind: first[index] ?? kinds[random(kinds.length)]!,
    server: random(options.servers),
    pauseMs: shortestPauseMs + random(longestPauseMs - shortestPauseMs),
  }));
}

export function replayCommand({ seed, lengthMs, servers, writers, subscribers }: SoakOptions): string {
  return `npm run soak -- --seed ${seed} --seconds ${lengthMs / 1000} --servers ${servers} --writers ${writers} --subscribers ${subscribers}`;
}
