import { once } from 'node:events';
import net from 'node:net';

/** A network between us and the server that can be made to fail. */
export interface Proxy {
  readonly url: string;
  /** What is open and what is opened from now on stays open and silent. */
  freeze(): void;
  /** New connections pass again; the frozen ones are silent for ever, as behind a firewall that forgot them. */
  thaw(): void;
  /** Ends the frozen connections, as the operating system does when it has given up on them. */
  cutFrozen(): void;
  /** When a client says `text`, the server still hears it, but its answer is lost with the connection. */
  loseAnswerTo(text: string): void;
  close(): Promise<void>;
}

export async function startProxy(serverUrl: string): Promise<Proxy> {
  const target = new URL(serverUrl);
  const sockets = new Set<net.Socket>();
  const lines = new Set<{ readonly client: net.Socket; frozen: boolean; answersLost: boolean }>();
  let frozen = false;
  let fatalText: string | undefined;
  const keep = (socket: net.Socket): void => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  };
  const server = net.createServer((client) => {
    const upstream = net.connect(Number(target.port), target.hostname);
    const line = { client, frozen, answersLost: false };
    lines.add(line);
    [client, upstream].forEach(keep);
    client.on('data', (chunk) => {
      if (line.frozen || (line.frozen = frozen)) return;
      if (fatalText !== undefined && chunk.includes(fatalText)) {
        line.answersLost = true;
        fatalText = undefined;
      }
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (line.answersLost) client.destroy();
      else if (!line.frozen && !(line.frozen = frozen)) client.write(chunk);
    });
    client.on('close', () => {
      lines.delete(line);
      upstream.destroy();
    });
    upstream.on('close', () => line.frozen || client.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(serverUrl);
  url.port = String((server.address() as net.AddressInfo).port);
  return {
    url: url.toString(),
    freeze: () => (frozen = true),
    thaw: () => (frozen = false),
    cutFrozen: () => {
      for (const line of lines) if (line.frozen) line.client.destroy();
    },
    loseAnswerTo: (text) => (fatalText = text),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
