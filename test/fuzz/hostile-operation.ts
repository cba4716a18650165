import {
  getNamedType,
  isLeafType,
  isNonNullType,
  isObjectType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
} from 'graphql';
import type { Chooser } from '../graphql/random-query.ts';
import { literal } from './hostile-literal.ts';
import { hostileValue, type ExistingValues } from './hostile-values.ts';

export interface HostileOperation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** One operation of a root field, with whatever for its arguments and those of the fields within. */
export function hostileOperation(
  choose: Chooser,
  existing: ExistingValues,
  kind: 'query' | 'mutation' | 'subscription',
  field: GraphQLField<unknown, unknown>,
): HostileOperation {
  const declared: string[] = [];
  const variables: Record<string, unknown> = {};
  const withArguments = ({ name, args }: GraphQLField<unknown, unknown>): string => {
    const given = args.filter(({ type }) => isNonNullType(type) || choose.oneIn(2));
    if (given.length === 0) return name;
    const parts = given.map((argument) => {
      const value = hostileValue(choose, existing, argument.type, argument.name);
      if (choose.oneIn(4)) return `${argument.name}: ${literal(choose, value, argument.type)}`;
      const variable = `v${declared.length}`;
      declared.push(`$${variable}: ${String(argument.type)}`);
      variables[variable] = value;
      return `${argument.name}: $${variable}`;
    });
    return `${name}(${parts.join(', ')})`;
  };
  const selectionOf = (output: GraphQLOutputType, depth: number): string => {
    const type = getNamedType(output);
    if (isLeafType(type)) return '';
    if (!isObjectType(type)) return ' { __typename }';
    return ` { __typename ${fieldsOf(choose, type, depth)
      .map(
        (inner, index) => `f${depth}x${index}: ${withArguments(inner)}${selectionOf(inner.type, depth + 1)}`,
      )
      .join(' ')} }`;
  };
  const body = `root: ${withArguments(field)}${selectionOf(field.type, 0)}`;
  const head = declared.length > 0 ? `(${declared.join(', ')})` : '';
  return { query: `${kind} Hostile${head} { ${body} }`, variables };
}

const deepest = 4;

/** What went wrong always, and some of the rest. */
function fieldsOf(choose: Chooser, type: GraphQLObjectType, depth: number): GraphQLField<unknown, unknown>[] {
  const all = Object.values(type.getFields()).filter(
    ({ type: output }) => depth < deepest || isLeafType(getNamedType(output)),
  );
  const errors = all.filter(({ name }) => ['userErrors', 'message', 'code', 'path'].includes(name));
  const others = Array.from({ length: 1 + choose.below(4) }, () => choose.from(all));
  return [...errors, ...others];
}
