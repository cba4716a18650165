import { GraphQLError, type GraphQLFormattedError, type GraphQLSchema } from 'graphql';
import { CloseCode } from 'graphql-ws';
import { makeHandler, type Extra } from 'graphql-ws/use/@fastify/websocket';
import type { WebsocketHandler } from '@fastify/websocket';
import type { Actor } from '../auth/actor.ts';
import { bearerToken } from '../auth/token.ts';
import { RequestContext, type Services } from './context.ts';
import { formatError, type FaultLogger } from './format-error.ts';
import { clientAddress, userAgentOf } from './request-origin.ts';

/** Sent to a subscriber that does not keep up. The client connects again and resumes from its last cursor. */
export const tooSlowCloseCode = 4503;
/** Node's timers hold no more than this; a token never lives so long. */
const maximumTimerMs = 2_147_483_647;

/** What a socket knows of its viewer, beside the socket and its request. */
type SocketState = {
  actor?: Actor;
  expiry?: NodeJS.Timeout;
};
type SocketExtra = Extra & SocketState;

/**
 * GraphQL over WebSocket: the token is checked when the socket opens, and the socket closes when it expires, so
 * that nobody keeps listening on a right that has ended. (The Origin is checked before, in the server.)
 */
export function makeSocketHandler(
  schema: GraphQLSchema,
  services: Services,
  verifyToken: (token: string) => Actor | null,
  log: FaultLogger,
): WebsocketHandler {
  const format = (errors: readonly (GraphQLError | GraphQLFormattedError)[]) =>
    errors.map((error) => {
      const formatted = error instanceof GraphQLError ? error.toJSON() : error;
      return formatError(formatted, error, log) as GraphQLFormattedError;
    });
  return makeHandler<Record<string, unknown>, SocketState>({
    schema,
    onConnect(context) {
      const extra = context.extra as SocketExtra;
      const token = bearerToken(
        authorizationOf(context.connectionParams) ?? extra.request.headers.authorization,
      );
      const actor = token === null ? null : verifyToken(token);
      if (!actor) {
        extra.socket.close(
          CloseCode.Forbidden,
          'Send a valid access token as connectionParams.authorization',
        );
        return false;
      }
      extra.actor = actor;
      extra.expiry = setTimeout(
        () => extra.socket.close(CloseCode.Forbidden, 'The access token has expired'),
        Math.min(actor.expiresAtSeconds * 1000 - Date.now(), maximumTimerMs),
      );
      return true;
    },
    onClose(context) {
      clearTimeout((context.extra as SocketExtra).expiry);
    },
    context(context) {
      const { request, actor, socket } = context.extra as SocketExtra;
      return new RequestContext(
        services,
        actor ?? null,
        { ipAddress: clientAddress(request), userAgent: userAgentOf(request) },
        () => socket.close(tooSlowCloseCode, 'Too slow: connect again and resume from your last cursor'),
      );
    },
    onError: (_context, _id, _payload, errors) => format(errors),
    onNext: (_context, _id, _payload, _arguments, result) =>
      result.errors ? { ...result, errors: format(result.errors) } : undefined,
  });
}

/** Sandbox sends the headers of its settings as connection parameters, as they are written there. */
function authorizationOf(parameters: Readonly<Record<string, unknown>> | undefined): unknown {
  const entries = Object.entries(parameters ?? {});
  return entries.find(([name]) => name.toLowerCase() === 'authorization')?.[1];
}
