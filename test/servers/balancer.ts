import { once } from 'node:events';
import net from 'node:net';

/** A proxy before several servers, as small as one can be: each new connection goes to the next of them. */
export interface Balancer {
  readonly url: string;
  /** How many connections each server was given. */
  readonly given: readonly number[];
  /** Where a server is now; null takes it out until it is back. */
  setPort(index: number, port: number | null): void;
  close(): Promise<void>;
}

export async function startBalancer(serverPorts: readonly number[]): Promise<Balancer> {
  const ports: (number | null)[] = [...serverPorts];
  const given = ports.map(() => 0);
  const sockets = new Set<net.Socket>();
  let turn = 0;
  /** The next server that is not taken out. */
  const nextIndex = (): number | undefined => {
    const order = ports.map((_port, step) => (turn + step) % ports.length);
    const index = order.find((each) => ports[each] !== null);
    if (index !== undefined) turn = index + 1;
    return index;
  };
  const server = net.createServer((client) => {
    client.on('error', () => {});
    const index = nextIndex();
    if (index === undefined) return client.destroy();
    given[index]! += 1;
    const upstream = net.connect(ports[index]!, '127.0.0.1');
    upstream.on('error', () => {});
    join(client, upstream);
    join(upstream, client);
  });
  const join = (from: net.Socket, to: net.Socket): void => {
    sockets.add(from);
    from.pipe(to);
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as net.AddressInfo).port}`,
    given,
    setPort: (index, port) => void (ports[index] = port),
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
