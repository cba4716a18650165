import {
  GraphQLError,
  Kind,
  visit,
  type DocumentNode,
  type GraphQLFormattedError,
  type GraphQLSchema,
} from 'graphql';
import { asResponseError, TopLevelError } from '../shared/errors.ts';
import { levelsOfLiterals, levelsOfValues } from './value-levels.ts';
import { measureOperation, operationOf, type OperationSize } from './operation-size.ts';

/** What one request may ask for; docs/limits.md says why so much. Nobody has had a reason to set them. */
export const limits = {
  bodyBytes: 1_000_000,
  tokens: 4_000,
  depth: 20,
  /** Of fields with the same name, to see whether they conflict; GraphQL's own limit, which cannot be set. */
  comparisons: 500_000,
  /** Lists and objects within each other, in a variable or in the document. */
  valueLevels: 100,
  aliases: 120,
  directives: 50,
  cost: 1_000_000,
  /** Errors in one answer. */
  errors: 50,
} as const;

const words: Record<keyof OperationSize, string> = {
  depth: 'levels of fields',
  aliases: 'aliases',
  directives: 'directives',
  cost: 'as its cost, which is the number of fields that the answer could have',
};

type Variables = Readonly<Record<string, unknown>>;

/** Sizes of a document by the variables that they depend on. */
interface KnownDocument {
  readonly levelsOfLiterals: number;
  readonly sizeVariables: readonly string[];
  readonly sizes: Map<string, OperationSize>;
}
/** A screen has a few page sizes; somebody who sends every one has them measured each time. */
const sizesPerDocument = 16;

/** The limits of an operation, the same over HTTP and over sockets, whichever way it is then executed. */
export class OperationLimits {
  /** Documents are kept by whoever reads them; what is known of one goes with it. */
  private readonly documents = new WeakMap<DocumentNode, KnownDocument>();

  constructor(private readonly schema: GraphQLSchema) {}

  /** The cost of a valid operation; throws where it asks for more than it may. */
  check(document: DocumentNode, operationName: string | null | undefined, variables: Variables): number {
    const known = this.knownOf(document);
    const levels = Math.max(known.levelsOfLiterals, levelsOfValues(variables));
    if (levels > limits.valueLevels) {
      const message = `A value has ${levels} levels of lists and objects; at most ${limits.valueLevels} are allowed.`;
      throw limitError(message, 'valueLevels', levels);
    }
    const size = this.sizeOf(document, known, operationName, variables);
    for (const name of ['depth', 'aliases', 'directives', 'cost'] as const) {
      if (size[name] <= limits[name]) continue;
      const message = `The operation has ${size[name]} ${words[name]}; at most ${limits[name]} are allowed.`;
      throw limitError(message, name, size[name]);
    }
    return size.cost;
  }

  private knownOf(document: DocumentNode): KnownDocument {
    let known = this.documents.get(document);
    if (!known) {
      const sizeVariables = pageSizeVariables(document);
      known = { levelsOfLiterals: levelsOfLiterals(document), sizeVariables, sizes: new Map() };
      this.documents.set(document, known);
    }
    return known;
  }

  private sizeOf(
    document: DocumentNode,
    known: KnownDocument,
    operationName: string | null | undefined,
    variables: Variables,
  ): OperationSize {
    const key = JSON.stringify([operationName, known.sizeVariables.map((name) => variables[name])]);
    const before = known.sizes.get(key);
    if (before) return before;
    const operation = operationOf(document, operationName);
    if (!operation) return { depth: 0, aliases: 0, directives: 0, cost: 0 };
    const size = measureOperation(this.schema, document, operation, variables);
    if (known.sizes.size < sizesPerDocument) known.sizes.set(key, size);
    return size;
  }
}

function pageSizeVariables(document: DocumentNode): string[] {
  const found = new Set<string>();
  visit(document, {
    Argument({ name, value }) {
      if (name.value === 'first' && value.kind === Kind.VARIABLE) found.add(value.name.value);
    },
  });
  return [...found];
}

/** 400 over HTTP, whatever Apollo would make of it. */
function limitError(message: string, limit: keyof typeof limits, value?: number): GraphQLError {
  const originalError = new TopLevelError('LIMIT_EXCEEDED', message, {
    limit,
    maximum: limits[limit],
    ...(value !== undefined && { value }),
  });
  return new GraphQLError(message, { originalError, extensions: { http: { status: 400 } } });
}

/** Where GraphQL stops by itself, at the limit: nobody knows how much more there was. */
export function asDocumentLimit({ message }: Error): TopLevelError | undefined {
  if (/^Syntax Error: Document contains more that \d+ tokens/.test(message)) {
    const text = `The document has more than ${limits.tokens} tokens, which is as many as are allowed.`;
    return new TopLevelError('LIMIT_EXCEEDED', text, { limit: 'tokens', maximum: limits.tokens });
  }
  if (message !== 'Validation aborted.') return undefined;
  const maximum = limits.comparisons;
  const text = `To find out whether its fields conflict, more than ${maximum} comparisons are needed, which is as many as are allowed.`;
  return new TopLevelError('LIMIT_EXCEEDED', text, { limit: 'comparisons', maximum });
}

/** Of a request body, which is refused before it is read to its end. */
export function bodyTooLarge(): GraphQLFormattedError {
  const message = `The request body is larger than ${limits.bodyBytes} bytes, which is as many as are allowed.`;
  return asResponseError(
    new TopLevelError('LIMIT_EXCEEDED', message, { limit: 'bodyBytes', maximum: limits.bodyBytes }),
  );
}

/** The first errors, and how many more there were. A field that fails in each row of a list fails in all of them. */
export function boundErrors(errors: readonly GraphQLFormattedError[]): readonly GraphQLFormattedError[] {
  if (errors.length <= limits.errors) return errors;
  const message = `${errors.length} errors; at most ${limits.errors} are shown, this one among them.`;
  const details = { limit: 'errors', maximum: limits.errors, value: errors.length };
  const last = asResponseError(new TopLevelError('LIMIT_EXCEEDED', message, details));
  return [...errors.slice(0, limits.errors - 1), last];
}

/** What an answer says of its cost, to a request with `extensions: { cost: true }`. */
export function costReport(
  extensions: Readonly<Record<string, unknown>> | null | undefined,
  cost: number,
): { readonly cost: { readonly value: number; readonly maximum: number } } | undefined {
  return extensions?.['cost'] === true ? { cost: { value: cost, maximum: limits.cost } } : undefined;
}
