import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

export interface ReceivedWebhook {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly event: {
    readonly type: string;
    readonly timestamp: string;
    readonly version: number;
    readonly data: Readonly<Record<string, string | null>>;
  };
}

/** How it answers; nothing at all where the promise never ends. */
export type Answer = (
  received: ReceivedWebhook,
  response: ServerResponse,
) => number | void | Promise<number | void>;

export interface Receiver {
  readonly url: string;
  /** All that has come in, refused or not, in the order in which it came. */
  readonly received: ReceivedWebhook[];
  /** Requests that have not been answered yet, and the most that there ever were. */
  open: number;
  mostOpen: number;
  answer: Answer;
  stop(): Promise<void>;
}

/** A real HTTP server that keeps what it gets, and answers 204 unless told otherwise. */
export async function startReceiver(answer: Answer = () => 204): Promise<Receiver> {
  const server = createServer((request, response) => void receive(request, response));
  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const headers = request.headers as Record<string, string>;
    const webhook = { path: request.url!, headers, body, event: JSON.parse(body) };
    receiver.received.push(webhook);
    receiver.open += 1;
    receiver.mostOpen = Math.max(receiver.mostOpen, receiver.open);
    response.once('close', () => (receiver.open -= 1));
    const status = await receiver.answer(webhook, response);
    if (status !== undefined) response.writeHead(status).end();
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}/orders`,
    received: [],
    open: 0,
    mostOpen: 0,
    answer,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return receiver;
}

/** What the library of Standard Webhooks says to it: the payload, or it throws. */
export function verified(secret: string, { body, headers }: ReceivedWebhook): unknown {
  return new Webhook(secret).verify(body, headers);
}
