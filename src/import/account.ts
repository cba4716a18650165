import { formatMillionths, type Millionths } from './exact-amount.ts';

/** What became of some source lines, or of a part of one. */
export interface Entry {
  readonly outcome: string;
  /** 0 for a further part of a line that is counted elsewhere. */
  readonly lines: number;
  readonly amount: Millionths;
  /** The imported unit that holds it; none when nothing was imported for it. */
  readonly reference?: string | null;
}

/** A source line of which something was left out, and why. */
export interface LeftOut {
  readonly line: number;
  readonly text: string;
  readonly reason: string;
}

export interface ImportSummary {
  readonly source: string;
  readonly currency: string;
  /** Counts for people, such as orders imported. */
  readonly figures: readonly (readonly [label: string, count: number])[];
  /** What became of every source line. */
  readonly outcomes: readonly { outcome: string; lines: number; amount: Millionths }[];
  /** As counted from the file alone, independently of what became of each line. */
  readonly sourceLines: number;
  readonly sourceAmount: Millionths;
  readonly leftOut: readonly LeftOut[];
}

const alreadyImported = 'already there from an earlier run';

/** Adds the entries up by outcome. What had been imported before is an outcome of its own. */
export function sumOutcomes(
  entries: readonly Entry[],
  alreadyThere: ReadonlySet<string>,
): ImportSummary['outcomes'] {
  const sums = new Map<string, { outcome: string; lines: number; amount: Millionths }>();
  for (const entry of entries) {
    const outcome = entry.reference && alreadyThere.has(entry.reference) ? alreadyImported : entry.outcome;
    const sum = sums.get(outcome) ?? { outcome, lines: 0, amount: 0n };
    sum.lines += entry.lines;
    sum.amount += entry.amount;
    sums.set(outcome, sum);
  }
  return [...sums.values()].sort((one, other) => (one.outcome < other.outcome ? -1 : 1));
}

/** The summary as a table for the terminal. */
export function renderSummary(summary: ImportSummary): string {
  const total = summary.outcomes.reduce(
    (sum, each) => ({ lines: sum.lines + each.lines, amount: sum.amount + each.amount }),
    { lines: 0, amount: 0n },
  );
  const rows = [
    ['', 'lines', summary.currency],
    ...summary.outcomes.map((each) => lineOf(each.outcome, each.lines, each.amount)),
    lineOf('sum of the above', total.lines, total.amount),
    lineOf('the source', summary.sourceLines, summary.sourceAmount),
  ];
  const width = Math.max(...rows.map((row) => row[0]!.length));
  const table = rows.map(
    ([label, lines, amount]) => `  ${label!.padEnd(width)}  ${lines!.padStart(9)}  ${amount!.padStart(16)}`,
  );
  const figures = summary.figures.map(([label, count]) => `  ${label}: ${count.toLocaleString('en')}`);
  return [summary.source, ...figures, '', ...table, ''].join('\n');
}

function lineOf(label: string, lines: number, amount: Millionths): string[] {
  return [label, lines.toLocaleString('en'), formatMillionths(amount)];
}

/** True when every line of the source is accounted for, to the last digit of its money. */
export function addsUp(summary: ImportSummary): boolean {
  const lines = summary.outcomes.reduce((sum, each) => sum + each.lines, 0);
  const amount = summary.outcomes.reduce((sum, each) => sum + each.amount, 0n);
  return lines === summary.sourceLines && amount === summary.sourceAmount;
}
