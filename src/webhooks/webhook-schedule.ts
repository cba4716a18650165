const minute = 60;
const hour = 60 * minute;

/** Seconds from a failed attempt to the next, as Standard Webhooks suggests: nearly 28 hours in all. */
export const pausesSeconds = [5, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 10 * hour] as const;
/** Receivers that failed together are not to be asked together. */
const jitter = 0.1;

/** Seconds until the next attempt, after this many; null when there is none. */
export function pauseBeforeNext(attempts: number, random: () => number = Math.random): number | null {
  const pause = pausesSeconds[attempts - 1];
  return pause === undefined ? null : pause * (1 - jitter + 2 * jitter * random());
}
