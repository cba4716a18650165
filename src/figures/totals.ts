import type { DurationKind, Measure } from '../db/tables/figures.ts';
import type { Distribution, Sum } from './figures.repository.ts';

/** Sums by measure and label. */
export class Totals {
  constructor(private readonly sums: readonly Sum[]) {}

  /** Of one label, or of all of them. */
  of(measure: Measure, label?: string): number {
    return this.sums
      .filter((sum) => sum.measure === measure && (label === undefined || sum.label === label))
      .reduce((total, { amount }) => total + amount, 0);
  }

  labels(measure: Measure): string[] {
    return this.sums.filter((sum) => sum.measure === measure).map(({ label }) => label);
  }
}

export interface RateFigures {
  readonly count: number;
  readonly of: number;
  readonly rate: number | null;
}

/** Nothing out of nothing is no rate. */
export function rateOf(count: number, of: number): RateFigures {
  return { count, of, rate: of === 0 ? null : count / of };
}

export interface DurationFigures {
  readonly count: number;
  readonly meanSeconds: number | null;
  readonly medianSeconds: number | null;
  readonly ninetiethPercentileSeconds: number | null;
}

/** The mean is of the exact durations; the others are of the rounded ones. */
export function durationOf(
  totals: Totals,
  distributions: ReadonlyMap<DurationKind, Distribution>,
  kind: DurationKind,
): DurationFigures {
  const { count, median, ninetiethPercentile } = distributions.get(kind) ?? {
    count: 0,
    median: null,
    ninetiethPercentile: null,
  };
  return {
    count,
    meanSeconds: meanSeconds(totals.of(kind), count),
    medianSeconds: median,
    ninetiethPercentileSeconds: ninetiethPercentile,
  };
}

/** To the thousandth of a second. */
export function meanSeconds(microseconds: number, count: number): number | null {
  return count === 0 ? null : Math.round(microseconds / count / 1_000) / 1_000;
}
