/**
 * The one catalogue of what can be answered when something is refused. A code, once published, keeps its
 * meaning. `docs/errors.md` is generated from it.
 *
 * `userError` codes come in the `userErrors` of a mutation's payload; `topLevel` ones in the `errors` of the
 * response, under `extensions.code`.
 */
export const errorCatalogue = {
  VALIDATION: {
    kind: 'userError',
    type: 'ValidationError',
    meaning: 'A value in the input is missing, malformed or out of range.',
    remedy: 'Correct the value that `path` names and send the mutation again.',
  },
  NOT_FOUND: {
    kind: 'userError',
    type: 'NotFoundError',
    meaning: 'Nothing by this id, number or code exists, or the viewer may not see it.',
    remedy: 'Check the identifier, and that you are signed in as somebody who may see it.',
  },
  INVALID_TRANSITION: {
    kind: 'userError',
    type: 'InvalidTransitionError',
    meaning: 'The command is not possible in the present status.',
    remedy:
      'Choose one of the commands in `allowed`, or load the object again: somebody may have been faster.',
  },
  ARCHIVED: {
    kind: 'userError',
    type: 'ValidationError',
    meaning: 'The order was finished long ago and is in the archive: it can be read, and no longer changed.',
    remedy: 'Place a new order for what is still to be done; the archived one stays as it is.',
  },
  INSUFFICIENT_STOCK: {
    kind: 'userError',
    type: 'InsufficientStockError',
    meaning: 'Less is available than was asked for. Nothing was reserved.',
    remedy: 'Lower the quantities to what `shortages` says is available, or name another location.',
  },
  VERSION_CONFLICT: {
    kind: 'userError',
    type: 'VersionConflictError',
    meaning: 'The object has changed since the version that `expectedVersion` names.',
    remedy: 'Look at the current object in the answer and send the mutation again with `currentVersion`.',
  },
  IDEMPOTENCY_CONFLICT: {
    kind: 'userError',
    type: 'IdempotencyConflictError',
    meaning: 'The idempotency key was used before, for another command or another input.',
    remedy: 'Use a new key for a new intention; repeat a key only with exactly the same input.',
  },
  PAYMENT_REFUSED: {
    kind: 'userError',
    type: 'ValidationError',
    meaning: 'The payment provider refused. No money has moved; the attempt is kept as FAILED.',
    remedy: 'Look at `failureCode` of the payment, and send the mutation again with a new idempotency key.',
  },
  PROVIDER_UNAVAILABLE: {
    kind: 'userError',
    type: 'ValidationError',
    meaning:
      'The payment provider gave no answer to go by. What was asked for is kept as PENDING and happens at most once.',
    remedy: 'Send the same mutation again with the same `idempotencyKey`, or call `settlePayment`.',
  },
  INVALID_CREDENTIALS: {
    kind: 'userError',
    type: 'ValidationError',
    meaning: 'E-mail and password, or the refresh token, do not sign anybody in.',
    remedy: 'Check e-mail and password, or sign in again.',
  },
  TOO_MANY_ATTEMPTS: {
    kind: 'userError',
    type: 'ValidationError',
    meaning:
      'The password of this account, or passwords from this address, were wrong too often. None was looked at.',
    remedy: 'Wait for the minutes that the message names; whoever is signed in stays so.',
  },
  ROW_NOT_DONE: {
    kind: 'userError',
    type: 'UnfinishedError',
    meaning: 'The server could not go on before it came to this order. Nothing of the order was changed.',
    remedy:
      'Send the call again, with the same `idempotencyKey` if it had one: what was done is answered, the rest is done.',
  },
  ROW_OUTCOME_UNKNOWN: {
    kind: 'userError',
    type: 'UnfinishedError',
    meaning:
      'The connection was lost while this order was being committed: it was changed wholly or not at all.',
    remedy:
      'Send the call again with the same `idempotencyKey`: it has one effect. Without a key, load the order first.',
  },
  UNAUTHENTICATED: {
    kind: 'topLevel',
    meaning: 'The operation needs somebody who is signed in; the token is missing, malformed or expired.',
    remedy: 'Call `login`, and send the access token as `Authorization: Bearer …`.',
  },
  FORBIDDEN: {
    kind: 'topLevel',
    meaning: 'The role of the viewer does not have the permission that the operation needs.',
    remedy: 'Sign in as somebody with the permission that the message names.',
  },
  BAD_USER_INPUT: {
    kind: 'topLevel',
    meaning: 'An argument of a query or subscription is malformed or out of range.',
    remedy: 'Correct the argument that the message names.',
  },
  GRAPHQL_PARSE_FAILED: {
    kind: 'topLevel',
    meaning: 'The document is no GraphQL. Nothing of it was carried out.',
    remedy: 'Correct the document at the place that `locations` gives.',
  },
  GRAPHQL_VALIDATION_FAILED: {
    kind: 'topLevel',
    meaning: 'The document does not fit the schema. Nothing of it was carried out.',
    remedy: 'Correct the document at the place that `locations` gives; schema.graphql has all there is.',
  },
  OPERATION_RESOLUTION_FAILURE: {
    kind: 'topLevel',
    meaning: 'The document has several operations or none, so that it is not known which is meant.',
    remedy: 'Send one operation, or its name as `operationName`.',
  },
  BAD_REQUEST: {
    kind: 'topLevel',
    meaning: 'The request is not one that carries GraphQL.',
    remedy:
      'Send a POST with `content-type: application/json` and an object with `query` and, if need be, `variables`.',
  },
  PERSISTED_QUERY_NOT_FOUND: {
    kind: 'topLevel',
    meaning: 'The server does not know the document whose hash was sent.',
    remedy: 'Send the document along with its hash, once.',
  },
  RESYNC_REQUIRED: {
    kind: 'topLevel',
    meaning: 'The cursor belongs to another log (a restored database) or to a part that is no longer kept.',
    remedy: 'Load the present state with a query, then subscribe without `after`.',
  },
  RATE_LIMITED: {
    kind: 'topLevel',
    meaning:
      'The user, or the address where nobody is signed in, has sent more operations a minute than it may.',
    remedy: 'Wait for `retryAfterSeconds`, then send it again. Over HTTP the status is 429.',
  },
  LIMIT_EXCEEDED: {
    kind: 'topLevel',
    meaning: 'The request is larger, deeper or more costly than one may be. Nothing of it was carried out.',
    remedy:
      'Ask for less at once: `limit` names what there was too much of, `maximum` how much there may be.',
  },
  TOO_MANY_OPERATIONS: {
    kind: 'topLevel',
    meaning: 'The socket has as many operations going on at once as one may have.',
    remedy: 'Complete a subscription that is no longer needed, or open another socket.',
  },
  OVERLOADED: {
    kind: 'topLevel',
    meaning:
      'The server has more to do than it can do in time, and has not begun with this. Nothing was changed.',
    remedy:
      'Wait for `retryAfterSeconds`, then send it again. Over HTTP the status is 503, with the header `Retry-After`.',
  },
  SERVICE_UNAVAILABLE: {
    kind: 'topLevel',
    meaning: 'The database cannot be reached at the moment. Nothing was changed.',
    remedy: 'Send the request again after a short while.',
  },
  OUTCOME_UNKNOWN: {
    kind: 'topLevel',
    meaning:
      'The connection was lost while the change was being committed: it happened wholly or not at all.',
    remedy: 'Send the mutation again with the same `idempotencyKey`: it has one effect.',
  },
  INTERNAL_SERVER_ERROR: {
    kind: 'topLevel',
    meaning: 'A fault of the server. Nothing was changed.',
    remedy: 'Report the request id of the answer to the operator.',
  },
} as const satisfies Record<
  string,
  | { kind: 'userError'; type: string; meaning: string; remedy: string }
  | { kind: 'topLevel'; meaning: string; remedy: string }
>;

type CodeOfKind<Kind> = {
  [Code in keyof typeof errorCatalogue]: (typeof errorCatalogue)[Code]['kind'] extends Kind ? Code : never;
}[keyof typeof errorCatalogue];
export type UserErrorCode = CodeOfKind<'userError'>;
export type TopLevelCode = CodeOfKind<'topLevel'>;
