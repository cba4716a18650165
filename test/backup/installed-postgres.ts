import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import postgres from 'postgres';
import { chooseFreePort } from '../../src/db/embedded/free-port.ts';
import { chooseServerUser, runAs, serverEnvironment } from '../../src/db/embedded/server-user.ts';
import { waitUntil } from '../setup/wait-until.ts';

const debianFolder = '/usr/lib/postgresql';

/**
 * Where Debian keeps a whole PostgreSQL, server and programs of one version: the embedded one has no pg_dump, and
 * pg_dump takes no server that is newer than itself. Where there is none the tests are skipped, but for CI.
 */
export const installedPrograms = existsSync(debianFolder)
  ? readdirSync(debianFolder)
      .map((version) => path.join(debianFolder, version, 'bin'))
      .filter((folder) =>
        ['postgres', 'initdb', 'pg_dump'].every((name) => existsSync(path.join(folder, name))),
      )
      .at(-1)
  : undefined;
if (!installedPrograms && process.env['REQUIRE_PG_DUMP'] === '1') {
  throw new Error('REQUIRE_PG_DUMP is set, and no PostgreSQL with pg_dump can be found');
}

export interface InstalledServer {
  /** Of an empty database that is made for it. */
  newDatabase(name: string): Promise<string>;
  stop(): Promise<void>;
}

export async function startInstalledServer(programs: string): Promise<InstalledServer> {
  const user = await chooseServerUser(undefined);
  const folder = await mkdtemp('/tmp/orders-backup-');
  await chown(folder, user.uid, user.gid);
  const password = 'password-of-the-backup-tests';
  const passwordFile = path.join(folder, 'password');
  await writeFile(passwordFile, password);
  await chown(passwordFile, user.uid, user.gid);
  const cluster = path.join(folder, 'cluster');
  const words = ['--username=orders', `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8'];
  const made = await runAs(user, path.join(programs, 'initdb'), [
    `--pgdata=${cluster}`,
    '--locale=C.UTF-8',
    '--no-sync',
    ...words,
  ]);
  if (made.code !== 0) throw new Error(made.output);
  const port = await chooseFreePort(cluster);
  const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off'];
  const server: ChildProcess = spawn(
    path.join(programs, 'postgres'),
    ['-D', cluster, ...settings.flatMap((setting) => ['-c', setting])],
    { ...user.identity, cwd: '/', env: serverEnvironment, stdio: 'ignore' },
  );
  const endWithUs = (): void => void server.kill('SIGQUIT');
  process.once('exit', endWithUs);
  const urlOf = (name: string): string => `postgres://orders:${password}@127.0.0.1:${port}/${name}`;
  const say = async (text: string): Promise<void> => {
    const client = postgres(urlOf('postgres'), { max: 1, connect_timeout: 2, onnotice: () => {} });
    try {
      await client.unsafe(text);
    } finally {
      await client.end({ timeout: 1 });
    }
  };
  const answers = (): Promise<boolean> =>
    say('select 1').then(
      () => true,
      () => false,
    );
  await waitUntil(answers, 'PostgreSQL answers');
  return {
    async newDatabase(name) {
      await say(`create database ${name} template template0`);
      return urlOf(name);
    },
    async stop() {
      const ended = once(server, 'exit');
      server.kill('SIGQUIT');
      await ended;
      process.off('exit', endWithUs);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export async function filesIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).toSorted();
}
