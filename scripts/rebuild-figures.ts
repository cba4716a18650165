import { readConfig } from '../src/config.ts';
import { openDatabase } from '../src/db/driver/database.ts';
import { startEmbeddedPostgres } from '../src/db/embedded/start.ts';
import { migrate } from '../src/db/migrate.ts';
import { rebuildFigures } from '../src/figures/rebuild-figures.ts';

/** Makes the figures again: see docs/figures.md. */
const limitMs = 6 * 3_600_000;
const config = readConfig(process.env);
const log = (message: string) => console.error(message);
const embedded = config.databaseUrl
  ? undefined
  : await startEmbeddedPostgres({ dataDirectory: config.dataDirectory, log });
const url = config.databaseDirectUrl ?? config.databaseUrl ?? embedded!.url;
await migrate(url);
const database = openDatabase({
  url,
  poolSize: 4,
  applicationName: 'orders-figures',
  statementTimeoutMs: limitMs,
  workTimeoutMs: limitMs,
});
try {
  const startedAt = performance.now();
  await rebuildFigures(database, log);
  console.log(
    `The figures were made again in ${((performance.now() - startedAt) / 1000).toFixed(1)} seconds.`,
  );
} finally {
  await database.close();
  await embedded?.stop();
}
