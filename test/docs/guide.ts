import { readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * A guide is Markdown whose operations are run in the order in which they stand. What the fences say:
 *
 * - ```` ```graphql manager ````: an operation, sent by the sample login of that name;
 * - ```` ```json ```` right after it: what it answers. `"<name>"` stands for any text and gives it a name: the
 *   same text is meant wherever the name comes again, and a variable `$name` of a later operation gets it.
 *   `"…"` stands for any text, each time another;
 * - ```` ```json event ````: the next event of the subscription that was opened last;
 * - ```` ```ts src/file.ts ````: code that stands in that file;
 * - anything else is not run.
 */
export interface GuideStep {
  readonly line: number;
  readonly kind: 'operation' | 'answer' | 'event' | 'source';
  readonly text: string;
  /** Who sends the operation, or the file of the code. */
  readonly word?: string;
}

export function readGuide(file: string): GuideStep[] {
  const steps: GuideStep[] = [];
  let open: { line: number; info: string; lines: string[] } | undefined;
  for (const [index, line] of readFileSync(file, 'utf8').split('\n').entries()) {
    if (open && line.trim() === '```') {
      const step = stepOf(open.info, open.line, open.lines.join('\n'), path.basename(file));
      if (step) steps.push(step);
      open = undefined;
    } else if (open) open.lines.push(line);
    else if (line.startsWith('```')) open = { line: index + 1, info: line.slice(3).trim(), lines: [] };
  }
  return steps;
}

function stepOf(info: string, line: number, text: string, file: string): GuideStep | undefined {
  const [language, word] = info.split(' ');
  if (language === 'graphql') {
    if (word === undefined) throw new Error(`${file}:${line}: who sends this operation?`);
    return { line, kind: 'operation', text, word };
  }
  if (language === 'ts' && word !== undefined) return { line, kind: 'source', text, word };
  if (language === 'json') return { line, kind: word === 'event' ? 'event' : 'answer', text };
  return undefined;
}

/** The first difference between an answer and what the guide says, as `path: why`; undefined when there is none. */
export function differenceFrom(
  expected: unknown,
  actual: unknown,
  names: Map<string, string>,
  at = 'answer',
): string | undefined {
  if (typeof expected === 'string') return differenceOfText(expected, actual, names, at);
  if (expected === null || typeof expected !== 'object') {
    return Object.is(expected, actual) ? undefined : `${at}: ${show(actual)} instead of ${show(expected)}`;
  }
  if (actual === null || typeof actual !== 'object' || Array.isArray(expected) !== Array.isArray(actual)) {
    return `${at}: ${show(actual)} instead of ${show(expected)}`;
  }
  const [wanted, got] = [Object.keys(expected), Object.keys(actual)];
  if (wanted.join() !== got.join()) return `${at}: has ${got.join()} instead of ${wanted.join()}`;
  for (const key of wanted) {
    const [left, right] = [expected, actual].map((value) => (value as Record<string, unknown>)[key]);
    const difference = differenceFrom(left, right, names, `${at}.${key}`);
    if (difference) return difference;
  }
  return undefined;
}

function differenceOfText(
  expected: string,
  actual: unknown,
  names: Map<string, string>,
  at: string,
): string | undefined {
  if (typeof actual !== 'string') return `${at}: ${show(actual)} instead of the text ${show(expected)}`;
  const pattern = expected.split(/(<\w+>|…)/).map((part) => {
    const name = /^<(\w+)>$/.exec(part)?.[1];
    if (part === '…') return '(?:.+)';
    if (name === undefined) return literally(part);
    const known = names.get(name);
    return known === undefined ? `(?<${name}>.+)` : literally(known);
  });
  const match = new RegExp(`^${pattern.join('')}$`, 'su').exec(actual);
  if (!match) return `${at}: ${show(actual)} instead of ${show(expected)}`;
  for (const [name, value] of Object.entries(match.groups ?? {})) names.set(name, value);
  return undefined;
}

const literally = (text: string): string => text.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&');
const show = (value: unknown): string => JSON.stringify(value);
