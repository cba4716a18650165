import { startEmbeddedPostgres } from '../src/db/embedded/start.ts';

export interface BenchDatabase {
  readonly url: string;
  /** For people: no password in it. */
  readonly place: string;
  readonly embedded: boolean;
  stop(): Promise<void>;
}

export const defaultDataDirectory = '.data/bench';

/** The database of the bench: `DATABASE_URL`, or else a durable embedded server with a folder of its own. */
export async function openBenchDatabase(dataDirectory: string | undefined): Promise<BenchDatabase> {
  const url = process.env['DATABASE_URL'];
  if (url && dataDirectory === undefined) {
    const { host, pathname } = new URL(url);
    return { url, place: `${host}${pathname}`, embedded: false, stop: async () => {} };
  }
  const log = (message: string): void => void process.stderr.write(`${message}\n`);
  const server = await startEmbeddedPostgres({ dataDirectory: dataDirectory ?? defaultDataDirectory, log });
  return { url: server.url, place: server.dataDirectory, embedded: true, stop: () => server.stop() };
}
