import { pino } from 'pino';
import { createApp } from './app.ts';
import { ConfigError, readConfig, type Config } from './config.ts';
import { openDatabase } from './db/driver/database.ts';
import { startEmbeddedPostgres } from './db/embedded/start.ts';
import { DatabaseNotUsableError, migrate } from './db/migrate.ts';
import { startWorker } from './jobs/worker.ts';
import { openMailer } from './mail/mailer.ts';
import { loadSample } from './sample/load-sample.ts';
import { startServer } from './server.ts';
import { banner } from './banner.ts';

/** How long a stop may take before the process ends anyway. */
const stopTimeoutMs = 25_000;

async function main(): Promise<void> {
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
  await migrate(url);
  const database = openDatabase({ url, poolSize: config.databasePoolSize });
  if (config.sampleData) await loadSample(database);
  const { stripe, webhooks } = config;
  const app = await createApp({ database, signingKeys: config.signingKeys, log, stripe, webhooks });
  const mailer = openMailer({ ...config.mail, log });
  const { language } = config.mail;
  const worker = startWorker({ databaseUrl: url, write: app.services, log, mailer, language, webhooks });
  // Jobs need the database as requests do: it is closed after both.
  const close = async (): Promise<void> => {
    await worker.stop();
    mailer.close();
    await app.close();
  };
  const server = await startServer({ ...app, close }, config);
  process.stdout.write(banner(config, server.url, embedded?.dataDirectory));
  stopOnSignals(async () => {
    void worker.stop();
    await server.stop();
    await embedded?.stop();
  });
}

async function startEmbeddedWhenNeeded(config: Config, log: (message: string) => void) {
  if (config.databaseUrl !== undefined) return undefined;
  return startEmbeddedPostgres({ dataDirectory: config.dataDirectory, log });
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
    return `${error.message}. Stop the other program, or set PORT to a free one.`;
  const expected = error instanceof ConfigError || error instanceof DatabaseNotUsableError;
  return expected ? error.message : (error.stack ?? error.message);
}
