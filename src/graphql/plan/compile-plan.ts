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
import { collectFields, type Document } from './collect-fields.ts';
import type { PageArguments } from '../connection.type.ts';
import type { FieldAccess, FieldAccesses } from './field-access.ts';
import { leafWriter, type LeafShape, type LeafWriter } from './leaf-writer.ts';

/** A query, made ready to be run: which fields of which objects, how each gets its value, how it is written. */
export interface Plan {
  readonly operation: OperationDefinitionNode;
  readonly document: Document;
  readonly roots: readonly RootField[];
}

export interface ObjectPlan {
  readonly fields: readonly PlannedField[];
}

/** How values are written, and what of them is read further. */
export interface Shape extends LeafShape {
  /** What stands before the value: the response key, with a comma but for the first. */
  readonly prefix: string;
  /** A leaf, or else an object. */
  readonly content: LeafContent | ObjectContent;
}

export interface LeafContent {
  readonly kind: 'leaf';
  readonly write: LeafWriter;
}

export interface ObjectContent {
  readonly kind: 'object';
  readonly plan: ObjectPlan;
}

export interface RootField extends Shape {
  readonly definition: GraphQLField<unknown, unknown>;
  readonly nodes: readonly FieldNode[];
  readonly key: string;
}

export interface PlannedField extends Shape {
  readonly access: FieldAccess | TypeName;
  readonly definition: GraphQLField<unknown, unknown> | undefined;
  readonly node: FieldNode;
  /** The page that is asked for, once it has been checked, where it is the same each time. */
  fixedPage?: PageArguments;
}

interface TypeName {
  readonly kind: 'typeName';
  readonly name: string;
}

/** Something that only the plain executor knows. */
class NotPlanned extends Error {}

const typeNameKey = '__typename';

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
    return { operation, document, roots };
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
    const fields = collectFields(this.document, type, [selectionSet]);
    return Array.from(fields, ([key, nodes], index) => {
      const definition = type.getFields()[nodes[0]!.name.value];
      // __schema, __type and __typename.
      if (!definition) throw new NotPlanned();
      return { ...this.shape(definition.type, nodes, key, index === 0), definition, nodes, key };
    });
  }

  private object(type: GraphQLObjectType, nodes: readonly FieldNode[]): ObjectPlan {
    if (type.isTypeOf) throw new NotPlanned();
    const selectionSets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    const collected = collectFields(this.document, type, selectionSets);
    const fields = Array.from(collected, ([key, each], index): PlannedField => {
      const node = each[0]!;
      const fieldName = node.name.value;
      if (fieldName === typeNameKey) return this.typeName(type, node, key, index === 0);
      const definition = type.getFields()[fieldName];
      const access = this.accesses.of(type, fieldName);
      if (!definition || !access) throw new NotPlanned();
      return { ...this.shape(definition.type, each, key, index === 0), access, definition, node };
    });
    return { fields };
  }

  private typeName(type: GraphQLObjectType, node: FieldNode, key: string, isFirst: boolean): PlannedField {
    return {
      prefix: prefix(key, isFirst),
      isNullable: false,
      isList: false,
      isItemNullable: false,
      content: { kind: 'leaf', write: (name) => `"${name as string}"` },
      access: { kind: 'typeName', name: type.name },
      definition: undefined,
      node,
    };
  }

  private shape(type: GraphQLOutputType, nodes: readonly FieldNode[], key: string, isFirst: boolean): Shape {
    const outer = withoutNonNull(type);
    const isList = isListType(outer.type);
    const inner = isListType(outer.type)
      ? withoutNonNull(outer.type.ofType as GraphQLOutputType)
      : { type: outer.type, isNullable: false };
    const shape = { isNullable: outer.isNullable, isList, isItemNullable: inner.isNullable };
    return { prefix: prefix(key, isFirst), ...shape, content: this.content(inner.type, shape, nodes) };
  }

  private content(
    type: GraphQLOutputType,
    shape: LeafShape,
    nodes: readonly FieldNode[],
  ): LeafContent | ObjectContent {
    if (isLeafType(type)) return { kind: 'leaf', write: leafWriter(type, shape) };
    if (isObjectType(type)) return { kind: 'object', plan: this.object(type, nodes) };
    // Abstract types, and lists of lists.
    throw new NotPlanned();
  }
}

const prefix = (key: string, isFirst: boolean): string => `${isFirst ? '' : ','}"${key}":`;

function withoutNonNull(type: GraphQLOutputType): { type: GraphQLOutputType; isNullable: boolean } {
  return isNonNullType(type)
    ? { type: type.ofType as GraphQLOutputType, isNullable: false }
    : { type, isNullable: true };
}
