import { visit, type DocumentNode } from 'graphql';

/** Levels of lists and objects in what the variables hold. Without recursion: a body has room for half a million. */
export function levelsOfValues(variables: Readonly<Record<string, unknown>>): number {
  let levels = 0;
  let level: unknown[] = innerOf(variables);
  while (level.length > 0) {
    levels += 1;
    level = level.flatMap(innerOf);
  }
  return levels;
}

/** The same of the values that are written in a document. */
export function levelsOfLiterals(document: DocumentNode): number {
  let levels = 0;
  let deepest = 0;
  const nested = {
    enter: (): void => {
      levels += 1;
      deepest = Math.max(deepest, levels);
    },
    leave: (): void => void (levels -= 1),
  };
  visit(document, { ListValue: nested, ObjectValue: nested });
  return deepest;
}

const isNested = (value: unknown): value is object => typeof value === 'object' && value !== null;
const innerOf = (value: unknown): unknown[] => Object.values(value as object).filter(isNested);
