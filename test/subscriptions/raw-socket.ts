import { WebSocket } from 'ws';
import { waitUntil } from '../setup/wait-until.ts';
import { statusChanged } from './live-client.ts';

export interface Closed {
  code: number;
  reason: string;
}

/** A socket that speaks the protocol by hand, so that it can do what a well-behaved client never does. */
export interface RawSocket {
  readonly messages: any[];
  readonly closed: Promise<Closed>;
  send(message: object): void;
  sendText(text: string): void;
  /** Stops reading, as a frozen page or a dead network does; what is on its way piles up. */
  stopReading(): void;
  readAgain(): void;
  end(): void;
}

export async function openRawSocket(
  url: string,
  options: { protocol?: string; origin?: string; authorization?: string } = {},
): Promise<RawSocket> {
  const { protocol = 'graphql-transport-ws', origin, authorization } = options;
  const socket = new WebSocket(`${url}/graphql`.replace(/^http/, 'ws'), protocol, {
    ...(origin !== undefined && { origin }),
    headers: authorization === undefined ? {} : { authorization },
  });
  const messages: any[] = [];
  socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString())));
  const closed = new Promise<Closed>((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  socket.on('error', () => {});
  return {
    messages,
    closed,
    send: (message) => socket.send(JSON.stringify(message)),
    sendText: (text) => socket.send(text),
    stopReading: () => socket.pause(),
    readAgain: () => socket.resume(),
    end: () => socket.terminate(),
  };
}

/** A socket that has said who it is; subscribed to the changes of fulfillments when there is a selection. */
export async function openSubscribed(
  url: string,
  token: string,
  query: string = statusChanged,
  after: string | null = null,
): Promise<RawSocket> {
  const socket = await openRawSocket(url);
  socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
  await waitUntil(() => socket.messages.length > 0, 'the connection is acknowledged');
  socket.send({ type: 'subscribe', id: 'changes', payload: { query, variables: { after } } });
  return socket;
}
