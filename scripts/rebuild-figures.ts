import { readConfig } from '../src/config.ts';
import { openDatabase } from '../src/db/driver/database.ts';
import { startEmbeddedPostgres } from '../src/db/embedded/start.ts';
import { migrate } from '../src/db/migrate.ts';
import { projectNextEvents } from '../src/figures/project-figures.ts';
import { forgetFigures } from '../src/figures/projection.repository.ts';

/** Makes the figures again from the first event of the log: see docs/figures.md. */
const config = readConfig(process.env);
const log = (message: string) => console.error(message);
const embedded = config.databaseUrl
  ? undefined
  : await startEmbeddedPostgres({ dataDirectory: config.dataDirectory, log });
const url = config.databaseDirectUrl ?? config.databaseUrl ?? embedded!.url;
await migrate(url);
const database = openDatabase({ url, poolSize: 2, applicationName: 'orders-figures' });
try {
  const startedAt = performance.now();
  await database.transaction(forgetFigures);
  let events = 0;
  for (let more = await projectNextEvents(database); more > 0; more = await projectNextEvents(database)) {
    events += more;
    if (events % 50_000 < more) log(`${events} events`);
  }
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${events} events were counted here in ${seconds} seconds; workers may have taken others.`);
} finally {
  await database.close();
  await embedded?.stop();
}
