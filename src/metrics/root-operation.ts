import {
  Kind,
  type DocumentNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/**
 * What an operation is called in the metrics. Names of the schema only: those that clients give to operations and
 * aliases would make a series each.
 */
export interface RootOperation {
  readonly type: string;
  /** Its root field, or `several`. */
  readonly field: string;
  /** The root field that stands under a key of the answer, which may be an alias. */
  fieldOf(key: string | number | undefined): string;
}

const several = 'several';
/** Documents are kept by Apollo, so most are looked at once. */
const known = new WeakMap<OperationDefinitionNode, RootOperation>();

/** Only of a document that is valid: the names of its fields are the schema's. */
export function rootOf(document: DocumentNode, operation: OperationDefinitionNode): RootOperation {
  let root = known.get(operation);
  if (!root) {
    root = readRoot(document, operation);
    known.set(operation, root);
  }
  return root;
}

function readRoot(document: DocumentNode, operation: OperationDefinitionNode): RootOperation {
  const fieldsByKey = new Map<string, string>();
  const seen = new Set<string>();
  const collect = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        fieldsByKey.set((selection.alias ?? selection.name).value, selection.name.value);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        collect(selection.selectionSet);
      } else if (!seen.has(selection.name.value)) {
        seen.add(selection.name.value);
        collect(fragment(document, selection.name.value).selectionSet);
      }
    }
  };
  collect(operation.selectionSet);
  const fields = new Set(fieldsByKey.values());
  const field = fields.size === 1 ? [...fields][0]! : several;
  return {
    type: operation.operation,
    field,
    fieldOf: (key) => fieldsByKey.get(String(key)) ?? field,
  };
}

function fragment(document: DocumentNode, name: string): FragmentDefinitionNode {
  return document.definitions.find(
    (definition): definition is FragmentDefinitionNode =>
      definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === name,
  )!;
}
