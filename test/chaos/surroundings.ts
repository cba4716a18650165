import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import path from 'node:path';
import postgres from 'postgres';
import type { EmbeddedServer } from '../../src/db/embedded/start.ts';
import { startProxy, type Proxy } from '../driver/proxy.ts';
import { randomOf, type PlannedKill } from '../soak/schedule.ts';
import type { Surroundings } from '../soak/servers.ts';
import { openSmallDisk } from './small-disk.ts';

const diskMegabytes = 1_000;
const walMegabytes = 128;
const longestBlackHoleMs = 5_000;
/** After it connections pass again, and those of before stay silent for as long as this. */
const longestSilenceMs = 15_000;
const longestFullDiskMs = 2_500;
/** A token lives for a quarter of an hour: a clock that is further off refuses it, and should. */
const longestJumpMs = 10 * 60_000;

export interface ChaosOptions {
  readonly seed: number;
  readonly servers: number;
  readonly log: (message: string) => void;
}

/** PostgreSQL on a small disk, a network between it and each server, and servers whose clock is not to be trusted. */
export async function openHostileSurroundings({ seed, servers, log }: ChaosOptions): Promise<Surroundings> {
  const random = randomOf(seed, 'surroundings');
  const disk = await openSmallDisk(diskMegabytes);
  const offsets = Array.from({ length: 16 }, () => random(2 * longestJumpMs) - longestJumpMs);
  const proxies: Proxy[] = [];
  const under = new Set<Promise<void>>();
  let aside: postgres.Sql | undefined;
  /** Carries out what takes its time; what fails in it is no fault of what is tested, and is told. */
  const start = (work: Promise<void>): void => {
    const carriedOut = work.catch((error: Error) => log(`not carried out: ${error.message}`));
    under.add(carriedOut);
    void carriedOut.then(() => under.delete(carriedOut));
  };
  const endBackend = async (signal: 'SIGKILL' | 'SIGTERM', choice: number): Promise<void> => {
    const pids = await aside!<{ pid: number }[]>`select pid from pg_stat_activity
      where backend_type = 'client backend' and pid <> pg_backend_pid() order by pid`;
    const chosen = pids[choice % Math.max(1, pids.length)];
    if (chosen) process.kill(chosen.pid, signal);
  };
  const blackHole = async (proxy: Proxy): Promise<void> => {
    proxy.freeze();
    await sleep(500 + random(longestBlackHoleMs));
    proxy.thaw();
    await sleep(random(longestSilenceMs));
    proxy.cutFrozen();
  };
  const fillDisk = async (): Promise<void> => {
    if (disk.whyNot !== undefined) return log(`the disk is not filled: ${disk.whyNot}`);
    try {
      await disk.fill();
      await sleep(500 + random(longestFullDiskMs));
    } finally {
      await disk.empty();
    }
  };
  return {
    folder: disk.folder,
    environment: {
      NODE_OPTIONS: `--import ${pathToFileURL(path.join(import.meta.dirname, 'shifted-clock.mjs')).href}`,
      CHAOS_CLOCK_OFFSETS: offsets.join(','),
      DATABASE_POOL_SIZE: '6',
    },
    async attach({ url }: EmbeddedServer) {
      aside = postgres(url, { max: 1, fetch_types: false, connect_timeout: 5, onnotice: () => {} });
      // The write-ahead log alone must not fill the disk.
      await aside.unsafe(`alter system set max_wal_size = '${walMegabytes}MB'`);
      await aside.unsafe('select pg_reload_conf()');
      for (let place = 0; place < servers; place += 1) proxies.push(await startProxy(url));
    },
    databaseUrlOf: (place) => proxies[place]!.url,
    carryOut({ kind, server }: PlannedKill, serverPid) {
      const choice = random(1_000);
      if (kind === 'backend -9') start(endBackend('SIGKILL', choice));
      else if (kind === 'backend -15') start(endBackend('SIGTERM', choice));
      else if (kind === 'black hole') start(blackHole(proxies[server]!));
      else if (kind === 'disk full') start(fillDisk());
      else if (kind === 'clock jump' && serverPid !== undefined) process.kill(serverPid, 'SIGUSR2');
    },
    isCalm: () => under.size === 0,
    async close() {
      await Promise.all(under);
      await aside?.end({ timeout: 5 });
      await Promise.all(proxies.map((proxy) => proxy.close()));
      await disk.close();
    },
  };
}
