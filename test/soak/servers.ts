import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { migrate } from '../../src/db/migrate.ts';
import { startEmbeddedPostgres } from '../../src/db/embedded/start.ts';
import { startProcess, type ServerProcess } from '../operations/server-process.ts';
import { waitUntil } from '../setup/wait-until.ts';
import type { Kill, PlannedKill } from './schedule.ts';

/** The servers and their PostgreSQL: real processes, which are killed and come back. */
export interface Installation {
  readonly databaseUrl: string;
  readonly kills: Record<Kill, number>;
  /** The address of one of those that are up, or were until a moment ago; `choice` is any whole number. */
  readonly addressOf: (choice: number) => string;
  carryOut(kill: PlannedKill): void;
  /** Waits until all are up, and nobody is being started. */
  settled(): Promise<void>;
  stopServers(): Promise<void>;
  stop(): Promise<void>;
}

/** Waits at most so long for everybody to be up again, on a machine that has other things to do. */
const settleLimitMs = 240_000;
const restartPauseMs = 200;

/** One place in the installation: whatever process is there, it is started again until the soak is over. */
class Place {
  process: ServerProcess | undefined;
  private isOver = false;
  private keeping: Promise<void> = Promise.resolve();
  url = '';

  constructor(
    private readonly databaseUrl: string,
    private readonly log: (message: string) => void,
  ) {}

  async open(): Promise<void> {
    await this.start();
    this.keeping = this.keepUp();
  }

  private async start(): Promise<void> {
    this.process = await startProcess({
      DATABASE_URL: this.databaseUrl,
      LOG_LEVEL: 'error',
      PORT: this.url === '' ? '0' : new URL(this.url).port,
    });
    this.url = this.process.url;
  }

  private async keepUp(): Promise<void> {
    while (!this.isOver) {
      await this.process?.ended;
      this.process = undefined;
      if (this.isOver) return;
      // One that finds no database while it starts gives up, and is started again, as a service manager does it.
      await this.start().catch(async (error: Error) => {
        this.log(`a server did not start, and is tried again: ${error.message.slice(0, 200)}`);
        await sleep(restartPauseMs);
      });
      if (this.process) this.log('a server is up again');
    }
  }

  async close(): Promise<void> {
    this.isOver = true;
    this.process?.child.kill('SIGKILL');
    await this.keeping;
    // One that was just being started when it was over.
    await this.process?.end('SIGKILL');
  }
}

export async function startInstallation(
  count: number,
  log: (message: string) => void,
): Promise<Installation> {
  // On a disk, with fsync: what PostgreSQL acknowledges has to be there after the crash.
  const folder = await mkdtemp(path.join(tmpdir(), 'orders-soak-'));
  const postgres = await startEmbeddedPostgres({ dataDirectory: folder, durable: true });
  const places = Array.from({ length: count }, () => new Place(postgres.url, log));
  const kills: Record<Kill, number> = { 'server -9': 0, 'server -15': 0, 'postgres -9': 0 };
  const stopServers = async (): Promise<void> => {
    await Promise.all(places.map((place) => place.close()));
  };
  const stop = async (): Promise<void> => {
    await stopServers();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await migrate(postgres.url);
    await Promise.all(places.map((place) => place.open()));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    databaseUrl: postgres.url,
    kills,
    addressOf: (choice) => places[choice % count]!.url,
    carryOut({ kind, server }) {
      if (kind === 'postgres -9') process.kill(postgres.pid, 'SIGKILL');
      else {
        const up = [...places.slice(server), ...places.slice(0, server)].find((place) => place.process);
        if (!up) return log('no server is up that could be killed');
        up.process!.child.kill(kind === 'server -9' ? 'SIGKILL' : 'SIGTERM');
      }
      kills[kind] += 1;
      log(kind);
    },
    settled: () =>
      waitUntil(
        () => places.every(({ process: up }) => up !== undefined && !up.child.killed),
        'all servers are up again',
        settleLimitMs,
      ),
    stopServers,
    stop,
  };
}
