/** Numbers that can be had again: the seed is printed by the test that fails. */
export interface Randomness {
  readonly seed: number;
  /** From 0 up to, and without, `limit`. */
  below(limit: number): number;
}

export function makeRandomness(): Randomness {
  const seed = Number(process.env['DRIVER_STORM_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  let state = seed;
  return {
    seed,
    below: (limit) => {
      // Mulberry32: small, and good enough to mix cases.
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
    },
  };
}
