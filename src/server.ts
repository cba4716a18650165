import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginCacheControlDisabled } from '@apollo/server/plugin/disabled';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import compress from '@fastify/compress';
import cors from '@fastify/cors';
import websocket from '@fastify/websocket';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { OperationTypeNode } from 'graphql';
import type { App } from './app.ts';
import type { Viewer } from './auth/actor.ts';
import { bearerToken } from './auth/token.ts';
import { RequestContext } from './graphql/context.ts';
import { explorerPage } from './graphql/explorer-page.ts';
import { formatError } from './graphql/format-error.ts';
import { limits, OperationLimits } from './graphql/limits.ts';
import { answerBodyTooLarge, limitsPlugin } from './graphql/limits-plugin.ts';
import { defaultSocketLimits, OpenSockets, type SocketLimits } from './graphql/open-sockets.ts';
import { originChecker } from './graphql/origins.ts';
import {
  limitHeaders,
  openRateLimiter,
  rateLimited,
  tellUse,
  type RateLimiter,
} from './graphql/rate-limit.ts';
import { PlanExecutor } from './graphql/plan/plan-executor.ts';
import { planPlugin } from './graphql/plan/plan-plugin.ts';
import { clientAddress, userAgentOf } from './graphql/request-origin.ts';
import { makeSocketHandler } from './graphql/socket.ts';
import { isToken } from './metrics/metrics-server.ts';
import { SharedQueries } from './redis/persisted-queries.ts';
import { operationPlugin } from './metrics/operation-metrics.ts';

const goingAway = 1001;
/** How long the sockets get to say goodbye before they are cut. */
const socketGraceMs = 2_000;
const drainCheckMs = 20;

export interface ServerOptions {
  readonly host: string;
  readonly port: number;
  /** Origins of pages elsewhere that may call the API, beside Apollo's Sandbox and our own pages. */
  readonly allowedOrigins?: readonly string[];
  readonly production?: boolean;
  /** Name the sample logins on the front page. */
  readonly sampleData?: boolean;
  /** Serve `/metrics` to whoever sends this token; left out: not at all. */
  readonly metricsToken?: string | undefined;
  readonly socketLimits?: SocketLimits;
  /** Operations a minute and user, or address where nobody is signed in; 0 or left out: no limit. */
  readonly rateLimitPerMinute?: number;
  /** Whether the schema may be asked for; otherwise errors do not guess at names either. Left out: it may. */
  readonly introspection?: boolean;
}

export interface RunningServer {
  readonly url: string;
  /** Requests in flight finish, sockets close with 1001 "going away", then the app ends. */
  stop(): Promise<void>;
}

/** Starts HTTP and WebSocket for an app. */
export async function startServer(app: App, options: ServerOptions): Promise<RunningServer> {
  const server = fastify({
    loggerInstance: app.log,
    genReqId: () => randomUUID(),
    bodyLimit: limits.bodyBytes,
    forceCloseConnections: 'idle',
  }) as unknown as FastifyInstance;
  const allows = originChecker(options.allowedOrigins ?? [], options.production ?? false);
  server.addHook('onRequest', async (request, reply) => {
    void reply.header('x-request-id', request.id);
    // Chrome asks before a page from the internet, such as Apollo Studio, may call a server on this machine.
    if (request.headers['access-control-request-private-network'] && allows(request.headers)) {
      void reply.header('access-control-allow-private-network', 'true');
    }
  });
  await server.register(cors, {
    delegator: (request, done) =>
      done(null, { origin: allows(request.headers), maxAge: 86_400, exposedHeaders: [...limitHeaders] }),
  });
  await server.register(compress, { threshold: 1_024 });
  await server.register(websocket, {
    options: {
      // A socket is not subject to CORS: any page could open one, so the Origin is checked here.
      verifyClient: ({ req }: { req: FastifyRequest['raw'] }) => allows(req.headers),
      handleProtocols: (protocols: Set<string>) =>
        protocols.has('graphql-transport-ws') ? 'graphql-transport-ws' : false,
      maxPayload: limits.bodyBytes,
    },
    preClose: () => closeSockets(server),
  });
  const openSockets = new OpenSockets(
    app.services.database.read,
    options.socketLimits ?? defaultSocketLimits,
  );
  server.addHook('onClose', async () => openSockets.close());
  const limitRate = await openRateLimiter(server, options.rateLimitPerMinute ?? 0, app.redis);
  const apollo = await addGraphql(server, app, openSockets, limitRate, options.introspection ?? true);
  addProbes(server, app);
  addMetrics(server, app, options.metricsToken);
  await addStripeWebhook(server, app);
  const page = explorerPage(options.sampleData ?? false);
  server.get('/', (_request, reply) => reply.type('text/html; charset=utf-8').send(page));
  const inFlight = countInFlight(server);
  app.metrics.http.watch({
    socketsOpen: () => server.websocketServer.clients.size,
    requestsInFlight: () => inFlight.count(),
  });
  const url = await server.listen({ host: options.host, port: options.port });
  return {
    url,
    async stop() {
      const closed = server.close();
      await inFlight.isZero();
      // Whoever keeps a connection open without asking for anything would keep us waiting.
      server.server.closeAllConnections();
      await closed;
      await apollo.stop();
      await app.close();
    },
  };
}

async function addGraphql(
  server: FastifyInstance,
  app: App,
  openSockets: OpenSockets,
  limitRate: RateLimiter,
  introspection: boolean,
): Promise<ApolloServer<RequestContext>> {
  const operationLimits = new OperationLimits(app.schema);
  const apollo = new ApolloServer<RequestContext>({
    schema: app.schema,
    // Apollo's own hints cost a quarter of a request and nobody reads them.
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      limitsPlugin(operationLimits),
      operationPlugin(app.metrics.operations),
      ...(app.services.replicas ? [replicaReading] : []),
      planPlugin(new PlanExecutor(app.schema)),
    ],
    introspection,
    hideSchemaDetailsFromClientErrors: !introspection,
    parseOptions: { maxTokens: limits.tokens },
    allowBatchedHttpRequests: false,
    ...(app.redis && { persistedQueries: { cache: new SharedQueries(app.redis) } }),
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    logger: app.log,
    formatError: (formatted, error) => formatError(formatted, error, app.log),
  });
  await apollo.start();
  const handler = fastifyApolloHandler(apollo, {
    context: async (request) => {
      const origin = { ipAddress: clientAddress(request), userAgent: userAgentOf(request) };
      return new RequestContext(app.services, request.viewer, origin);
    },
  });
  const verifyToken = (token: string) => app.verifyToken(token);
  const { schema, services, log, metrics } = app;
  const observer = metrics.operations;
  const wsHandler = makeSocketHandler({
    schema,
    services,
    verifyToken,
    openSockets,
    limitRate,
    operationLimits,
    introspection,
    log,
    observer,
  });
  server.decorateRequest('viewer', null);
  const onRequest = [knowViewer(verifyToken), refuseTooMany(limitRate)];
  server.route({ method: 'GET', url: '/graphql', onRequest, handler, wsHandler });
  const errorHandler = answerBodyTooLarge;
  server.route({ method: 'POST', url: '/graphql', onRequest, handler, errorHandler });
  server.route({ method: 'OPTIONS', url: '/graphql', handler });
  return apollo;
}

/** Queries may be answered from a replica: known as soon as it is known what the operation is, and before it runs. */
const replicaReading: ApolloServerPlugin<RequestContext> = {
  requestDidStart: async () => ({
    didResolveOperation: async ({ operation, contextValue }) => {
      if (operation?.operation === OperationTypeNode.QUERY) contextValue.mayReadReplica();
    },
  }),
};

/** Who asks, read once from the token; null for nobody and for a token that is not valid. */
function knowViewer(verifyToken: (token: string) => Viewer | null) {
  return async (request: FastifyRequest): Promise<void> => {
    const token = bearerToken(request.headers.authorization);
    request.viewer = token === null ? null : verifyToken(token);
  };
}

function refuseTooMany(limitRate: RateLimiter) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    // The operations of a socket are counted, and not that it is opened.
    if (request.headers.upgrade !== undefined) return;
    const use = await limitRate(request, request.viewer);
    if (!use) return;
    tellUse(reply, use);
    if (!use.isExceeded) return;
    const { message, code, details } = rateLimited(use);
    await reply.code(429).send({ errors: [{ message, extensions: { code, ...details } }] });
  };
}

declare module 'fastify' {
  interface FastifyRequest {
    viewer: Viewer | null;
  }
}

function addProbes(server: FastifyInstance, app: App): void {
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
function addMetrics(server: FastifyInstance, { metrics }: App, token: string | undefined): void {
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

/** Where Stripe tells what became of payments. Its signature is over the body as it came, so nothing parses it. */
async function addStripeWebhook(server: FastifyInstance, app: App): Promise<void> {
  const { stripeWebhook } = app;
  if (!stripeWebhook) return;
  await server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    scope.post('/webhooks/stripe', async (request, reply) => {
      const { status, message } = await stripeWebhook(request.body, request.headers['stripe-signature']);
      return reply.code(status).send({ message });
    });
  });
}

/** Counts the requests that have no answer yet; those that become sockets are none. */
function countInFlight(server: FastifyInstance): { count(): number; isZero(): Promise<void> } {
  let count = 0;
  const isPlain = (request: FastifyRequest): boolean => request.headers.upgrade === undefined;
  server.addHook('onRequest', async (request) => {
    if (isPlain(request)) count += 1;
  });
  server.addHook('onResponse', async (request) => {
    if (isPlain(request)) count -= 1;
  });
  return {
    count: () => count,
    async isZero() {
      while (count > 0) await sleep(drainCheckMs);
    },
  };
}

/** Says goodbye to every socket, and waits until they have answered or the grace has passed. */
async function closeSockets(server: FastifyInstance): Promise<void> {
  const { clients } = server.websocketServer;
  for (const socket of clients) socket.close(goingAway, 'The server is going away');
  const deadline = Date.now() + socketGraceMs;
  while (clients.size > 0 && Date.now() < deadline) await sleep(drainCheckMs);
  for (const socket of clients) socket.terminate();
  await new Promise((resolve) => server.websocketServer.close(resolve));
}
