import { GraphQLError, parse, type DocumentNode } from 'graphql';
import type { DocumentValidation } from './document-validation.ts';
import { limits } from './limits.ts';

const knownLimit = 200;
const textLimit = 10_000;

/**
 * Documents that have been found valid. A screen sends the same one whenever it connects, and after a restart all of
 * them do at once: reading it costs more than all else that a new subscription does.
 */
export class KnownDocuments {
  private readonly documents = new Map<string, DocumentNode>();

  constructor(private readonly validation: DocumentValidation) {}

  /** The document, or what is wrong with the text. */
  read(text: string): DocumentNode | readonly GraphQLError[] {
    const known = this.documents.get(text);
    if (known) return known;
    let document: DocumentNode;
    try {
      document = parse(text, { maxTokens: limits.tokens });
    } catch (error) {
      // graphql-ws takes a syntax error for a fault of the server and closes the socket; it is the client's.
      if (error instanceof GraphQLError) return [error];
      throw error;
    }
    const errors = this.validation.errorsOf(document);
    if (errors.length > 0) return errors;
    if (text.length <= textLimit) this.keep(text, document);
    return document;
  }

  /** The one that has been kept longest makes room. */
  private keep(text: string, document: DocumentNode): void {
    this.documents.set(text, document);
    const [oldest] = this.documents.keys();
    if (this.documents.size > knownLimit) this.documents.delete(oldest!);
  }
}
