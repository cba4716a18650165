/** Through every field that leads to an object, as far as there are objects. */
import { getNamedType, isObjectType, type GraphQLOutputType, type GraphQLSchema } from 'graphql';
import { everything, fieldsOf, isLeaf, possibleTypes, three } from './made-operations.ts';

/** Where a walk begins: a root field with its arguments. */
export interface Start {
  readonly text: string;
  readonly type: GraphQLOutputType;
}

type Answer = { readonly data?: unknown };

interface Place {
  readonly before: string;
  readonly after: string;
  readonly type: GraphQLOutputType;
  readonly length: number;
}

/** So far each start goes by itself; beyond, a field is asked for until it has led to an object. */
const ownPath = 2;
const longestPath = 8;
/** Or so often: for what this viewer is never shown. */
const triesAtMost = 4;

/** The fields, such as `Order.customer`, that have led to an object in an answer. */
export function edgesIn(answer: unknown, found = new Set<string>()): Set<string> {
  if (Array.isArray(answer)) for (const each of answer) edgesIn(each, found);
  else if (typeof answer === 'object' && answer !== null) {
    const { __typename: type } = answer as { __typename?: string };
    for (const [name, value] of Object.entries(answer)) {
      const objects = [value].flat(2).filter((each) => typeof each === 'object' && each !== null);
      // In a union the fields have the name of their type before them.
      if (type && objects.length > 0 && '__typename' in objects[0])
        found.add(`${type}.${name.split('_').at(-1)}`);
      edgesIn(value, found);
    }
  }
  return found;
}

/** What is asked for at the end of a path: all leaves, and of a list those of its rows. */
function endOf(schema: GraphQLSchema, type: GraphQLOutputType): string {
  const named = getNamedType(type);
  if (!isObjectType(named) || !named.name.endsWith('Connection')) return everything(schema, type, 0);
  const { nodes, edges } = named.getFields();
  const edge = getNamedType(edges!.type);
  const rows = everything(schema, nodes!.type, 0);
  if (!isObjectType(edge)) throw new Error(`${named.name} has no edges.`);
  return `{ __typename totalCount nodes ${rows} edges { __typename cursor node ${rows} } pageInfo ${everything(schema, named.getFields()['pageInfo']!.type, 0)} }`;
}

/**
 * Asks for each field of each object that there is, with all leaves of its end, and goes on from what is answered. What
 * is answered goes to `look`, with whether it has led to what was not reached before; all that was is in `reached`.
 */
export async function walk(
  schema: GraphQLSchema,
  start: Start,
  reached: Set<string>,
  ask: (query: string) => Promise<Answer>,
  look: (query: string, answer: Answer, isFurther: boolean) => void,
): Promise<void> {
  const tries = new Map<string, number>();
  const go = async (query: string): Promise<Set<string>> => {
    const answer = await ask(query);
    const found = edgesIn(answer.data);
    look(
      query,
      answer,
      [...found].some((edge) => !reached.has(edge)),
    );
    for (const edge of found) reached.add(edge);
    return found;
  };
  /** Whether every object of the type was reached beyond as well; one row may have what another has not. */
  const isWhole = (type: GraphQLOutputType): boolean =>
    possibleTypes(schema, type).every((object) =>
      fieldsOf(object).every((field) => isLeaf(field) || reached.has(`${object.name}.${field.name}`)),
    );
  await go(`{ ${start.text} ${endOf(schema, start.type)} }`);
  const open: Place[] = [{ before: `{ ${start.text}`, after: ' }', type: start.type, length: 0 }];
  for (let at = open.shift(); at; at = open.shift()) {
    const { before, after, type, length } = at;
    const isOne = isObjectType(getNamedType(type));
    for (const object of possibleTypes(schema, type)) {
      for (const field of fieldsOf(object).filter((each) => !isLeaf(each))) {
        const edge = `${object.name}.${field.name}`;
        const tried = tries.get(edge) ?? 0;
        const isKnown = length < ownPath ? tried > 0 : reached.has(edge) && isWhole(field.type);
        if (isKnown || tried >= triesAtMost || length === longestPath) continue;
        tries.set(edge, tried + 1);
        const next: Place = {
          before: `${before} { __typename ${isOne ? '' : `... on ${object.name} { `}${field.name}${three(field)}`,
          after: `${isOne ? ' }' : ' } }'}${after}`,
          type: field.type,
          length: length + 1,
        };
        const found = await go(`${next.before} ${endOf(schema, field.type)}${next.after}`);
        if (found.has(edge)) open.push(next);
      }
    }
  }
}
