import type { DocumentNode, GraphQLFormattedError } from 'graphql';

/** Told of every operation, over HTTP and over sockets, for the metrics. It is quick, and never throws. */
export interface OperationObserver {
  /** A request has come. */
  begin(): WatchedOperation;
}

export interface WatchedOperation {
  /** It is valid, and asks for this. */
  asked(document: DocumentNode, operationName: string | null | undefined): void;
  /** A subscription has begun; each answer from now on is an event of it. */
  subscribed(): void;
  /** An answer goes out, with the errors that the client is shown. */
  answered(errors?: readonly GraphQLFormattedError[]): void;
  /** A subscription is over, whoever ended it. */
  ended(): void;
}
