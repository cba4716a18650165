import { shareOf } from '../shared/allocate.ts';

/**
 * What the customer gets back for units of a line: the share of all units that are back then, less the share of
 * those that were back before. So the roundings cancel out, and the returns of all units, in whatever parts, add
 * up to exactly what the line has cost.
 */
export function refundForUnits(
  line: { readonly quantity: number; readonly totalMinor: number },
  unitsBefore: number,
  units: number,
): number {
  const shareUpTo = (upTo: number): number => shareOf(line.totalMinor, upTo, line.quantity);
  return shareUpTo(unitsBefore + units) - shareUpTo(unitsBefore);
}
