import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { Redis } from 'ioredis';
import { waitUntil } from '../setup/wait-until.ts';

/** Where there is none its tests are skipped, but for CI, which asks for them and must not pass without. */
export const isRedisInstalled = spawnSync('redis-server', ['--version']).status === 0;
if (!isRedisInstalled && process.env['REQUIRE_REDIS'] === '1') {
  throw new Error('REQUIRE_REDIS is set, and redis-server cannot be found');
}

/** A real Redis that keeps nothing, and can be taken away. */
export interface RedisServer {
  readonly url: string;
  /** Starts it again, empty, where it was. */
  start(): Promise<void>;
  /** Ends it as `kill -9` does; one that has ended already stays so. */
  kill(): Promise<void>;
}

export async function startRedisServer(): Promise<RedisServer> {
  const port = await freePort();
  let child = await launch(port);
  return {
    url: `redis://127.0.0.1:${port}`,
    async start() {
      child = await launch(port);
    },
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

async function launch(port: number): Promise<ChildProcess> {
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const child = spawn('redis-server', options, { stdio: 'ignore', cwd: tmpdir() });
  const endWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', endWithUs);
  child.once('exit', () => process.off('exit', endWithUs));
  await waitUntil(() => {
    if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}`);
    return answers(port);
  }, 'Redis answers');
  return child;
}

async function answers(port: number): Promise<boolean> {
  const redis = new Redis(port, '127.0.0.1', { lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => {});
  try {
    await redis.connect();
    return (await redis.ping()) === 'PONG';
  } catch {
    return false;
  } finally {
    redis.disconnect();
  }
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
