import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance, FastifyRequest } from 'fastify';

export const drainCheckMs = 20;

/** Counts the requests that have no answer yet; those that become sockets are none. */
export function countInFlight(server: FastifyInstance): { count(): number; isZero(): Promise<void> } {
  let count = 0;
  const isPlain = (request: FastifyRequest): boolean => request.headers.upgrade === undefined;
  server.addHook('onRequest', async (request, reply) => {
    if (!isPlain(request)) return;
    count += 1;
    // Comes also where the client has gone before its answer, which Fastify's own onResponse does not.
    reply.raw.once('close', () => (count -= 1));
  });
  return {
    count: () => count,
    async isZero() {
      while (count > 0) await sleep(drainCheckMs);
    },
  };
}
