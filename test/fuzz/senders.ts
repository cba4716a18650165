import { once } from 'node:events';
import { createClient, MessageType, validateMessage, type Client, type SubscribePayload } from 'graphql-ws';
import { WebSocket, type CloseEvent } from 'ws';
import type { Request } from './damage.ts';

export interface Answer {
  readonly status: number;
  readonly text: string;
}

export async function overHttp(url: string, request: unknown, token: string | null): Promise<Answer> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(request),
  });
  return { status: response.status, text: await response.text() };
}

/** Does not connect again by itself: when the socket closes, every operation on it ends and says with which code. */
export function socketOf(url: string, token: string): Client {
  return createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
    lazyCloseTimeout: 1_000,
  });
}

/** The socket was closed before the operation had an answer. */
export class SocketClosed extends Error {
  constructor(
    readonly code: number,
    reason: string,
  ) {
    super(`the socket closed with ${code}: ${reason}`);
  }
}

const answerWithinMs = 60_000;
/** Nothing need come of a subscription. */
const eventWithinMs = 30;
const eventsAtMost = 3;

/** The first messages that come of it, before it is completed. */
export function overSocket(client: Client, request: Request, isSubscription: boolean): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const texts: string[] = [];
    let stop: (() => void) | undefined;
    const end = (): void => {
      clearTimeout(timer);
      resolve(texts);
      queueMicrotask(() => stop?.());
    };
    const late = (): void =>
      isSubscription ? end() : reject(new Error(`no answer in ${answerWithinMs} ms`));
    const timer = setTimeout(late, isSubscription ? eventWithinMs : answerWithinMs);
    stop = client.subscribe(request as SubscribePayload, {
      next(value) {
        texts.push(JSON.stringify(value));
        if (!isSubscription || texts.length >= eventsAtMost) end();
      },
      error(error) {
        clearTimeout(timer);
        if (Array.isArray(error)) {
          texts.push(JSON.stringify({ errors: error }));
          end();
        } else reject(asError(error));
      },
      complete: end,
    });
  });
}

/** Whether graphql-ws would send it at all: what is not of the form of a message goes another way. */
export function isMessage(request: Request): boolean {
  try {
    validateMessage({ type: MessageType.Subscribe, id: 'one', payload: request });
    return true;
  } catch {
    return false;
  }
}

/** Sends what graphql-ws would not, and waits for the code with which the server closes the socket. */
export async function closeCodeAfter(url: string, token: string, request: Request): Promise<number> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const timer = setTimeout(() => socket.terminate(), answerWithinMs);
  socket.once('open', () => {
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
  });
  socket.once('message', () => {
    socket.send(JSON.stringify({ type: 'subscribe', id: 'one', payload: request }));
  });
  const [code] = (await once(socket, 'close')) as [number];
  clearTimeout(timer);
  return code;
}

function asError(error: unknown): Error {
  if (error instanceof Error) return error;
  const { code, reason } = error as CloseEvent;
  return new SocketClosed(code, reason);
}

/** What no answer may have in it: statements, places in the code, names of libraries. */
const telltale =
  /\b(select|insert into|update|delete from)\b[^"]{0,60}\b(from|values|set|where)\b|\.(ts|js):\d+|node_modules|postgres(ql)?error|drizzle|typeerror|rangeerror|syntaxerror:|failed query|violates|relation "|maximum call stack|cannot read prop|is not a function|is not iterable/i;
const faults = new Set(['INTERNAL_SERVER_ERROR', 'SERVICE_UNAVAILABLE', 'OUTCOME_UNKNOWN']);

/** What must not be in an answer. */
export function complaintAbout({ status, text }: Answer): string | undefined {
  if (status >= 500) return `status ${status}: ${text.slice(0, 500)}`;
  if (text === '') return undefined;
  const { errors = [] } = JSON.parse(text) as {
    errors?: { message: string; extensions?: { code?: string } }[];
  };
  const fault = errors.find(({ extensions }) => faults.has(extensions?.code ?? ''));
  if (fault) return `${fault.extensions?.code}: ${fault.message}`;
  const told = errors.find(({ message }) => telltale.test(message));
  return told && `a message that tells too much: ${told.message}`;
}

const followed = [
  'subscription { orderEvents { cursor entry { action additionalData } order { status total { amountMinor } } } }',
  'subscription { fulfillmentStatusChanged { cursor fulfillment { status } } }',
  'subscription { dashboardChanged { cursor } }',
];

/** Subscriptions that run all along, and must be told of what the hostile operations do. */
export class Follower {
  readonly complaints: string[] = [];
  readonly events = followed.map(() => 0);
  private readonly client: Client;

  constructor(url: string, token: string) {
    this.client = socketOf(url, token);
    for (const [index, query] of followed.entries()) {
      this.client.subscribe(
        { query },
        {
          next: (value) => {
            this.events[index]! += 1;
            const complaint = complaintAbout({ status: 200, text: JSON.stringify(value) });
            if (complaint) this.complaints.push(`${query}: ${complaint}`);
          },
          error: (error) => {
            const text = Array.isArray(error) ? JSON.stringify(error) : String(asError(error));
            // Not everybody may follow everything.
            if (!text.includes('"FORBIDDEN"')) this.complaints.push(`${query} ended: ${text}`);
          },
          complete: () => {},
        },
      );
    }
  }

  async stop(): Promise<void> {
    await this.client.dispose();
  }
}
