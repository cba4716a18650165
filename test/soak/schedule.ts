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
  readonly atMs: number;
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

const firstKillMs = 3_000;
const shortestGapMs = 4_000;
const longestGapMs = 9_000;
/** The last part is left to those who were killed last, to come back while there is still work. */
const quietEndMs = 4_000;

/** Who is killed when: the first three are one of each kind that loses something, whatever the seed. */
export function planKills({
  seed,
  lengthMs,
  servers,
}: Pick<SoakOptions, 'seed' | 'lengthMs' | 'servers'>): PlannedKill[] {
  const random = randomOf(seed, 'kills');
  const first: readonly Kill[] = ['server -9', 'postgres -9', 'server -9'];
  const kinds: readonly Kill[] = [
    'server -9',
    'server -9',
    'server -9',
    'postgres -9',
    'postgres -9',
    'server -15',
  ];
  const plan: PlannedKill[] = [];
  let atMs = firstKillMs;
  while (atMs < lengthMs - quietEndMs) {
    const kind = first[plan.length] ?? kinds[random(kinds.length)]!;
    plan.push({ atMs, kind, server: random(servers) });
    atMs += shortestGapMs + random(longestGapMs - shortestGapMs);
  }
  return plan;
}

export function replayCommand({ seed, lengthMs, servers, writers, subscribers }: SoakOptions): string {
  return `npm run soak -- --seed ${seed} --seconds ${lengthMs / 1000} --servers ${servers} --writers ${writers} --subscribers ${subscribers}`;
}
