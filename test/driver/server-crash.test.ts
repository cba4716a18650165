import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openDatabase } from '../../src/db/driver/database.ts';
import { startEmbeddedPostgres, type EmbeddedServer } from '../../src/db/embedded/start.ts';
import { compare, connectAside, createEntries, keepWorking, makeLedger } from './ledger.ts';
import { makeRandomness } from './randomness.ts';

const crashes = Number(process.env['DRIVER_CRASHES'] ?? 1);

let folder: string;
let server: EmbeddedServer;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'driver-crash-'));
  server = await startEmbeddedPostgres({ dataDirectory: folder });
});

afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

it(
  'keeps what was acknowledged, and recovers by itself, when the server is killed',
  { timeout: 30_000 + crashes * 30_000 },
  async () => {
    const aside = connectAside(server.url);
    await createEntries(aside);
    await aside.end();
    const randomness = makeRandomness();
    const ledger = makeLedger();
    const database = openDatabase({ url: server.url, poolSize: 4 });
    const onReady = vi.fn<() => void>();
    database.listen('wake', { onNotification: () => {}, onReady });
    let over = false;
    const working = Array.from({ length: 8 }, async () => {
      // A caller that is refused pauses, like one over HTTP.
      while (!over) await keepWorkingUntilRefused();
    });
    async function keepWorkingUntilRefused(): Promise<void> {
      const failuresBefore = database.statistics().lost;
      await keepWorking(
        database,
        ledger,
        randomness,
        () => over || database.statistics().lost > failuresBefore,
      );
      await sleep(20);
    }

    for (let crash = 1; crash <= crashes; crash += 1) {
      await vi.waitFor(() => database.ping(), 20_000);
      const acknowledged = ledger.acknowledged.length;
      await vi.waitFor(() => expect(ledger.acknowledged.length).toBeGreaterThan(acknowledged + 50), 10_000);
      process.kill(server.pid, 'SIGKILL');
      await vi.waitFor(() => expect(database.ping()).rejects.toMatchObject({ retryable: true }), 5_000);
      await vi.waitFor(() => database.ping(), 20_000);
      await vi.waitFor(() => expect(onReady).toHaveBeenCalledTimes(crash + 1), 10_000);
    }
    over = true;
    await Promise.all(working);
    await database.close();

    const again = connectAside(server.url);
    const findings = await compare(again, ledger);
    await again.end();
    const figures = {
      acknowledged: ledger.acknowledged.length,
      failed: ledger.failed.length,
      unknown: ledger.unknown.length,
      ...findings,
    };
    if (process.env['DRIVER_CRASHES']) console.log(figures, database.statistics());
    const message = `repeat with DRIVER_STORM_SEED=${randomness.seed}: ${JSON.stringify(figures)}`;
    expect(findings, message).toEqual({ torn: 0, lost: 0, failedButPresent: 0 });
    expect(ledger.unexpected, message).toEqual([]);
  },
);
