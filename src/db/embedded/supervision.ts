import { spawnSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Binaries } from './binaries.ts';
import type { Cluster } from './cluster.ts';
import type { DataFolder } from './data-folder.ts';
import { chooseFreePort } from './free-port.ts';
import { endUselessGuards, logFile, startGuard, type Guard } from './guard.ts';
import {
  findRunningServer,
  findStranger,
  postmasterFile,
  readPostmasterFile,
  type RunningServer,
} from './postmaster-file.ts';
import type { UserCount } from './user-count.ts';

export interface ServerSetup {
  readonly folder: DataFolder;
  readonly binaries: Binaries;
  readonly cluster: Cluster;
  readonly users: UserCount;
  readonly settings: Readonly<Record<string, string>>;
}

/** Long enough for the recovery after a crash with a full write-ahead log on a slow disk. */
const readyLimitMs = 120_000;
/** How long there may be a guard without a server before it is ended, and before that counts as hopeless. */
const uselessGuardLimitMs = 3_000;
const invisibleLimitMs = 10_000;
/**
 * What the log says when another start was faster, when the processes of a server that has just been killed are not
 * yet gone, or when somebody took the port: all of it passes.
 */
const passing =
  /lock file ".*" (already exists|is empty)|shared memory block|Address already in use|could not (create|bind)/;

/**
 * Returns once a server with a guard serves the cluster, whoever has started it. Several processes may be here at
 * once: PostgreSQL's own lock lets one server live, and everybody else finds that one.
 */
export async function ensureRunning(setup: ServerSetup, fixedPort?: number): Promise<RunningServer> {
  const startedAt = Date.now();
  let attempt: { guard: Guard; logOffset: number } | undefined;
  let seenAt = startedAt;
  while (Date.now() - startedAt < readyLimitMs) {
    const guarded = setup.users.isGuarded();
    const server = findRunningServer(setup.cluster.folder);
    if (guarded && server?.status === 'ready') return server;
    const exitCode = attempt?.guard.exitCode();
    if (attempt && exitCode !== undefined) {
      if (!server) throwUnlessPassing(setup.folder, attempt.logOffset, exitCode);
      attempt = undefined;
    }
    if (!guarded && !attempt) {
      attempt = { logOffset: logSize(setup.folder), guard: await launch(setup, server, fixedPort) };
    }
    if (server || attempt || !guarded) seenAt = Date.now();
    else if (Date.now() - seenAt > invisibleLimitMs) throw invisibleServer(setup.folder);
    else if (Date.now() - seenAt > uselessGuardLimitMs) endUselessGuards(setup.folder);
    await sleep(20);
  }
  throw new Error(
    `PostgreSQL did not become ready within ${readyLimitMs / 1000} seconds; see ${logFile(setup.folder)}.`,
  );
}

async function launch(
  setup: ServerSetup,
  running: RunningServer | undefined,
  fixedPort: number | undefined,
): Promise<Guard> {
  if (running) return startGuard(setup.folder, setup.users, { adopt: running.pid });
  disownStranger(setup.cluster.folder);
  const port = fixedPort ?? (await chooseFreePort(setup.cluster.folder));
  const settings = Object.entries({ ...setup.settings, port: String(port) });
  return startGuard(setup.folder, setup.users, {
    command: [
      setup.binaries.postgres,
      '-D',
      setup.cluster.folder,
      ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
  });
}

/**
 * After a crash the file may name a process id that something else has by now, and PostgreSQL would refuse to start.
 * The file is kept, with the id of a process that has just ended instead: the rest of it tells PostgreSQL which
 * shared memory to check, so that it never starts beside what is left of the old server.
 */
function disownStranger(cluster: string): void {
  const stranger = findStranger(cluster);
  const content = readPostmasterFile(cluster);
  if (stranger === undefined || !content?.startsWith(`${stranger}\n`)) return;
  const ended = spawnSync('/bin/sh', ['-c', 'exit']).pid;
  writeFileSync(postmasterFile(cluster), content.replace(/^\d+/, String(ended)));
}

/** A server that cannot start exits with a small code; a larger one says that it was killed, zero that it was stopped. */
function throwUnlessPassing(folder: DataFolder, logOffset: number, exitCode: number): void {
  const lines = readLog(folder).subarray(logOffset).toString().trim();
  if (exitCode === 0 || exitCode >= 127 || passing.test(lines)) return;
  throw new Error(`PostgreSQL did not start (${exitCode}):\n${lines.split('\n').slice(-10).join('\n')}`);
}

/**
 * The pipe reaches into other containers and process ids do not. PostgreSQL would take that server's lock for a
 * leftover, and two servers on one folder destroy the data.
 */
function invisibleServer(folder: DataFolder): Error {
  return new Error(
    `${folder.path} is in use by processes that cannot be seen from here, probably in another container. ` +
      `Give each container a data folder of its own, or one DATABASE_URL to all of them.`,
  );
}

function readLog(folder: DataFolder): Buffer {
  try {
    return readFileSync(logFile(folder));
  } catch {
    return Buffer.alloc(0);
  }
}

function logSize(folder: DataFolder): number {
  return statSync(logFile(folder), { throwIfNoEntry: false })?.size ?? 0;
}

const healthIntervalMs = 200;
const retryPauseMs = 2_000;

export interface Watch {
  readonly server: RunningServer;
  stop(): Promise<void>;
}

/**
 * Looks after a server for as long as this process uses it. One that was killed is started again on the same port,
 * so that the pools of all its users recover by themselves.
 */
export function watchServer(setup: ServerSetup, first: RunningServer, log: (message: string) => void): Watch {
  let server = first;
  const stopping = new AbortController();
  const pause = (delayMs: number): Promise<unknown> =>
    sleep(delayMs, undefined, { ref: false, signal: stopping.signal }).catch(() => undefined);
  const work = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await pause(healthIntervalMs);
      try {
        if (stopping.signal.aborted || isHealthy(setup, server)) continue;
        log('PostgreSQL is gone; starting it again.');
        server = await ensureRunning(setup, first.port);
        log(`PostgreSQL runs again on port ${server.port}.`);
      } catch (error) {
        log(`Could not look after PostgreSQL: ${(error as Error).message}`);
        await pause(retryPauseMs);
      }
    }
  };
  const ended = work();
  return {
    get server() {
      return server;
    },
    stop: () => {
      stopping.abort();
      return ended;
    },
  };
}

function isHealthy(setup: ServerSetup, server: RunningServer): boolean {
  return setup.users.isGuarded() && findRunningServer(setup.cluster.folder)?.pid === server.pid;
}
