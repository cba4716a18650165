/** What is wrong with what a subscriber was told, measured against what the database holds for it. */
export interface Verdict {
  readonly expected: number;
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  /** Told after something that comes later in the log. */
  readonly outOfOrder: readonly string[];
  /** Told, and not in the database, or not for this subscriber. */
  readonly strange: readonly string[];
}

/** Both are lists of entries that name a place of the log and what happened there; each place occurs once in `stored`. */
export function judge(stored: readonly string[], told: readonly string[]): Verdict {
  const placeOf = new Map(stored.map((entry, index) => [entry, index] as const));
  const seen = new Set<string>();
  const doubled: string[] = [];
  const outOfOrder: string[] = [];
  const strange: string[] = [];
  let furthest = -1;
  for (const entry of told) {
    const place = placeOf.get(entry);
    if (place === undefined) strange.push(entry);
    else if (seen.has(entry)) doubled.push(entry);
    else if (place < furthest) outOfOrder.push(entry);
    else furthest = place;
    seen.add(entry);
  }
  const lost = stored.filter((entry) => !seen.has(entry));
  return { expected: stored.length, lost, doubled, outOfOrder, strange };
}

export function isClean({ lost, doubled, outOfOrder, strange }: Verdict): boolean {
  return lost.length + doubled.length + outOfOrder.length + strange.length === 0;
}

/** How often each change occurs in one list and not in the other: what was acknowledged, and what is stored. */
export function differences(
  acknowledged: readonly string[],
  stored: readonly string[],
): { readonly missing: string[]; readonly unasked: string[] } {
  const left = new Map<string, number>();
  for (const change of stored) left.set(change, (left.get(change) ?? 0) + 1);
  const missing: string[] = [];
  for (const change of acknowledged) {
    const count = left.get(change) ?? 0;
    if (count === 0) missing.push(change);
    else left.set(change, count - 1);
  }
  const unasked = [...left].flatMap(([change, count]) => Array.from({ length: count }, () => change));
  return { missing, unasked };
}
