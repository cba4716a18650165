import { setTimeout as sleep } from 'node:timers/promises';
import type postgres from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDatabase } from '../../src/db/driver/database.ts';
import { createTestDatabase, type TestDatabase } from '../setup/database.ts';
import { compare, connectAside, createEntries, keepWorking, makeLedger } from './ledger.ts';
import { makeRandomness } from './randomness.ts';

const stormSeconds = Number(process.env['DRIVER_STORM_SECONDS'] ?? 2);
const callers = 16;
const application = 'storm';

let testDatabase: TestDatabase;
let aside: postgres.Sql;

beforeAll(async () => {
  testDatabase = await createTestDatabase({ empty: true });
  aside = connectAside(testDatabase.url);
  await createEntries(aside);
});

afterAll(async () => {
  await aside.end();
  await testDatabase.drop();
});

async function killOne(): Promise<number> {
  const killed = await aside`
    select pg_terminate_backend(pid) from (
      select pid from pg_stat_activity where application_name = ${application} and datname = current_database()
      order by random() limit 1
    ) as victim`;
  return killed.count;
}

it(
  'neither tears nor loses a unit of work while backends are killed',
  { timeout: stormSeconds * 3000 + 40_000 },
  async () => {
    const randomness = makeRandomness();
    const ledger = makeLedger();
    const database = openDatabase({ url: testDatabase.url, poolSize: 6, applicationName: application });
    const escaped: unknown[] = [];
    const note = (error: unknown): void => void escaped.push(error);
    process.on('unhandledRejection', note).on('uncaughtException', note);
    const startedAt = performance.now();
    let kills = 0;
    // On a busy machine it goes on until it has been a storm.
    const isOver = (): boolean => {
      const seconds = (performance.now() - startedAt) / 1000;
      const wasStorm = kills >= stormSeconds * 20 && ledger.acknowledged.length >= stormSeconds * 50;
      return seconds > (wasStorm ? stormSeconds : stormSeconds * 3 + 10);
    };

    const killing = (async () => {
      for (; !isOver(); await sleep(randomness.below(20))) kills += await killOne();
    })();
    const working = Array.from({ length: callers }, () => keepWorking(database, ledger, randomness, isOver));
    await killing;
    const settled = await Promise.race([Promise.all(working).then(() => true), sleep(10_000, false)]);
    await database.close();
    process.off('unhandledRejection', note).off('uncaughtException', note);

    const figures = {
      seed: randomness.seed,
      kills,
      acknowledged: ledger.acknowledged.length,
      failed: ledger.failed.length,
      unknown: ledger.unknown.length,
      reads: ledger.reads,
      ...(await compare(aside, ledger)),
      unexpected: ledger.unexpected.length,
      escaped: escaped.length,
    };
    if (process.env['DRIVER_STORM_SECONDS']) console.log(figures, database.statistics());
    const message = `repeat with DRIVER_STORM_SEED=${randomness.seed}: ${JSON.stringify(figures)}`;
    expect(settled, message).toBe(true);
    expect(figures, message).toMatchObject({ torn: 0, lost: 0, failedButPresent: 0, escaped: 0 });
    expect(ledger.unexpected, message).toEqual([]);
    expect(kills, message).toBeGreaterThan(0);
    expect(ledger.acknowledged.length, message).toBeGreaterThan(0);
  },
);
