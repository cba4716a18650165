import {
  getNamedType,
  isCompositeType,
  isListType,
  isNonNullType,
  isObjectType,
  isInterfaceType,
  Kind,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

type Variables = Readonly<Record<string, unknown>>;

/** What an operation asks for, with its fragments counted wherever they are used. */
export interface OperationSize {
  /** Levels of fields. */
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
  /** Fields that the answer could have at most, as far as the page sizes tell. */
  readonly cost: number;
}

/** Rows that a list without a page size is taken to have: the variants of a product, the items of a fulfillment. */
const rowsOfUnpagedList = 5;
/** The largest page of any list; more is refused by the list itself, with an error of its own. */
const largestPage = 10_000;
/** A transaction with its locks and its history: a request holds fewer than a hundred. */
const costOfMutation = 10_000;
const nothing: OperationSize = { depth: 0, aliases: 0, directives: 0, cost: 0 };

/** The operation that a request names; undefined where it names none. */
export function operationOf(
  document: DocumentNode,
  name: string | null | undefined,
): OperationDefinitionNode | undefined {
  const operations = document.definitions.filter((each) => each.kind === Kind.OPERATION_DEFINITION);
  return name ? operations.find((each) => each.name?.value === name) : operations[0];
}

/**
 * Measures a valid operation. Written here and not taken from a library: graphql-armor's cost limit and
 * graphql-query-complexity walk a fragment again wherever it is used (read in their sources, `computeComplexity` and
 * `nodeComplexity`), which is exponential where fragments use each other twice; here each is measured once. The first
 * also knows no page sizes.
 */
export function measureOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables,
): OperationSize {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const each of document.definitions) {
    if (each.kind === Kind.FRAGMENT_DEFINITION) fragments.set(each.name.value, each);
  }
  const measured = new Map<string, OperationSize>();
  const defaults = new Map(
    operation.variableDefinitions?.map((each) => [each.variable.name.value, each.defaultValue]),
  );

  function ofSelections(set: SelectionSetNode, type: GraphQLNamedType | undefined): OperationSize {
    let sum = nothing;
    for (const selection of set.selections) {
      const own = { ...nothing, directives: count(selection.directives) };
      sum = together(sum, own);
      if (selection.kind === Kind.FIELD) sum = together(sum, ofField(selection, type));
      else if (selection.kind === Kind.FRAGMENT_SPREAD) sum = together(sum, ofFragment(selection.name.value));
      else {
        const condition = selection.typeCondition;
        sum = together(
          sum,
          ofSelections(selection.selectionSet, condition ? schema.getType(condition.name.value) : type),
        );
      }
    }
    return sum;
  }

  function ofFragment(name: string): OperationSize {
    const known = measured.get(name);
    if (known) return known;
    const fragment = fragments.get(name)!;
    const own = { ...nothing, directives: count(fragment.directives) };
    const size = together(
      own,
      ofSelections(fragment.selectionSet, schema.getType(fragment.typeCondition.name.value)),
    );
    measured.set(name, size);
    return size;
  }

  function ofField(node: FieldNode, parent: GraphQLNamedType | undefined): OperationSize {
    const aliases = node.alias ? 1 : 0;
    const definition = fieldOf(parent, node.name.value);
    const own = parent === schema.getMutationType() && definition ? costOfMutation : 1;
    if (!node.selectionSet || !definition) return { depth: 1, aliases, directives: 0, cost: own };
    const inner = ofSelections(node.selectionSet, getNamedType(definition.type));
    return {
      depth: inner.depth + 1,
      aliases: inner.aliases + aliases,
      directives: inner.directives,
      cost: own + rowsOf(node, definition, parent) * inner.cost,
    };
  }

  function rowsOf(
    node: FieldNode,
    definition: GraphQLField<unknown, unknown>,
    parent: GraphQLNamedType | undefined,
  ): number {
    const first = definition.args.find(({ name }) => name === 'first');
    // The page size has been counted at the connection, which has one list of its rows.
    if (!first) return isList(definition.type) && !isPage(parent) ? rowsOfUnpagedList : 1;
    const given = node.arguments?.find(({ name }) => name.value === 'first')?.value;
    let value: unknown = first.defaultValue;
    if (given?.kind === Kind.INT) value = Number(given.value);
    else if (given?.kind === Kind.VARIABLE) {
      const fallback = defaults.get(given.name.value);
      value = variables[given.name.value] ?? (fallback?.kind === Kind.INT ? Number(fallback.value) : value);
    }
    return typeof value === 'number' ? Math.min(Math.max(value, 1), largestPage) : 1;
  }

  function fieldOf(
    parent: GraphQLNamedType | undefined,
    name: string,
  ): GraphQLField<unknown, unknown> | undefined {
    if (parent === schema.getQueryType()) {
      if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
      if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
    }
    if (name === TypeNameMetaFieldDef.name || !isCompositeType(parent)) return undefined;
    return isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;
  }

  const own = { ...nothing, directives: count(operation.directives) };
  return together(
    own,
    ofSelections(operation.selectionSet, schema.getRootType(operation.operation) ?? undefined),
  );
}

const count = (directives: readonly DirectiveNode[] | undefined): number => directives?.length ?? 0;
const isPage = (type: GraphQLNamedType | undefined): boolean => type?.name.endsWith('Connection') ?? false;
const isList = (type: GraphQLOutputType): boolean => isListType(isNonNullType(type) ? type.ofType : type);

/** Two things side by side. */
function together(one: OperationSize, other: OperationSize): OperationSize {
  return {
    depth: Math.max(one.depth, other.depth),
    aliases: one.aliases + other.aliases,
    directives: one.directives + other.directives,
    cost: one.cost + other.cost,
  };
}
