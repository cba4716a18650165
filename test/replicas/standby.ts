import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chown, cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import postgres from 'postgres';
import { prepareBinaries } from '../../src/db/embedded/binaries.ts';
import { clusterFolder, prepareDataFolder } from '../../src/db/embedded/data-folder.ts';
import { chooseFreePort } from '../../src/db/embedded/free-port.ts';
import { findPlatformPackage } from '../../src/db/embedded/platform-package.ts';
import { serverEnvironment } from '../../src/db/embedded/server-user.ts';
import { startEmbeddedPostgres } from '../../src/db/embedded/start.ts';
import { migrate } from '../../src/db/migrate.ts';
import { makeFastFolder } from '../setup/fast-folder.ts';
import { waitUntil } from '../setup/wait-until.ts';

/** A PostgreSQL with a migrated database, of which replicas can be made. */
export interface Primary {
  readonly url: string;
  readonly dataDirectory: string;
  stop(): Promise<void>;
}

/** A real standby that streams from the primary. */
export interface Standby {
  readonly url: string;
  /** What the primary sends is received, and not shown. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Ends it as `kill -9` does. */
  kill(): Promise<void>;
  /** Starts it again where it was. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export async function startPrimary(): Promise<Primary> {
  const folder = await makeFastFolder();
  // Only what has been flushed is streamed, so that this one does flush.
  const server = await startEmbeddedPostgres({ dataDirectory: folder });
  await migrate(server.url);
  return {
    url: server.url,
    dataDirectory: server.dataDirectory,
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A copy of the primary's files by PostgreSQL's own protocol for that; its package has no pg_basebackup. */
export async function startStandby(primary: Primary): Promise<Standby> {
  const folder = await prepareDataFolder(await makeFastFolder(), () => {});
  const binaries = await prepareBinaries(findPlatformPackage(), folder, () => {});
  const cluster = clusterFolder(folder.path);
  await copyCluster(primary, cluster, folder.user);
  const port = await chooseFreePort(cluster);
  const url = new URL(primary.url);
  url.port = String(port);
  const launch = async (): Promise<ChildProcess> => {
    const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', `port=${port}`, 'fsync=off'];
    const child = spawn(
      binaries.postgres,
      ['-D', cluster, ...settings.flatMap((setting) => ['-c', setting])],
      { ...folder.user.identity, cwd: '/', env: serverEnvironment, stdio: 'ignore' },
    );
    const endWithUs = (): void => void child.kill('SIGQUIT');
    process.once('exit', endWithUs);
    child.once('exit', () => process.off('exit', endWithUs));
    await waitUntil(() => child.exitCode !== null || answers(url.href), 'the standby answers');
    return child;
  };
  // Right after a kill the processes of the old one may be there for a moment, and it refuses to start.
  const start = async (): Promise<ChildProcess> => {
    for (let attempt = 1; attempt <= 20; attempt += 1) {
      const child = await launch();
      if (child.exitCode === null) return child;
    }
    throw new Error('The standby does not start.');
  };
  let child = await start();
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  };
  const say = (text: string) => withClient(url.href, (client) => client.unsafe(text));
  return {
    url: url.href,
    async pause() {
      await say('select pg_wal_replay_pause()');
      await waitUntil(async () => {
        const [row] = await say('select pg_get_wal_replay_pause_state() as state');
        return row!['state'] === 'paused';
      }, 'replay is paused');
    },
    resume: async () => void (await say('select pg_wal_replay_resume()')),
    kill: () => end('SIGKILL'),
    async start() {
      child = await start();
    },
    async stop() {
      await end('SIGQUIT');
      await rm(folder.path, { recursive: true, force: true });
    },
  };
}

async function copyCluster(
  primary: Primary,
  cluster: string,
  user: { uid: number; gid: number; identity: object | undefined },
): Promise<void> {
  const left = new Set(['postmaster.pid', 'postmaster.opts', 'pg_wal', 'pg_replslot']);
  const { hostname, port, username, password } = new URL(primary.url);
  const source = clusterFolder(primary.dataDirectory);
  await withClient(primary.url, async (client) => {
    await client`select pg_backup_start('standby', true)`;
    await cp(source, cluster, {
      recursive: true,
      filter: (file) => path.dirname(file) !== source || !left.has(path.basename(file)),
    });
    for (const name of ['pg_wal', 'pg_wal/archive_status', 'pg_wal/summaries', 'pg_replslot']) {
      await mkdir(path.join(cluster, name), { recursive: true, mode: 0o700 });
    }
    const [end] = await client`select labelfile from pg_backup_stop(false)`;
    await writeFile(path.join(cluster, 'backup_label'), end!['labelfile'] as string);
  });
  const conninfo = `host=${hostname} port=${port} user=${username} password=${password}`;
  await writeFile(path.join(cluster, 'standby.signal'), '');
  await writeFile(path.join(cluster, 'postgresql.auto.conf'), `primary_conninfo = '${conninfo}'\n`);
  if (user.identity) await giveTo(cluster, user);
}

async function giveTo(folder: string, { uid, gid }: { uid: number; gid: number }): Promise<void> {
  await chown(folder, uid, gid);
  const entries = await readdir(folder, { recursive: true });
  await Promise.all(entries.map((entry) => chown(path.join(folder, entry), uid, gid)));
}

async function answers(url: string): Promise<boolean> {
  return withClient(url, (client) => client`select 1`).then(
    () => true,
    () => false,
  );
}

export async function withClient<Result>(
  url: string,
  work: (client: postgres.Sql) => Promise<Result>,
): Promise<Result> {
  const client = postgres(url, { max: 1, fetch_types: false, connect_timeout: 2, onnotice: () => {} });
  try {
    return await work(client);
  } finally {
    await client.end({ timeout: 1 });
  }
}
