import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { BenchError } from './arguments.ts';

export interface ChildServer {
  readonly name: string;
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

const startTimeoutMs = 60_000;
const stopTimeoutMs = 10_000;

/** Starts a server as a process of its own, on a free port that it is given, and waits until it is ready. */
export async function startChildServer(
  name: string,
  nodeArguments: readonly string[],
  environment: Readonly<Record<string, string>>,
  logFile: string,
  { portVariable = 'PORT', readyPath = '/readyz' } = {},
): Promise<ChildServer> {
  const port = await freePort();
  const output = openSync(logFile, 'w');
  const child = spawn(process.execPath, nodeArguments, {
    env: { ...environment, PATH: process.env['PATH'] ?? '', [portVariable]: String(port), HOST: '127.0.0.1' },
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  const server = { name, url: `http://127.0.0.1:${port}`, pid: child.pid!, stop: () => stop(child) };
  try {
    await waitUntilReady(child, server.url + readyPath);
    return server;
  } catch (error) {
    await server.stop();
    const log = readFileSync(logFile, 'utf8').trim().slice(-2_000);
    throw new BenchError(
      `The ${name} server ${(error as Error).message}. Its log, ${logFile}, ends with:\n${log}`,
    );
  }
}

async function waitUntilReady(child: ChildProcess, url: string): Promise<void> {
  const deadline = Date.now() + startTimeoutMs;
  while (Date.now() < deadline) {
    if (hasEnded(child)) throw new Error(`ended while it started (${child.exitCode ?? child.signalCode})`);
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return;
    await sleep(50);
  }
  throw new Error(`was not ready within ${startTimeoutMs / 1000} seconds`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const killing = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
  await ended;
  clearTimeout(killing);
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
