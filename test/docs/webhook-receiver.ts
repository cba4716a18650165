import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Webhook } from 'standardwebhooks';

export interface OrderEvent {
  readonly type: string;
  readonly timestamp: string;
  readonly version: number;
  readonly data: {
    readonly eventId: string;
    readonly orderId: string;
    readonly orderNumber: string;
    readonly newStatus: string | null;
  };
}

/** A server for the address of an endpoint. `handle` is called once for each event, and an order's events in order. */
export function receiveEvents(secret: string, handle: (event: OrderEvent) => Promise<void>): Server {
  const webhook = new Webhook(secret);
  // In real life a table of yours with a unique id, written in the transaction of what the event leads to.
  const done = new Set<string>();
  const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    let event: OrderEvent;
    try {
      // The signature is over the body as it came: verify first, parse afterwards.
      const body = Buffer.concat(chunks).toString();
      event = webhook.verify(body, request.headers as Record<string, string>) as OrderEvent;
    } catch {
      response.writeHead(401).end();
      return;
    }
    try {
      if (!done.has(event.data.eventId)) await handle(event);
      done.add(event.data.eventId);
      response.writeHead(204).end();
    } catch {
      // Not done: it comes again.
      response.writeHead(500).end();
    }
  };
  return createServer((request, response) => void receive(request, response));
}
