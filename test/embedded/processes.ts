import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import type { Project } from './project.ts';

export const asRoot = process.getuid!() === 0;
export const nobody = { uid: 65534, gid: 65534 };

interface Message {
  ready?: { url: string; port: number; pid: number; dataDirectory: string };
  log?: string;
  stopped?: boolean;
  failed?: string;
}

export interface Holder {
  readonly process: ChildProcess;
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly dataDirectory: string;
  readonly logs: string[];
  stop(): Promise<void>;
  kill(): Promise<void>;
}

/** Starts another Node process that uses an embedded server; fails with what that process says. */
export async function startHolder(
  project: Project,
  dataDirectory: string,
  options: { user?: { uid: number; gid: number }; home?: string; durable?: boolean } = {},
): Promise<Holder> {
  const script = path.join(project.folder, 'test/embedded/holder.js');
  const durability = options.durable ? 'durable' : 'fast';
  const child = spawn(process.execPath, [script, dataDirectory, durability], {
    ...options.user,
    cwd: project.folder,
    env: { PATH: process.env.PATH, HOME: options.home ?? '/nonexistent' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const logs: string[] = [];
  const ready = await new Promise<NonNullable<Message['ready']>>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const message = JSON.parse(line) as Message;
      if (message.log) logs.push(message.log);
      if (message.ready) resolve(message.ready);
      if (message.failed) reject(new Error(message.failed));
    });
    child.once('exit', (code, signal) => reject(new Error(`The process ended with ${code ?? signal}.`)));
  });
  const ended = once(child, 'exit');
  return {
    ...ready,
    process: child,
    logs,
    stop: async () => {
      child.stdin.write('stop\n');
      await ended;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Runs a process to its end and returns its exit code. */
export async function runScript(
  project: Project,
  script: string,
  ...values: string[]
): Promise<number | null> {
  const child = spawn(process.execPath, [path.join(project.folder, script), ...values], { stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

/** Runs one statement on a connection of its own. */
export async function query(url: string, statement: string): Promise<postgres.Row[]> {
  const client = postgres(url, { max: 1, connect_timeout: 5, fetch_types: false, onnotice: () => {} });
  try {
    return await client.unsafe(statement);
  } finally {
    await client.end({ timeout: 1 });
  }
}

export async function waitUntil(
  condition: () => boolean | Promise<boolean>,
  limitMs = 15_000,
): Promise<void> {
  const startedAt = Date.now();
  while (!(await condition())) {
    if (Date.now() - startedAt > limitMs)
      throw new Error(`Not true within ${limitMs} ms: ${condition.toString()}`);
    await sleep(20);
  }
}

/** The living processes that were started for a data folder: PostgreSQL's first process and its guard. Linux only. */
export function processesOf(dataDirectory: string): { pid: number; command: string }[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      return command.includes(dataDirectory) ? [{ pid: Number(pid), command }] : [];
    } catch {
      // It ended between the listing and the look.
      return [];
    }
  });
}
