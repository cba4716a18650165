import { invalid } from '../shared/errors.ts';
import type { OrderDiscount } from './pricing.ts';

/** As clients send it: one of the two. */
export interface DiscountInput {
  readonly basisPoints?: number | null;
  readonly amountMinor?: number | null;
}

export function discountFrom(input: DiscountInput | null | undefined): OrderDiscount | null {
  if (!input) return null;
  const { basisPoints, amountMinor } = input;
  const isPart = basisPoints !== undefined && basisPoints !== null;
  const isAmount = amountMinor !== undefined && amountMinor !== null;
  if (isPart === isAmount) throw invalid('Give basisPoints or amountMinor, and not both.', ['discount']);
  return isPart ? { basisPoints } : { amountMinor: amountMinor! };
}
