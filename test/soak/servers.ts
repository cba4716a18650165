import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { migrate } from '../../src/db/migrate.ts';
import { startEmbeddedPostgres, type EmbeddedServer } from '../../src/db/embedded/start.ts';
import { startProcess, type ServerProcess } from '../operations/server-process.ts';
import { waitUntil } from '../setup/wait-until.ts';
import type { Fault, PlannedKill } from './schedule.ts';

/** The servers and their PostgreSQL: real processes, which are killed and come back. */
export interface Installation {
  readonly databaseUrl: string;
  readonly kills: Partial<Record<Fault, number>>;
  /** The address of one of those that are up, or were until a moment ago; `choice` is any whole number. */
  readonly addressOf: (choice: number) => string;
  carryOut(kill: PlannedKill): void;
  /** Waits until all are up, and nobody is being started. */
  settled(): Promise<void>;
  stopServers(): Promise<void>;
  stop(): Promise<void>;
}

/** What the processes stand in, and how it fails. */
export interface Surroundings {
  /** Where PostgreSQL keeps its data. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Told when PostgreSQL runs. */
  attach(postgres: EmbeddedServer): Promise<void>;
  /** What the server of a place takes for PostgreSQL's address. */
  databaseUrlOf(place: number): string;
  /** Faults that are no process's end. */
  carryOut(fault: PlannedKill, serverPid: number | undefined): void;
  /** Whether nothing is wrong at the moment. */
  isCalm(): boolean;
  close(): Promise<void>;
}

/** PostgreSQL on a disk, and nothing between it and the servers. */
async function openPlainSurroundings(): Promise<Surroundings> {
  // On a disk, with fsync: what PostgreSQL acknowledges has to be there after the crash.
  const folder = await mkdtemp(path.join(tmpdir(), 'orders-soak-'));
  let url = '';
  return {
    folder,
    environment: {},
    attach: async (postgres) => void (url = postgres.url),
    databaseUrlOf: () => url,
    carryOut: ({ kind }) => {
      throw new Error(`There is no ${kind} in plain surroundings.`);
    },
    isCalm: () => true,
    close: () => rm(folder, { recursive: true, force: true }),
  };
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
    private readonly environment: Readonly<Record<string, string>>,
    private readonly log: (message: string) => void,
  ) {}

  async open(): Promise<void> {
    await this.start();
    this.keeping = this.keepUp();
  }

  private async start(): Promise<void> {
    this.process = await startProcess({
      ...this.environment,
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
  openSurroundings = openPlainSurroundings,
): Promise<Installation> {
  const surroundings = await openSurroundings();
  let postgres: EmbeddedServer | undefined;
  let places: Place[] = [];
  const stopServers = async (): Promise<void> => {
    await Promise.all(places.map((place) => place.close()));
  };
  const stop = async (): Promise<void> => {
    await stopServers();
    await postgres?.stop();
    await surroundings.close();
  };
  try {
    postgres = await startEmbeddedPostgres({ dataDirectory: surroundings.folder, durable: true });
    await surroundings.attach(postgres);
    await migrate(postgres.url);
    places = Array.from({ length: count }, (_, index) => {
      const environment = { DATABASE_URL: surroundings.databaseUrlOf(index), ...surroundings.environment };
      return new Place(environment, log);
    });
    await Promise.all(places.map((place) => place.open()));
  } catch (error) {
    await stop();
    throw error;
  }
  const { url: databaseUrl } = postgres;
  const kills: Partial<Record<Fault, number>> = {};
  return {
    databaseUrl,
    kills,
    addressOf: (choice) => places[choice % count]!.url,
    carryOut(planned) {
      const { kind, server } = planned;
      const up = [...places.slice(server), ...places.slice(0, server)].find((place) => place.process);
      const child = up?.process?.child;
      if (kind === 'postgres -9') process.kill(postgres.pid, 'SIGKILL');
      else if (kind === 'server -9') child?.kill('SIGKILL');
      else if (kind === 'server -15') child?.kill('SIGTERM');
      else surroundings.carryOut(planned, child?.pid);
      kills[kind] = (kills[kind] ?? 0) + 1;
      log(kind);
    },
    settled: () =>
      waitUntil(
        () =>
          surroundings.isCalm() && places.every(({ process: up }) => up !== undefined && !up.child.killed),
        'all servers are up again',
        settleLimitMs,
      ),
    stopServers,
    stop,
  };
}
