import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';

/** The port of the last start when it is free, so that a saved connection goes on working, else any free one. */
export async function chooseFreePort(cluster: string): Promise<number> {
  const lastCommand = await readFile(path.join(cluster, 'postmaster.opts'), 'utf8').catch(() => '');
  const lastPort = Number(/"port=(\d+)"/.exec(lastCommand)?.[1] ?? 0);
  return tryPort(lastPort).catch(() => tryPort(0));
}

function tryPort(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = probe.address();
      probe.close(() => (address && typeof address === 'object' ? resolve(address.port) : reject()));
    });
  });
}
