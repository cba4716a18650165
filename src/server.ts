import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginCacheControlDisabled } from '@apollo/server/plugin/disabled';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import compress from '@fastify/compress';
import cors from '@fastify/cors';
import websocket from '@fastify/websocket';
import fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type onRequestHookHandler,
  type onSendHookHandler,
} from 'fastify';
import type { App } from './app.ts';
import { asResponseError } from './shared/errors.ts';
import { Admission, busynessOf } from './graphql/admission.ts';
import { admitted, refuseWhenFull } from './graphql/admitted-requests.ts';
import { countInFlight, drainCheckMs } from './in-flight.ts';
import { RequestContext } from './graphql/context.ts';
import { explorerPage } from './graphql/explorer-page.ts';
import { DocumentValidation } from './graphql/document-validation.ts';
import { errorFormatter } from './graphql/format-error.ts';
import { limits, OperationLimits } from './graphql/limits.ts';
import { answerBodyRefused, limitsPlugin } from './graphql/limits-plugin.ts';
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
import { knowViewer } from './graphql/request-viewer.ts';
import { addSecurityHeaders, explorerPolicy, sandboxPolicy } from './graphql/security-headers.ts';
import { replicaReading } from './graphql/replica-reading.ts';
import { makeSocketHandler } from './graphql/socket.ts';
import { SharedQueries } from './redis/persisted-queries.ts';
import { serveDocuments } from './documents/document-route.ts';
import { serveExports } from './exports/export-route.ts';
import { servePages } from './pages.ts';
import { operationPlugin } from './metrics/operation-metrics.ts';
import { addMetrics, addProbes } from './server-probes.ts';
import { followTlsFiles, tlsOptions } from './server-tls.ts';
import type { TlsFiles } from './shared/tls-files.ts';

const goingAway = 1001;
/** How long the sockets get to say goodbye before they are cut. */
const socketGraceMs = 2_000;

export interface ServerOptions {
  readonly host: string;
  readonly port: number;
  /** Origins of pages elsewhere that may call the API, beside Apollo's Sandbox and our own pages. */
  readonly allowedOrigins?: readonly string[];
  readonly production?: boolean;
  /** Balancers whose word is taken for where a request comes from; left out: nobody's. */
  readonly trustProxy?: readonly string[] | undefined;
  /** Certificate and key, followed when they change; left out: plain HTTP. */
  readonly tls?: TlsFiles | undefined;
  /** Name the sample logins on the front page. */
  readonly sampleData?: boolean;
  /** Serve `/metrics` to whoever sends this token; left out: not at all. */
  readonly metricsToken?: string | undefined;
  readonly socketLimits?: SocketLimits;
  /** Operations a minute and user, or address where nobody is signed in; 0 or left out: no limit. */
  readonly rateLimitPerMinute?: number;
  /** Operations that it works on at once when it is saturated, before it refuses some; 0 or left out: no limit. */
  readonly operationsAtOnce?: number;
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
    trustProxy: options.trustProxy ? [...options.trustProxy] : false,
    https: tlsOptions(options.tls),
  }) as unknown as FastifyInstance;
  const allows = originChecker(options.allowedOrigins ?? [], options.production ?? false);
  if (options.tls) followTlsFiles(server, options.tls, app.log);
  const page = explorerPage(options.sampleData ?? false);
  addSecurityHeaders(server, {
    policies: { '/': sandboxPolicy(page), '/explorer': explorerPolicy },
    strictTransport: options.production ?? false,
  });
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
  server.addHook('onSend', sendAsBytes);
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
  const openSockets = new OpenSockets(app.services.standings, options.socketLimits ?? defaultSocketLimits);
  server.addHook('onClose', async () => openSockets.close());
  const limitRate = await openRateLimiter(server, options.rateLimitPerMinute ?? 0, app.redis);
  const admission = new Admission({
    operationsAtOnce: options.operationsAtOnce ?? 0,
    busyness: busynessOf(() => app.services.database.statistics()),
  });
  app.metrics.admission.watch(admission);
  const introspection = options.introspection ?? true;
  const onRequest = [refuseWhenFull(admission), knowViewer(app.authentication), refuseTooMany(limitRate)];
  const apollo = await addGraphql(server, app, openSockets, {
    limitRate,
    admission,
    introspection,
    onRequest,
  });
  addProbes(server, app);
  addMetrics(server, app, options.metricsToken);
  await addStripeWebhook(server, app);
  serveDocuments(server, app.services);
  serveExports(server, app, { onRequest, admission });
  await servePages(server, { sampleData: options.sampleData ?? false });
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
  {
    limitRate,
    admission,
    introspection,
    onRequest,
  }: {
    limitRate: RateLimiter;
    admission: Admission;
    introspection: boolean;
    onRequest: onRequestHookHandler[];
  },
): Promise<ApolloServer<RequestContext>> {
  const operationLimits = new OperationLimits(app.schema);
  const validation = new DocumentValidation(app.schema, introspection);
  const formatError = errorFormatter(app.log, introspection);
  const apollo = new ApolloServer<RequestContext>({
    schema: app.schema,
    // Apollo's own hints cost a quarter of a request and nobody reads them.
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      limitsPlugin(validation, operationLimits, formatError),
      operationPlugin(app.metrics.operations),
      ...(app.services.replicas ? [replicaReading] : []),
      planPlugin(new PlanExecutor(app.schema)),
    ],
    // The first plugin does it, as sockets do.
    dangerouslyDisableValidation: true,
    parseOptions: { maxTokens: limits.tokens },
    allowBatchedHttpRequests: false,
    ...(app.redis && { persistedQueries: { cache: new SharedQueries(app.redis) } }),
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    logger: app.log,
    formatError,
  });
  await apollo.start();
  const apolloHandler = fastifyApolloHandler(apollo, {
    context: async (request) => {
      const origin = { ipAddress: clientAddress(request), userAgent: userAgentOf(request) };
      return new RequestContext(app.services, request.viewer, origin);
    },
  });
  const handler = admitted(admission, apolloHandler);
  const { schema, services, authentication, log, metrics } = app;
  const observer = metrics.operations;
  const wsHandler = makeSocketHandler({
    schema,
    services,
    authentication,
    openSockets,
    limitRate,
    admission,
    operationLimits,
    validation,
    formatError,
    log,
    observer,
  });
  server.decorateRequest('viewer', null);
  server.route({ method: 'GET', url: '/graphql', onRequest, handler, wsHandler });
  const errorHandler = answerBodyRefused;
  server.route({ method: 'POST', url: '/graphql', onRequest, handler, errorHandler });
  server.route({ method: 'OPTIONS', url: '/graphql', handler });
  return apollo;
}

function refuseTooMany(limitRate: RateLimiter) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    // The operations of a socket are counted, and not that it is opened.
    if (request.headers.upgrade !== undefined) return;
    const use = await limitRate(request, request.viewer);
    if (!use) return;
    tellUse(reply, use);
    if (!use.isExceeded) return;
    await reply.code(429).send({ errors: [asResponseError(rateLimited(use))] });
  };
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

/** Node takes twice as long to write a long text to a connection as to make bytes of it and write these. */
const sendAsBytes: onSendHookHandler = (_request, _reply, payload, done) =>
  done(null, typeof payload === 'string' ? Buffer.from(payload) : payload);

/** Says goodbye to every socket, and waits until they have answered or the grace has passed. */
async function closeSockets(server: FastifyInstance): Promise<void> {
  const { clients } = server.websocketServer;
  for (const socket of clients) socket.close(goingAway, 'The server is going away');
  const deadline = Date.now() + socketGraceMs;
  while (clients.size > 0 && Date.now() < deadline) await sleep(drainCheckMs);
  for (const socket of clients) socket.terminate();
  await new Promise((resolve) => server.websocketServer.close(resolve));
}
