import { CloseCode, makeServer, type ServerOptions } from 'graphql-ws';
import type { WebsocketHandler } from '@fastify/websocket';
import type { FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';
import type { FaultLogger } from './format-error.ts';

/**
 * A client that has not answered by the next ping is gone, whatever its network says. Often enough for the proxies
 * that cut what is silent for a minute; seldom enough that a stalled subscriber is told so first, with its code.
 */
const pingIntervalMs = 25_000;

export interface SocketExtra {
  readonly socket: WebSocket;
  readonly request: FastifyRequest;
}

/**
 * Carries graphql-ws over our sockets. Its own adapter writes to the console, and takes every socket that is lost
 * in the middle of an answer for a fault of the server.
 */
export function makeTransport<Extra extends SocketExtra>(
  options: ServerOptions<Record<string, unknown>, Extra>,
  log: FaultLogger,
): WebsocketHandler {
  const server = makeServer<Record<string, unknown>, SocketExtra & Partial<Extra>>(options as never);
  return (socket, request) => {
    const stopPinging = keepAlive(socket);
    const fail = (error: unknown): void => {
      const { name, message } = error instanceof Error ? error : new Error('unknown');
      log.error({ err: { type: name, message } }, 'a message on a socket could not be handled');
      socket.close(CloseCode.InternalServerError, 'Internal server error');
    };
    // What breaks the rules of WebSocket itself, such as a message that is too large; the socket closes by itself.
    socket.on('error', () => {});
    const closed = server.opened(
      {
        protocol: socket.protocol,
        // Waits until the operating system has taken it: a subscription goes no faster than its reader.
        send: (text) =>
          new Promise((resolve) => {
            if (socket.readyState === socket.OPEN) socket.send(text, () => resolve());
            else resolve();
          }),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (handle) => {
          socket.on('message', (data: Buffer) => void handle(data.toString()).catch(fail));
        },
      },
      { socket, request } as never,
    );
    socket.once('close', (code, reason) => {
      stopPinging();
      void closed(code, reason.toString());
    });
  };
}

/** Sends messages in one go, and waits until the operating system has taken them. */
export function sendTogether({ socket, request }: SocketExtra, messages: readonly string[]): Promise<void> {
  return new Promise((resolve) => {
    if (socket.readyState !== socket.OPEN) return resolve();
    const stream = request.raw.socket;
    stream.cork();
    for (const [index, message] of messages.entries()) {
      socket.send(message, index === messages.length - 1 ? () => resolve() : undefined);
    }
    stream.uncork();
  });
}

/** Asks the client for a sign of life, and cuts the socket when none has come by the time of the next question. */
function keepAlive(socket: WebSocket): () => void {
  let answered = true;
  socket.on('pong', () => (answered = true));
  const timer = setInterval(() => {
    if (!answered) return socket.terminate();
    answered = false;
    if (socket.readyState === socket.OPEN) socket.ping();
  }, pingIntervalMs);
  return () => clearInterval(timer);
}
