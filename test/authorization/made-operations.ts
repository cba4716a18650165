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

/** A value of the type, with `value` wherever a text or an id can stand and is required. */
function literal(type: GraphQLInputType, value: string, everyText = false): string {
  const inner = getNullableType(type);
  if (isListType(inner)) return `[${literal(inner.ofType as GraphQLInputType, value, everyText)}]`;
  if (isEnumType(inner)) return inner.getValues()[0]!.name;
  if (isInputObjectType(inner)) {
    const fields = Object.values(inner.getFields()).filter(
      (field) => isRequiredInputField(field) || (everyText && getNamedType(field.type).name === 'ID'),
    );
    return `{ ${fields.map((field) => `${field.name}: ${literal(field.type, textFor(field, value), everyText)}`).join(' ')} }`;
  }
  const { name } = inner as { name: string };
  return isText(inner as GraphQLInputType)
    ? JSON.stringify(value)
    : (plainValues[name] ?? JSON.stringify(value));
}

/** A currency and a country are texts as well, and refused before anything is looked for. */
function textFor({ name }: GraphQLInputField | GraphQLArgument, value: string): string {
  return { currency: 'GBP', country: 'GB', email: 'a@b.example', url: 'https://example.com/' }[name] ?? value;
}

/** A way of asking a root field with a value, at one place where a text or an id can stand. */
export interface Way {
  readonly text: (value: string) => string;
  /** Whether only ids stand there, or nothing of the kind. */
  readonly takes: 'id' | 'text' | 'nothing';
}

const takenBy = (type: GraphQLInputType): 'id' | 'text' => (getNamedType(type).name === 'ID' ? 'id' : 'text');

/** One for each argument, or field of one, where a text can stand; and with what must be given alone. */
export function waysToAsk(field: Field): Way[] {
  const required = field.args.filter(isRequiredArgument);
  const given = (value: string): string[] =>
    required.map((argument) => `${argument.name}: ${literal(argument.type, value)}`);
  const call = (parts: readonly string[]): string => (parts.length === 0 ? '' : `(${parts.join(', ')})`);
  const first = required.find(({ type }) => isText(type));
  const ways: Way[] = [
    { text: (value) => call(given(value)), takes: first ? takenBy(first.type) : 'nothing' },
  ];
  for (const argument of field.args.filter((each) => !isRequiredArgument(each))) {
    const { name, type } = argument;
    if (isText(type))
      ways.push({
        text: (value) => call([...given(value), `${name}: ${literal(type, value)}`]),
        takes: takenBy(type),
      });
    const named = getNamedType(type);
    if (!isInputObjectType(named)) continue;
    const inner = Object.values(named.getFields());
    const texts = inner.filter((each) => isText(each.type));
    for (const one of texts) {
      const fields = inner.filter((each) => each === one || isRequiredInputField(each));
      const filter = (value: string): string =>
        fields.map((each) => `${each.name}: ${literal(each.type, value)}`).join(' ');
      ways.push({
        text: (value) => call([...given(value), `${name}: { ${filter(value)} }`]),
        takes: takenBy(one.type),
      });
    }
    // A filter in a filter, such as `not`, with the first id that it takes.
    const id = texts.find((each) => takenBy(each.type) === 'id');
    for (const nested of inner.filter((each) => id && getNamedType(each.type) === named)) {
      const isMany = isListType(getNullableType(nested.type));
      ways.push({
        text: (value) => {
          const filter = `{ ${id!.name}: ${literal(id!.type, value)} }`;
          return call([...given(value), `${name}: { ${nested.name}: ${isMany ? `[${filter}]` : filter} }`]);
        },
        takes: 'id',
      });
    }
  }
  return ways;
}

/** A mutation with the value at every id that it takes, and something for the rest of what it must have. */
export function mutationWith(schema: GraphQLSchema, field: Field, value: string): string {
  const parts = field.args.map((argument) => `${argument.name}: ${literal(argument.type, value, true)}`);
  return `mutation { root: ${field.name}(${parts.join(', ')}) ${everything(schema, field.type, 1)} }`;
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
