import {
  getOperationAST,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  OperationTypeNode,
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { collectFields, type CollectedFields, type Document } from './collect-fields.ts';
import type { PageArguments } from '../connection.type.ts';
import type { FieldAccess, FieldAccesses } from './field-access.ts';
import { objectBuilder, type ObjectBuilder } from './build-result.ts';
import { leafValue, usualValue, type Holding, type LeafValue } from './leaf-value.ts';

/** A query, made ready to be run: which fields of which objects, how each gets its value, how it is written. */
export interface Plan {
  readonly operation: OperationDefinitionNode;
  readonly document: Document;
  readonly roots: readonly RootField[];
  readonly build: ObjectBuilder;
}

export interface ObjectPlan {
  readonly fields: readonly ObjectField[];
  readonly build: ObjectBuilder;
}

interface Field extends Holding {
  /** The name in the answer. */
  readonly key: string;
  readonly content: LeafContent | ObjectContent;
}

interface LeafContent {
  readonly kind: 'leaf';
  readonly valueOf: LeafValue;
  /** JavaScript that is true of values that stay as they are. */
  readonly usual: string | undefined;
}

interface ObjectContent {
  readonly kind: 'object';
  readonly plan: ObjectPlan;
}

export interface RootField extends Field {
  readonly access: { readonly kind: 'root' };
  readonly definition: GraphQLField<unknown, unknown>;
  readonly nodes: readonly FieldNode[];
}

export interface ObjectField extends Field {
  readonly access: FieldAccess | TypeName;
  readonly definition: GraphQLField<unknown, unknown> | undefined;
  readonly node: FieldNode;
  /** The page that is asked for, once it has been checked, where it is the same each time. */
  fixedPage?: PageArguments;
}

export type PlannedField = RootField | ObjectField;

interface TypeName {
  readonly kind: 'typeName';
  readonly name: string;
}

/** Something that only the plain executor knows. */
class NotPlanned extends Error {}

/** Compiles the query; undefined where it is none, or asks for what is not known here. */
export function compilePlan(
  schema: GraphQLSchema,
  accesses: FieldAccesses,
  documentNode: DocumentNode,
  operationName: string | null | undefined,
  variables: Readonly<Record<string, unknown>>,
): Plan | undefined {
  const operation = getOperationAST(documentNode, operationName);
  const queryType = schema.getQueryType();
  if (operation?.operation !== OperationTypeNode.QUERY || !queryType) return undefined;
  const fragments = new Map(
    documentNode.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition] as const] : [],
    ),
  );
  const document: Document = { schema, fragments, variables };
  try {
    const roots = new Compiler(document, accesses).roots(queryType, operation.selectionSet);
    return { operation, document, roots, build: objectBuilder(roots) };
  } catch (error) {
    if (error instanceof NotPlanned) return undefined;
    throw error;
  }
}

class Compiler {
  constructor(
    private readonly document: Document,
    private readonly accesses: FieldAccesses,
  ) {}

  roots(type: GraphQLObjectType, selectionSet: SelectionSetNode): RootField[] {
    const fields = this.collect(type, [selectionSet]);
    return Array.from(fields, ([key, nodes]) => {
      const definition = type.getFields()[nodes[0]!.name.value];
      // __schema, __type and __typename.
      if (!definition) throw new NotPlanned();
      return { ...this.field(definition.type, nodes, key), access: { kind: 'root' }, definition, nodes };
    });
  }

  private object(type: GraphQLObjectType, nodes: readonly FieldNode[]): ObjectPlan {
    if (type.isTypeOf) throw new NotPlanned();
    const collected = this.collect(
      type,
      nodes.flatMap(({ selectionSet }) => selectionSet ?? []),
    );
    const fields = Array.from(collected, ([key, each]): ObjectField => {
      const node = each[0]!;
      const fieldName = node.name.value;
      if (fieldName === '__typename') return typeName(type, node, key);
      const definition = type.getFields()[fieldName];
      const access = this.accesses.of(type, fieldName);
      if (!definition || !access) throw new NotPlanned();
      return { ...this.field(definition.type, each, key), access, definition, node };
    });
    return { fields, build: objectBuilder(fields) };
  }

  private collect(type: GraphQLObjectType, selectionSets: readonly SelectionSetNode[]): CollectedFields {
    const fields = collectFields(this.document, type, selectionSets);
    // In an object literal it would be no member.
    if (fields.has('__proto__')) throw new NotPlanned();
    return fields;
  }

  private field(type: GraphQLOutputType, nodes: readonly FieldNode[], key: string): Field {
    const outer = withoutNonNull(type);
    const isList = isListType(outer.type);
    const inner = isListType(outer.type)
      ? withoutNonNull(outer.type.ofType as GraphQLOutputType)
      : { type: outer.type, isNullable: false };
    const holding = { isNullable: outer.isNullable, isList, isItemNullable: inner.isNullable };
    return { key, ...holding, content: this.content(inner.type, holding, nodes) };
  }

  private content(
    type: GraphQLOutputType,
    holding: Holding,
    nodes: readonly FieldNode[],
  ): LeafContent | ObjectContent {
    if (isLeafType(type)) {
      return { kind: 'leaf', valueOf: leafValue(type, holding), usual: usualValue(type, holding) };
    }
    if (isObjectType(type)) return { kind: 'object', plan: this.object(type, nodes) };
    // Abstract types, and lists of lists.
    throw new NotPlanned();
  }
}

function typeName({ name }: GraphQLObjectType, node: FieldNode, key: string): ObjectField {
  return {
    key,
    isNullable: false,
    isList: false,
    isItemNullable: false,
    content: { kind: 'leaf', valueOf: (value) => value, usual: undefined },
    access: { kind: 'typeName', name },
    definition: undefined,
    node,
  };
}

function withoutNonNull(type: GraphQLOutputType): { type: GraphQLOutputType; isNullable: boolean } {
  return isNonNullType(type)
    ? { type: type.ofType as GraphQLOutputType, isNullable: false }
    : { type, isNullable: true };
}
