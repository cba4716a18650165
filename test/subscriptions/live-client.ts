import { createClient, type Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import { waitUntil } from '../setup/wait-until.ts';

export const statusChanged = `subscription ($filter: FulfillmentStatusFilter, $after: String) {
  fulfillmentStatusChanged(filter: $filter, after: $after) {
    cursor oldStatus newStatus occurredAt
    fulfillment { id number status version } order { id number status }
  }
}`;

export interface StatusEvent {
  cursor: string;
  oldStatus: string | null;
  newStatus: string;
  occurredAt: string;
  fulfillment: { id: string; number: string; status: string; version: number } | null;
  order: { id: string; number: string; status: string } | null;
}

export const orderEvents = `subscription ($orderId: ID, $filter: OrderEventFilter, $after: String) {
  orderEvents(orderId: $orderId, filter: $filter, after: $after) {
    cursor occurredAt entry { id action oldStatus newStatus description additionalData performedBy { id } ipAddress }
    fulfillment { id number } order { id number status total { amountMinor } }
  }
}`;

export interface OrderEvent {
  cursor: string;
  occurredAt: string;
  entry: {
    id: string;
    action: string;
    oldStatus: string | null;
    newStatus: string | null;
    description: string;
    additionalData: object | null;
    performedBy: { id: string } | null;
    ipAddress: string | null;
  };
  fulfillment: { id: string; number: string } | null;
  order: { id: string; number: string; status: string; total: { amountMinor: number } | null };
}

export interface Followed<Event = StatusEvent> {
  /** In the order in which they came, over all connections. */
  readonly events: Event[];
  /** Errors that came with events. */
  readonly fieldErrors: unknown[];
  /** How the subscription ended, when it did: undefined for completed, else the error. */
  readonly ended: Promise<unknown>;
  /** How many connections there were, and whether there is one now. */
  connections(): number;
  isConnected(): boolean;
  unsubscribe(): void;
  /** Cuts the connection without a goodbye; the client connects again by itself. */
  disconnect(): void;
  /** Waits for at least so many events. */
  received(count: number): Promise<void>;
}

export interface FollowOptions {
  readonly url: string;
  readonly token: string;
  readonly filter?: object | null;
  readonly after?: string | null;
  /** For ever unless told otherwise; each time from the last event. */
  readonly retryAttempts?: number;
}

export function socketClient(
  url: string | (() => string),
  token: string | null,
  options: { retryAttempts?: number; onConnection?: () => void; onClosed?: () => void } = {},
): Client {
  return createClient({
    url: () => `${typeof url === 'string' ? url : url()}/graphql`.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: token === null ? {} : { authorization: `Bearer ${token}` },
    retryAttempts: options.retryAttempts ?? 0,
    retryWait: () => new Promise((resolve) => setTimeout(resolve, 50)),
    shouldRetry: () => true,
    on: { connected: () => options.onConnection?.(), closed: () => options.onClosed?.() },
  });
}

/** Subscribes as a warehouse screen does. */
export function follow(options: FollowOptions): Followed {
  return followField<StatusEvent>('fulfillmentStatusChanged', statusChanged, options);
}

/** Subscribes to what happens to orders. */
export function followOrders(options: FollowOptions & { orderId?: string }): Followed<OrderEvent> {
  return followField<OrderEvent>('orderEvents', orderEvents, options);
}

/** Whenever the connection is lost, it resumes from the last event. */
function followField<Event extends { cursor: string }>(
  field: string,
  query: string,
  options: FollowOptions & { orderId?: string },
): Followed<Event> {
  let connections = 0;
  let connected = false;
  let failure: unknown;
  const client = socketClient(options.url, options.token, {
    retryAttempts: options.retryAttempts ?? Number.POSITIVE_INFINITY,
    onConnection: () => {
      connections += 1;
      connected = true;
    },
    onClosed: () => (connected = false),
  });
  const events: Event[] = [];
  const fieldErrors: unknown[] = [];
  // The client sends them anew after each reconnect.
  const variables = {
    filter: options.filter ?? null,
    after: options.after ?? null,
    ...(options.orderId !== undefined && { orderId: options.orderId }),
  };
  let unsubscribe = (): void => {};
  const ended = new Promise<unknown>((resolve) => {
    unsubscribe = client.subscribe<Record<string, Event>>(
      { query, variables },
      {
        next({ data, errors }) {
          if (errors) fieldErrors.push(...errors);
          if (!data) return;
          variables.after = data[field]!.cursor;
          events.push(data[field]!);
        },
        error(reason) {
          failure = reason;
          resolve(reason);
        },
        complete: () => resolve(undefined),
      },
    );
  });
  return {
    events,
    fieldErrors,
    ended,
    connections: () => connections,
    isConnected: () => connected,
    unsubscribe: () => unsubscribe(),
    disconnect: () => client.terminate(),
    async received(count) {
      await waitUntil(
        () => events.length >= count || failure !== undefined,
        () => `${count} events; it has ${events.length}, ${connected ? 'and is connected' : 'not connected'}`,
        60_000,
      );
      if (failure !== undefined) throw new Error(`The subscription failed: ${describe(failure)}`);
    },
  };
}

/** What the client reports is a list of errors, or how the socket was closed. */
function describe(failure: unknown): string {
  if (failure instanceof Error) return String(failure.stack);
  const { code, reason } = failure as { code?: number; reason?: string };
  return code === undefined ? JSON.stringify(failure) : `closed with ${code} ${reason}`;
}

/** Runs one query or mutation over a socket; resolves with its answer, rejects with its error messages. */
export async function askOverSocket(
  client: Client,
  query: string,
  variables?: Record<string, unknown>,
): Promise<any> {
  for await (const answer of client.iterate({ query, variables: variables ?? null })) return answer;
  throw new Error('There was no answer.');
}
