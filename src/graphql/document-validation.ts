import {
  NoFragmentCyclesRule,
  NoSchemaIntrospectionCustomRule,
  specifiedRules,
  validate,
  type DocumentNode,
  type GraphQLError,
  type GraphQLSchema,
  type ValidationRule,
} from 'graphql';

/**
 * Whether documents are valid, the same over HTTP and over sockets. Apollo's own validation is switched off for it: two
 * hundred fragments that go round in circles make GraphQL's rules run out of stack before the one that forbids circles
 * has its say, and that would be a fault of the server. Here circles are looked for first.
 */
export class DocumentValidation {
  /** Documents are kept by whoever reads them; what is known of one goes with it. */
  private readonly known = new WeakMap<DocumentNode, readonly GraphQLError[]>();
  private readonly rules: readonly ValidationRule[];

  constructor(
    private readonly schema: GraphQLSchema,
    introspection: boolean,
  ) {
    this.rules = introspection ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule];
  }

  /** What is wrong with it; empty where it is valid. */
  errorsOf(document: DocumentNode): readonly GraphQLError[] {
    let errors = this.known.get(document);
    if (!errors) {
      errors = validate(this.schema, document, [NoFragmentCyclesRule]);
      if (errors.length === 0) errors = validate(this.schema, document, this.rules);
      this.known.set(document, errors);
    }
    return errors;
  }
}
