import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { prepareBinaries } from './binaries.ts';
import { ownerName, prepareCluster } from './cluster.ts';
import { prepareDataFolder } from './data-folder.ts';
import { findPlatformPackage } from './platform-package.ts';
import { isServerOf, type RunningServer } from './postmaster-file.ts';
import { ensureRunning, watchServer, type ServerSetup } from './supervision.ts';
import { removeAbandoned } from './temporary-name.ts';
import { UserCount } from './user-count.ts';

export interface EmbeddedServer {
  readonly url: string;
  readonly port: number;
  /** Changes when the server had to be started again. */
  readonly pid: number;
  /** Where the data really is, which may be elsewhere than asked for. */
  readonly dataDirectory: string;
  /** Ends this process's use of the server; the last user's stop shuts it down and waits for that. */
  stop(): Promise<void>;
}

export interface EmbeddedServerOptions {
  dataDirectory: string;
  log?: (message: string) => void;
  /** False turns fsync off: for tests only. */
  durable?: boolean;
  maximumConnections?: number;
}

const databaseName = 'orders';
/** The guard gives a fast shutdown one minute. */
const stopLimitMs = 75_000;
const connectAttempts = 5;

/** Starts PostgreSQL on the data folder, or joins the one that another process has started there. */
export async function startEmbeddedPostgres(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const log = options.log ?? (() => {});
  const durable = options.durable ?? true;
  const platformPackage = findPlatformPackage();
  const folder = await prepareDataFolder(options.dataDirectory, log);
  await removeAbandoned(folder.path);
  const binaries = await prepareBinaries(platformPackage, folder, log);
  const cluster = await prepareCluster(folder, binaries, durable);
  const users = await UserCount.join(folder);
  const setup: ServerSetup = { folder, binaries, cluster, users, settings: serverSettings(options, durable) };
  try {
    const first = await connectFirst(setup);
    const watch = watchServer(setup, first, log);
    return {
      url: databaseUrl(setup, first, databaseName),
      port: first.port,
      get pid() {
        return watch.server.pid;
      },
      dataDirectory: folder.path,
      stop: async () => {
        await watch.stop();
        if (await users.leave()) await waitForEnd(setup, watch.server);
      },
    };
  } catch (error) {
    await users.leave();
    throw error;
  }
}

function serverSettings(options: EmbeddedServerOptions, durable: boolean): Record<string, string> {
  return {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: String(options.maximumConnections ?? 100),
    // Statements and the values in error messages are personal data, which logs must not carry; clients get them.
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_checkpoints: 'off',
    ...(durable ? {} : { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' }),
  };
}

function databaseUrl(setup: ServerSetup, server: RunningServer, database: string): string {
  return `postgres://${ownerName}:${setup.cluster.password}@127.0.0.1:${server.port}/${database}`;
}

/** A server that was ready may be stopping a moment later, when its last other user has just left it. */
async function connectFirst(setup: ServerSetup): Promise<RunningServer> {
  for (let attempt = 1; ; attempt += 1) {
    const server = await ensureRunning(setup);
    try {
      await createDatabaseIfMissing(databaseUrl(setup, server, 'postgres'));
      return server;
    } catch (error) {
      if (attempt === connectAttempts) throw error;
      await sleep(100 * attempt);
    }
  }
}

async function createDatabaseIfMissing(url: string): Promise<void> {
  // Nobody awaits the driver's own question for types, so a connection lost during it would end the process.
  const client = postgres(url, { max: 1, connect_timeout: 10, fetch_types: false });
  try {
    const found = await client`select 1 from pg_database where datname = ${databaseName}`;
    if (found.length > 0) return;
    await client.unsafe(`create database ${databaseName}`).catch((error: { code?: string }) => {
      // Another process was faster: the first code when it had finished, the second when both were at it.
      if (error.code !== '42P04' && error.code !== '23505') throw error;
    });
  } finally {
    await client.end({ timeout: 5 });
  }
}

async function waitForEnd(setup: ServerSetup, server: RunningServer): Promise<void> {
  const startedAt = Date.now();
  while (isServerOf(server.pid, setup.cluster.folder)) {
    if (Date.now() - startedAt > stopLimitMs) {
      throw new Error(
        `PostgreSQL did not stop within ${stopLimitMs / 1000} seconds (process ${server.pid}).`,
      );
    }
    await sleep(20);
  }
}
