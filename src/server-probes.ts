import type { FastifyInstance } from 'fastify';
import type { App } from './app.ts';
import { isToken } from './metrics/metrics-server.ts';

/** What a balancer asks. */
export function addProbes(server: FastifyInstance, app: App): void {
  server.get('/healthz', { logLevel: 'warn' }, () => ({ status: 'ok' }));
  server.get('/readyz', { logLevel: 'warn' }, async (_request, reply) => {
    try {
      await app.services.database.ping();
      return { status: 'ready', ...replicasInUse(app) };
    } catch {
      return reply.code(503).send({ status: 'unavailable', reason: 'the database does not answer' });
    }
  });
}

/** Told, but no reason to be unready: without them the database itself is read. */
function replicasInUse({ services }: App) {
  if (!services.replicas) return {};
  const { replicas } = services.replicas.statistics();
  return { replicas: { inUse: replicas.filter(({ isInUse }) => isInUse).length, of: replicas.length } };
}

/** Counts what is answered, and serves the metrics to whoever may have them. */
export function addMetrics(server: FastifyInstance, { metrics }: App, token: string | undefined): void {
  server.addHook('onResponse', (request, reply, done) => {
    metrics.http.answered(request.routeOptions.url, reply.statusCode);
    done();
  });
  if (token === undefined) return;
  server.get('/metrics', { logLevel: 'warn' }, async (request, reply) => {
    if (!isToken(token, request.headers.authorization)) {
      return reply.code(401).header('www-authenticate', 'Bearer').send({ message: 'Send METRICS_TOKEN.' });
    }
    return reply.type(metrics.contentType).send(await metrics.text());
  });
}
