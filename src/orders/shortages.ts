import type { Shortage } from '../shared/errors.ts';
import type { AvailableQuantity } from '../stock/reserve.repository.ts';

interface RequestedLine {
  readonly variant: { readonly id: string; readonly sku: string };
  readonly location: { readonly id: string; readonly code: string } | null;
  readonly quantity: number;
}

/**
 * What is short, one row a SKU and named location, over all its lines. Lines of a SKU that name a location and
 * lines that leave it open draw on the same stock; where only their sum is too much, the open ones are named.
 */
export function shortagesOf(
  lines: readonly RequestedLine[],
  available: readonly AvailableQuantity[],
): Shortage[] {
  const wanted = new Map<string, { line: RequestedLine; requested: number }>();
  for (const line of lines) {
    const key = `${line.variant.id} ${line.location?.id ?? ''}`;
    const entry = wanted.get(key);
    if (entry) entry.requested += line.quantity;
    else wanted.set(key, { line, requested: line.quantity });
  }
  const groups = [...wanted.values()];
  return groups.flatMap(({ line, requested }): Shortage[] => {
    const { variant, location } = line;
    const at = available.filter(
      (level) => level.variantId === variant.id && (location === null || level.locationId === location.id),
    );
    const onOffer = at.reduce((sum, level) => sum + level.available, 0);
    const namedElsewhere = location
      ? 0
      : groups
          .filter((other) => other.line.variant.id === variant.id && other.line.location)
          .reduce((sum, other) => sum + other.requested, 0);
    const left = Math.max(onOffer - namedElsewhere, 0);
    if (requested <= left) return [];
    return [{ sku: variant.sku, locationCode: location?.code ?? null, requested, available: left }];
  });
}
