import type { PlannedField } from './compile-plan.ts';
import { nothing } from './leaf-value.ts';
import type { Column, Frame } from './run-plan.ts';

/** Makes the part of the answer that one object of a frame is. */
export type ObjectBuilder = (object: object, place: number, columns: readonly Column[]) => object;

/**
 * A builder that is one object literal. V8 then knows the form of the answer's objects beforehand, as it does with
 * objects that are written by hand.
 */
export function objectBuilder(fields: readonly PlannedField[]): ObjectBuilder {
  const members = fields.map(({ key, access, content }, index) => {
    const name = JSON.stringify(key);
    if (content.kind === 'object') return `${name}: columns[${index}].results[place]`;
    const column = `columns[${index}]`;
    const value =
      access.kind === 'property'
        ? `${column}.values === undefined ? object[${JSON.stringify(access.name)}] : ${column}.values[place]`
        : `${column}.values[place]`;
    const leaf = `leaves[${index}](value)`;
    const { usual } = content;
    return `${name}: (value = ${value}, ${usual ? `(${usual}) ? value : ${leaf}` : leaf})`;
  });
  const source = `return (object, place, columns) => { let value; return { ${members.join(', ')} }; };`;
  const leaves = fields.map(({ content }) => (content.kind === 'leaf' ? content.valueOf : undefined));
  // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- There is no other way to write a literal.
  return new Function('leaves', source)(leaves) as ObjectBuilder;
}

/** The answer's objects, one for each of the frame. It throws where a value is not of its type. */
export function buildResults({ objects, columns, build }: Frame): object[] {
  for (const column of columns) if (column.frame) column.results = linked(column, column.frame);
  return objects.map((object, place) => build(object, place, columns));
}

/** What each object has in the column: the results of the objects that its values are. */
function linked({ field, values, places }: Column, frame: Frame): unknown[] {
  const results = buildResults(frame);
  const { isList, isNullable, isItemNullable } = field;
  let turn = 0;
  const next = (): object => {
    const result = results[places ? places[turn]! : turn]!;
    turn += 1;
    return result;
  };
  const isNothing = (value: unknown): boolean => value === null || value === undefined;
  return values!.map((value) => {
    if (isNothing(value)) return nothing(isNullable);
    if (!isList) return next();
    return Array.from(value as unknown[], (item) => (isNothing(item) ? nothing(isItemNullable) : next()));
  });
}
