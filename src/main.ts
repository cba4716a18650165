import { pino } from 'pino';
import { createApp, type App } from './app.ts';
import { CommandLineError, readCommandLine, usage, type ProcessRole } from './command-line.ts';
import { ConfigError } from './config-error.ts';
import { readConfig, type Config } from './config.ts';
import { openDatabase } from './db/driver/database.ts';
import { startEmbeddedPostgres } from './db/embedded/start.ts';
import { DatabaseNotUsableError, migrate } from './db/migrate.ts';
import { withoutGuards } from './db/pooler.ts';
import { startWorker, type Worker } from './jobs/worker.ts';
import { openMailer } from './mail/mailer.ts';
import { Metrics } from './metrics/metrics.ts';
import { startMetricsServer, type MetricsServer } from './metrics/metrics-server.ts';
import { openRedis } from './redis/redis-link.ts';
import { loadSample } from './sample/load-sample.ts';
import { startServer } from './server.ts';
import { banner } from './banner.ts';

/** How long a stop may take before the process ends anyway. */
const stopTimeoutMs = 25_000;

async function main(): Promise<void> {
  const { role, help } = readCommandLine(process.argv.slice(2));
  if (help) process.stdout.write(usage);
  else await start(role);
}

async function start(role: ProcessRole): Promise<void> {
  const config = readConfig(process.env);
  // No personal data: neither addresses nor queries, which may carry names and e-mails.
  const log = pino({
    level: config.logLevel,
    base: null,
    serializers: {
      req: (request: { method: string; url: string }) => ({
        method: request.method,
        path: request.url.split('?')[0],
      }),
      res: (reply: { statusCode: number }) => ({ statusCode: reply.statusCode }),
    },
  });
  const embedded = await startEmbeddedWhenNeeded(config, (message) => log.info(message));
  const url = config.databaseUrl ?? embedded!.url;
  const directUrl = config.databaseDirectUrl;
  await migrate(directUrl ?? url, directUrl === undefined ? undefined : url);
  const metrics = new Metrics();
  metrics.watchProcess();
  const { databasePoolSize: poolSize, replicaUrls: urls, replicaMaximumLagMs: maximumLagMs } = config;
  const prepare = directUrl === undefined;
  const databaseOptions = { url, directUrl, prepare, poolSize, observer: metrics.database };
  const database = openDatabase(databaseOptions);
  // Orders to look at are for who serves them.
  if (config.sampleData && role !== 'worker') await loadSample(database);
  const redis = config.redisUrl === undefined ? undefined : openRedis(config.redisUrl, log);
  const { signingKeys, identityProvider, stripe, webhooks } = config;
  // Who only works on jobs answers no queries.
  const replicas =
    role === 'worker' || urls.length === 0
      ? undefined
      : { urls, poolSize, maximumLagMs, primaryOptions: databaseOptions };
  const app = await createApp({
    database,
    signingKeys,
    identityProvider,
    log,
    stripe,
    redis,
    metrics,
    webhooks,
    replicas,
  });
  const jobs =
    role === 'api' ? undefined : startJobs(app, config, directUrl ? withoutGuards(directUrl) : url);
  // Jobs need the database as requests do: it is closed after both.
  const close = async (): Promise<void> => {
    await jobs?.stop();
    await app.close();
  };
  const metricsServer = await startMetricsServerIfAsked(metrics, config);
  if (metricsServer) log.info({ url: `${metricsServer.url}/metrics` }, 'the metrics are served');
  const metricsToken = metricsServer ? undefined : config.metrics.token;
  const server =
    role === 'worker' ? undefined : await startServer({ ...app, close }, { ...config, metricsToken });
  process.stdout.write(banner({ config, role, url: server?.url, dataDirectory: embedded?.dataDirectory }));
  stopOnSignals(async () => {
    void jobs?.stop();
    await (server ? server.stop() : close());
    await metricsServer?.stop();
    await embedded?.stop();
  });
}

/** Works on the jobs beside or without the server, until it is stopped. */
function startJobs(app: App, config: Config, databaseUrl: string): Worker {
  const { log, services } = app;
  const mailer = openMailer({ ...config.mail, log });
  const worker = startWorker({
    databaseUrl,
    write: services,
    log,
    mailer,
    language: config.mail.language,
    observer: app.metrics.jobs,
    webhooks: config.webhooks,
    archive: config.archive,
  });
  return {
    async stop() {
      await worker.stop();
      mailer.close();
    },
  };
}

async function startEmbeddedWhenNeeded(config: Config, log: (message: string) => void) {
  if (config.databaseUrl !== undefined) return undefined;
  return startEmbeddedPostgres({ dataDirectory: config.dataDirectory, log });
}

async function startMetricsServerIfAsked(
  metrics: Metrics,
  { metrics: { host, port, token } }: Config,
): Promise<MetricsServer | undefined> {
  return port === undefined ? undefined : startMetricsServer(metrics, { host, port, token });
}

/** The first signal stops gracefully; a second one, or a stop that hangs, ends the process. */
function stopOnSignals(stop: () => Promise<void>): void {
  let stopping = false;
  const onSignal = (): void => {
    if (stopping) process.exit(1);
    stopping = true;
    setTimeout(() => process.exit(1), stopTimeoutMs).unref();
    stop().then(
      () => process.exit(0),
      (error: Error) => {
        process.stderr.write(`The stop failed: ${error.message}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

main().catch((error: Error & { code?: string }) => {
  process.stderr.write(`\n${explain(error)}\n`);
  process.exit(1);
});

/** What the operator can mend is said in a sentence; only a fault of ours comes with its stack. */
function explain(error: Error & { code?: string }): string {
  if (error.code === 'EADDRINUSE')
    return `${error.message}. Stop the other program, or set PORT or METRICS_PORT to a free one.`;
  const expected = [CommandLineError, ConfigError, DatabaseNotUsableError].some(
    (kind) => error instanceof kind,
  );
  return expected ? error.message : (error.stack ?? error.message);
}
