/** `amount * part / whole`, rounded half up; whole numbers that are not negative, also beyond what a float holds. */
export function shareOf(amount: number, part: number, whole: number): number {
  const [product, divisor] = [BigInt(amount) * BigInt(part), BigInt(whole)];
  return Number((2n * product + divisor) / (2n * divisor));
}

/**
 * Splits a whole amount in proportion to weights, into whole parts that add up to it exactly: each gets its share
 * rounded down, and what is left goes by one to those that lost most by rounding, the first of equals first (the
 * method of the largest remainder). Without any weight, nothing can be split but nothing.
 */
export function allocate(amount: number, weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + BigInt(weight), 0n);
  if (total === 0n) {
    if (amount !== 0) throw new Error('An amount cannot be split in proportion to nothing.');
    return weights.map(() => 0);
  }
  const shares = weights.map((weight, index) => {
    const product = BigInt(amount) * BigInt(weight);
    return { index, part: Number(product / total), remainder: product % total };
  });
  const left = amount - shares.reduce((sum, { part }) => sum + part, 0);
  const byRemainder = shares.toSorted((one, other) =>
    one.remainder === other.remainder ? one.index - other.index : one.remainder > other.remainder ? -1 : 1,
  );
  const raised = new Set(byRemainder.slice(0, left).map(({ index }) => index));
  return shares.map(({ index, part }) => part + (raised.has(index) ? 1 : 0));
}
