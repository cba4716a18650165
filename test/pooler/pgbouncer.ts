import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chooseFreePort } from '../../src/db/embedded/free-port.ts';
import { chooseServerUser } from '../../src/db/embedded/server-user.ts';
import { withClient } from '../replicas/standby.ts';
import { waitUntil } from '../setup/wait-until.ts';

/** Debian keeps it where only root's path leads. */
const environment = { PATH: `${process.env['PATH']}:/usr/sbin` };
/** Where there is none its tests are skipped, but for CI, which asks for them and must not pass without. */
export const isPgBouncerInstalled = spawnSync('pgbouncer', ['--version'], { env: environment }).status === 0;
if (!isPgBouncerInstalled && process.env['REQUIRE_PGBOUNCER'] === '1') {
  throw new Error('REQUIRE_PGBOUNCER is set, and pgbouncer cannot be found');
}

/** A real PgBouncer in transaction mode. */
export interface PgBouncer {
  /** The database of `serverUrl`, through it. */
  readonly url: string;
  /** How many it has to PostgreSQL, as it says itself. */
  serverConnections(): Promise<number>;
  /** Ends it as `kill -9` does. */
  kill(): Promise<void>;
  /** Starts it again where it was. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** What docs/pgbouncer.md says to set, and settings of the test. */
export async function startPgBouncer(
  serverUrl: string,
  settings: Record<string, string> = {},
): Promise<PgBouncer> {
  const { hostname, port: serverPort, username, password, pathname } = new URL(serverUrl);
  const folder = await mkdtemp(path.join(tmpdir(), 'pgbouncer-'));
  await chmod(folder, 0o755);
  const port = await chooseFreePort(folder);
  const configuration = {
    listen_addr: '127.0.0.1',
    listen_port: String(port),
    unix_socket_dir: '',
    auth_type: 'scram-sha-256',
    auth_file: path.join(folder, 'users.txt'),
    admin_users: username,
    pool_mode: 'transaction',
    max_client_conn: '200',
    default_pool_size: '4',
    ...settings,
  };
  const lines = Object.entries(configuration).map(([name, value]) => `${name} = ${value}`);
  const file = path.join(folder, 'pgbouncer.ini');
  await writeFile(
    file,
    `[databases]\n* = host=${hostname} port=${serverPort}\n[pgbouncer]\n${lines.join('\n')}\n`,
  );
  await writeFile(configuration.auth_file, `"${username}" "${password}"\n`);
  const url = `postgres://${username}:${password}@127.0.0.1:${port}${pathname}`;
  const adminUrl = `postgres://${username}:${password}@127.0.0.1:${port}/pgbouncer`;
  // It refuses to run as root, as PostgreSQL does.
  const { identity } = await chooseServerUser(undefined);
  const launch = async (): Promise<ChildProcess> => {
    const options = { ...identity, env: environment, cwd: '/', stdio: 'ignore' } as const;
    const child = spawn('pgbouncer', ['-q', file], options);
    const endWithUs = (): void => void child.kill('SIGKILL');
    process.once('exit', endWithUs);
    child.once('exit', () => process.off('exit', endWithUs));
    await waitUntil(() => {
      if (child.exitCode !== null) throw new Error(`pgbouncer ended with ${child.exitCode}`);
      return withClient(url, (client) => client`select 1`).then(
        () => true,
        () => false,
      );
    }, 'PgBouncer answers');
    return child;
  };
  let child = await launch();
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return {
    url,
    serverConnections: () =>
      withClient(adminUrl, async (client) => (await client.unsafe('show servers').simple()).length),
    kill,
    async start() {
      child = await launch();
    },
    async stop() {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
