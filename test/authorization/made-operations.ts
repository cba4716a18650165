/** Operations made from the schema, so that what is added to it is asked for without being named. */
import {
  getNamedType,
  getNullableType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';

export type Field = GraphQLField<unknown, unknown>;

/** What stands for a value of a scalar that is no text. */
const plainValues: Readonly<Record<string, string>> = {
  Int: '1',
  Float: '1',
  SafeInt: '1',
  Boolean: 'false',
  DateTime: '"2036-01-01T00:00:00Z"',
  LocalDate: '"2036-01-01"',
  JSON: '{}',
};

const isText = (type: GraphQLInputType): boolean => ['ID', 'String'].includes(getNamedType(type).name);

/** A value of the type, with a variable wherever a text or an id can stand and is required. */
function literal(type: GraphQLInputType, everyText = false): string {
  const inner = getNullableType(type);
  if (isListType(inner)) return `[${literal(inner.ofType as GraphQLInputType, everyText)}]`;
  if (isEnumType(inner)) return inner.getValues()[0]!.name;
  if (isInputObjectType(inner)) {
    const fields = Object.values(inner.getFields()).filter(
      (field) => isRequiredInputField(field) || (everyText && getNamedType(field.type).name === 'ID'),
    );
    return `{ ${fields.map((field) => given(field, everyText)).join(' ')} }`;
  }
  const { name } = inner as { name: string };
  return name === 'ID' ? '$id' : (plainValues[name] ?? '$text');
}

/** A currency and a country are texts as well, and refused before anything is looked for. */
const fixedTexts: Readonly<Record<string, string>> = {
  currency: '"GBP"',
  country: '"GB"',
  email: '"a@b.example"',
  url: '"https://example.com/"',
};

/** An argument or a field with its value. */
const given = ({ name, type }: GraphQLInputField | GraphQLArgument, everyText = false): string =>
  `${name}: ${(isText(type) && fixedTexts[name]) || literal(type, everyText)}`;

/**
 * An operation that asks a root field. What it asks for is in variables, so that one document serves for all values,
 * and is looked through once.
 */
export function operation(kind: 'query' | 'mutation', text: string): string {
  const variables = [text.includes('$id') && '$id: ID!', text.includes('$text') && '$text: String!'];
  const declared = variables.filter(Boolean).join(', ');
  return `${kind} ${declared && `(${declared})`} { root: ${text} }`;
}

/** The same value at each place where one can stand. */
export const variablesOf = (query: string, value: string): Record<string, string> => ({
  ...(query.includes('$id') && { id: value }),
  ...(query.includes('$text') && { text: value }),
});

/** A way of asking a root field with a value, at one place where a text or an id can stand. */
export interface Way {
  /** The arguments. */
  readonly text: string;
  /** Whether only ids stand there, or nothing of the kind. */
  readonly takes: 'id' | 'text' | 'nothing';
}

const takenBy = (type: GraphQLInputType): 'id' | 'text' => (getNamedType(type).name === 'ID' ? 'id' : 'text');

/** One for each argument, or field of one, where a text can stand; and with what must be given alone. */
export function waysToAsk(field: Field): Way[] {
  const required = field.args.filter(isRequiredArgument);
  const call = (more?: string): string => {
    const parts = [...required.map((argument) => given(argument)), ...(more === undefined ? [] : [more])];
    return parts.length === 0 ? '' : `(${parts.join(', ')})`;
  };
  const first = required.find(({ type }) => isText(type));
  const ways: Way[] = [{ text: call(), takes: first ? takenBy(first.type) : 'nothing' }];
  for (const argument of field.args.filter((each) => !isRequiredArgument(each))) {
    const { name, type } = argument;
    if (isText(type)) ways.push({ text: call(`${name}: ${literal(type)}`), takes: takenBy(type) });
    const named = getNamedType(type);
    if (!isInputObjectType(named)) continue;
    const inner = Object.values(named.getFields());
    const texts = inner.filter((each) => isText(each.type));
    for (const one of texts) {
      const fields = inner.filter((each) => each === one || isRequiredInputField(each));
      const filter = fields.map((each) => `${each.name}: ${literal(each.type)}`).join(' ');
      ways.push({ text: call(`${name}: { ${filter} }`), takes: takenBy(one.type) });
    }
    // A filter in a filter, such as `not`, with the first id that it takes.
    const id = texts.find((each) => takenBy(each.type) === 'id');
    for (const nested of inner.filter((each) => id && getNamedType(each.type) === named)) {
      const filter = `{ ${id!.name}: ${literal(id!.type)} }`;
      const isMany = isListType(getNullableType(nested.type));
      ways.push({
        text: call(`${name}: { ${nested.name}: ${isMany ? `[${filter}]` : filter} }`),
        takes: 'id',
      });
    }
  }
  return ways;
}

/** A mutation with the value at every id that it takes, and something for the rest of what it must have. */
export function mutationWith(schema: GraphQLSchema, field: Field): string {
  const parts = field.args.map((argument) => `${argument.name}: ${literal(argument.type, true)}`);
  return operation('mutation', `${field.name}(${parts.join(', ')}) ${everything(schema, field.type, 1)}`);
}

const isAskable = (field: Field): boolean => !field.args.some(isRequiredArgument);
export const isLeaf = (field: Field): boolean => isLeafType(getNamedType(field.type));
export const fieldsOf = (type: GraphQLObjectType): Field[] =>
  Object.values(type.getFields()).filter(isAskable);
export const three = (field: Field): string =>
  field.args.some(({ name }) => name === 'first') ? '(first: 3)' : '';

/** The types that an answer of this one can be. */
export function possibleTypes(schema: GraphQLSchema, type: GraphQLOutputType): readonly GraphQLObjectType[] {
  const named = getNamedType(type);
  if (isAbstractType(named)) return schema.getPossibleTypes(named);
  return isObjectType(named) ? [named] : [];
}

/** All fields of a type down to a depth, three of each list. */
export function everything(schema: GraphQLSchema, type: GraphQLOutputType, depth: number): string {
  const possible = possibleTypes(schema, type);
  const isOne = isObjectType(getNamedType(type));
  const each = possible.map((object) => {
    const parts = fieldsOf(object)
      .filter((field) => isLeaf(field) || depth > 0)
      .map((field) => {
        // Fields of other types under the same name do not go together.
        const name = isOne ? field.name : `${object.name}_${field.name}: ${field.name}`;
        return `${name}${three(field)} ${everything(schema, field.type, depth - 1)}`;
      });
    return isOne ? parts.join(' ') : `... on ${object.name} { __typename ${parts.join(' ')} }`;
  });
  return possible.length === 0 ? '' : `{ __typename ${each.join(' ')} }`;
}

/** The (type, field) of every object that an answer can have, without the roots. */
export function everyEdge(schema: GraphQLSchema): string[] {
  const roots = new Set([schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]);
  return Object.values(schema.getTypeMap()).flatMap((type) =>
    isObjectType(type) && !roots.has(type) && !type.name.startsWith('__')
      ? fieldsOf(type)
          .filter((field) => !isLeaf(field))
          .map((field) => `${type.name}.${field.name}`)
      : [],
  );
}
