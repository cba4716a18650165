import { makeRandom } from '../concurrency/random.ts';

export interface SoakOptions {
  readonly seed: number;
  readonly lengthMs: number;
  readonly servers: number;
  readonly writers: number;
  readonly subscribers: number;
  /** Told of what happens while it runs. */
  readonly log: (message: string) => void;
}

export type Kill = 'server -9' | 'server -15' | 'postgres -9';

export interface PlannedKill {
  /** So long after everybody was up again after the kill before. */
  readonly pauseMs: number;
  readonly kind: Kill;
  /** Which of the servers; one that is not up is passed over for the next. */
  readonly server: number;
}

/** Everybody draws from numbers of their own, so that nobody's luck depends on who was faster. */
export function randomOf(seed: number, who: string): (below: number) => number {
  let mixed = seed;
  for (const letter of who) mixed = Math.imul(mixed ^ letter.charCodeAt(0), 0x01_00_01_93);
  return makeRandom(mixed);
}

/** One of each kind that loses something comes first, whatever the seed, and however short the run. */
const firstKills: readonly Kill[] = ['server -9', 'postgres -9', 'server -9'];
const kinds: readonly Kill[] = [
  'server -9',
  'server -9',
  'server -9',
  'postgres -9',
  'postgres -9',
  'server -15',
];
export const fewestKills = firstKills.length;
const shortestPauseMs = 2_000;
const longestPauseMs = 6_000;

/** Who is killed when: more than there is time for. */
export function planKills({
  seed,
  lengthMs,
  servers,
}: Pick<SoakOptions, 'seed' | 'lengthMs' | 'servers'>): PlannedKill[] {
  const random = randomOf(seed, 'kills');
  const count = fewestKills + Math.ceil(lengthMs / shortestPauseMs);
  return Array.from({ length: count }, (_, index) => ({
    kind: firstKills[index] ?? kinds[random(kinds.length)]!,
    server: random(servers),
    pauseMs: shortestPauseMs + random(longestPauseMs - shortestPauseMs),
  }));
}

export function replayCommand({ seed, lengthMs, servers, writers, subscribers }: SoakOptions): string {
  return `npm run soak -- --seed ${seed} --seconds ${lengthMs / 1000} --servers ${servers} --writers ${writers} --subscribers ${subscribers}`;
}
