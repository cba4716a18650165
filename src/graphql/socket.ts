import {
  execute,
  getOperationAST,
  GraphQLError,
  OperationTypeNode,
  type ExecutionResult,
  type GraphQLFormattedError,
  type GraphQLSchema,
} from 'graphql';
import { CloseCode, type Context, type ServerOptions, type SubscribePayload } from 'graphql-ws';
import type { WebsocketHandler } from '@fastify/websocket';
import type { Viewer } from '../auth/actor.ts';
import type { Authentication } from '../auth/authentication.ts';
import { TopLevelError } from '../shared/errors.ts';
import { bearerToken } from '../auth/token.ts';
import { overloaded, type Admission } from './admission.ts';
import { RequestContext, type Services } from './context.ts';
import type { DocumentValidation } from './document-validation.ts';
import type { OpenSockets } from './open-sockets.ts';
import type { ErrorFormatter, FaultLogger } from './format-error.ts';
import { KnownDocuments } from './known-documents.ts';
import { boundErrors, costReport, type OperationLimits } from './limits.ts';
import type { OperationObserver, WatchedOperation } from './operation-observer.ts';
import { rateLimited, type RateLimiter } from './rate-limit.ts';
import { clientAddress, userAgentOf } from './request-origin.ts';
import { subscribeShared, type LiveArguments } from './live-operation.ts';
import { SharedExecutions } from './shared-execution.ts';
import { makeTransport, sendTogether, type SocketExtra as Connection } from './socket-transport.ts';

/** Sent to a subscriber that does not keep up. The client connects again and resumes from its last cursor. */
export const tooSlowCloseCode = 4503;
const tooSlowReason = 'Too slow: connect again and resume from your last cursor';
/** WebSocket's own "try again later". An event that cannot be told whole is not told: it comes when they resume. */
const unavailableCloseCode = 1013;
const unavailableReason = 'The database is away: connect again and resume from your last cursor';
/** Sent to a user who has as many sockets open as one may have. */
export const tooManySocketsCloseCode = 4504;
/** Time for `connection_init` after the handshake; the socket then closes with 4408. */
const initialisationTimeoutMs = 5_000;
const changedReason = 'Your account has changed: sign in again';
const expiredReason = 'The access token has expired';
/** Answers that wait for a client to read them. One that asks for more meanwhile is cut off. */
const unreadLimitBytes = 8_000_000;
/** Node's timers hold no more than this; a token never lives so long. */
const maximumTimerMs = 2_147_483_647;

/** What a socket knows of its viewer, beside the socket and its request. */
interface SocketExtra extends Connection {
  actor?: Viewer;
  expiry?: NodeJS.Timeout;
  leave?: () => void;
}
type SocketContext = Context<Record<string, unknown>, SocketExtra>;

/** Ends an operation that never began, so that its errors go out as an `error` message. */
class RequestRefused extends Error {
  constructor(readonly errors: readonly GraphQLError[]) {
    super('The request was refused.');
  }
}

/**
 * GraphQL over WebSocket: the token is checked when the socket opens, and the socket closes when it expires, so
 * that nobody keeps listening on a right that has ended. (The Origin is checked before, in the server.)
 */
export function makeSocketHandler(parts: {
  readonly schema: GraphQLSchema;
  readonly services: Services;
  readonly authentication: Authentication;
  readonly openSockets: OpenSockets;
  readonly limitRate: RateLimiter;
  readonly admission: Admission;
  readonly operationLimits: OperationLimits;
  readonly validation: DocumentValidation;
  readonly formatError: ErrorFormatter;
  readonly log: FaultLogger;
  readonly observer: OperationObserver;
}): WebsocketHandler {
  const { schema, services, authentication, openSockets, limitRate, admission } = parts;
  const { operationLimits, formatError, log, observer } = parts;
  const format = (errors: readonly GraphQLError[]): readonly GraphQLFormattedError[] =>
    boundErrors(errors.map((error) => formatError(error.toJSON(), thrownBy(error))));
  const shared = new SharedExecutions(schema, services, format);
  const documents = new KnownDocuments(parts.validation);
  /** By the message that asked, which every hook is given. */
  const watched = new WeakMap<SubscribePayload, WatchedOperation>();
  const costs = new WeakMap<SubscribePayload, number>();
  const options: ServerOptions<Record<string, unknown>, SocketExtra> = {
    connectionInitWaitTimeout: initialisationTimeoutMs,
    onConnect: (context) => authenticate(context, authentication, openSockets),
    onClose({ extra }) {
      clearTimeout(extra.expiry);
      extra.leave?.();
    },
    async onSubscribe(context, id, payload) {
      if (isUnusable(context)) return [new GraphQLError('The socket is closing.')];
      watched.set(payload, observer.begin());
      const { operationsPerSocket } = openSockets.limits;
      // This one is among them already.
      if (Object.keys(context.subscriptions).length > operationsPerSocket)
        return [tooManyOperations(operationsPerSocket)];
      const use = await limitRate(context.extra.request, context.extra.actor ?? null);
      if (use?.isExceeded) return [asGraphqlError(rateLimited(use))];
      const { query, operationName, variables: variableValues } = payload;
      const document = documents.read(query);
      if (!('kind' in document)) return document;
      try {
        costs.set(payload, operationLimits.check(document, operationName, variableValues ?? {}));
      } catch (error) {
        if (error instanceof GraphQLError) return [error];
        throw error;
      }
      const sendAll = senderOf(context, id);
      const send = (results: readonly string[]): Promise<void> => {
        for (const _ of results) watched.get(payload)?.answered();
        return sendAll(results);
      };
      return { schema, document, operationName, variableValues, query, send } satisfies LiveArguments;
    },
    // Queries and mutations; a subscription waits for events and takes up no place.
    execute: async (given) =>
      (await admission.run('socket', () => execute(given))) ?? { errors: [asGraphqlError(overloaded())] },
    subscribe: (live) => subscribeShared(shared, live as LiveArguments),
    context(context, _id, _payload, { document, operationName }) {
      const { request, actor } = context.extra;
      const requestContext = new RequestContext(
        services,
        actor ?? null,
        { ipAddress: clientAddress(request), userAgent: userAgentOf(request) },
        (why) =>
          why === 'tooSlow'
            ? close(context, tooSlowCloseCode, tooSlowReason)
            : close(context, unavailableCloseCode, unavailableReason),
      );
      const isQuery = getOperationAST(document, operationName)?.operation === OperationTypeNode.QUERY;
      if (isQuery) requestContext.mayReadReplica();
      return requestContext;
    },
    onOperation(_context, _id, payload, { document, operationName }, result) {
      const operation = watched.get(payload);
      operation?.asked(document, operationName);
      if (isRequestError(result)) return refused(result.errors);
      if (Symbol.asyncIterator in result) operation?.subscribed();
      return undefined;
    },
    onError(context, _id, payload, errors) {
      // What a socket that is gone did not get is no fault of ours, and nobody is left to tell.
      const { socket } = context.extra;
      if (socket.readyState !== socket.OPEN) return undefined;
      const original = errors[0]?.originalError;
      const formatted = format(original instanceof RequestRefused ? original.errors : errors);
      watched.get(payload)?.answered(formatted);
      return formatted;
    },
    onNext(context, _id, payload, _arguments, result) {
      if (isUnusable(context)) return undefined;
      const errors = result.errors && format(result.errors);
      watched.get(payload)?.answered(errors);
      const report = costReport(payload.extensions, costs.get(payload) ?? 0);
      if (!errors && !report) return undefined;
      return {
        ...result,
        ...(errors && { errors }),
        ...(report && { extensions: { ...result.extensions, ...report } }),
      };
    },
    onComplete: (_context, _id, payload) => watched.get(payload)?.ended(),
  };
  return makeTransport(options, log);
}

function tooManyOperations(limit: number): GraphQLError {
  const message = `A socket may have ${limit} operations at once: complete one first, or open another socket.`;
  return asGraphqlError(new TopLevelError('TOO_MANY_OPERATIONS', message, { limit }));
}

const asGraphqlError = (originalError: TopLevelError): GraphQLError =>
  new GraphQLError(originalError.message, { originalError });

async function authenticate(
  context: SocketContext,
  authentication: Authentication,
  openSockets: OpenSockets,
): Promise<boolean> {
  const { extra } = context;
  if (!authentication.isCurrent) {
    extra.socket.close(unavailableCloseCode, unavailableReason);
    return false;
  }
  const token = bearerToken(authorizationOf(context.connectionParams) ?? extra.request.headers.authorization);
  const actor = token === null ? null : await authentication.viewerOf(token);
  // It may have closed meanwhile: nobody would take it out again.
  if (extra.socket.readyState !== extra.socket.OPEN) return false;
  if (!actor || !authentication.standings.holds(actor)) {
    extra.socket.close(CloseCode.Forbidden, 'Send a valid access token as connectionParams.authorization');
    return false;
  }
  extra.leave = openSockets.admit(actor, () => close(context, CloseCode.Forbidden, changedReason));
  if (!extra.leave) {
    const reason = `You have ${openSockets.limits.socketsPerUser} sockets open: close one first`;
    extra.socket.close(tooManySocketsCloseCode, reason);
    return false;
  }
  extra.actor = actor;
  const lifetimeMs = Math.min(actor.expiresAtSeconds * 1000 - Date.now(), maximumTimerMs);
  extra.expiry = setTimeout(() => close(context, CloseCode.Forbidden, expiredReason), lifetimeMs);
  return true;
}

/**
 * Whether the socket is closing; it is made to when its client does not read what it has asked for. (A
 * subscription waits for its reader, but a client can ask for any number of answers and read none.)
 */
function isUnusable(context: SocketContext): boolean {
  const { socket } = context.extra;
  if (socket.bufferedAmount > unreadLimitBytes) close(context, tooSlowCloseCode, tooSlowReason);
  return socket.readyState !== socket.OPEN;
}

/** Sends results as graphql-ws would, which writes each as JSON anew. */
function senderOf(context: SocketContext, id: string): LiveArguments['send'] {
  const beginning = `{"id":${JSON.stringify(id)},"type":"next","payload":`;
  return async (results) => {
    if (isUnusable(context)) return;
    await sendTogether(
      context.extra,
      results.map((result) => `${beginning}${result}}`),
    );
  };
}

/** Closes the socket and ends its subscriptions at once; a client that does not read may take long to close. */
function close(context: SocketContext, code: number, reason: string): void {
  context.extra.socket.close(code, reason);
  for (const operation of Object.values(context.subscriptions)) {
    if (operation && 'return' in operation) void operation.return(undefined);
  }
}

function isRequestError(result: object): result is ExecutionResult & { errors: readonly GraphQLError[] } {
  return 'errors' in result && !('data' in result);
}

/** graphql-ws sends `error` only for what an iterator throws. */
function refused(errors: readonly GraphQLError[]): AsyncIterableIterator<never> {
  const iterator: AsyncIterableIterator<never> = {
    next: () => Promise.reject(new RequestRefused(errors)),
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}

/** What an event stream throws is wrapped by graphql-ws; what GraphQL says of a value has a place in the document. */
function thrownBy(error: GraphQLError): unknown {
  const { originalError, path, nodes } = error;
  return originalError !== undefined && path === undefined && nodes === undefined ? originalError : error;
}

/** Sandbox sends the headers of its settings as connection parameters, as they are written there. */
function authorizationOf(parameters: Readonly<Record<string, unknown>> | undefined): unknown {
  const entries = Object.entries(parameters ?? {});
  return entries.find(([name]) => name.toLowerCase() === 'authorization')?.[1];
}
