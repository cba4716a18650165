import { setTimeout as sleep } from 'node:timers/promises';
import type postgres from 'postgres';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openDatabase, type Database } from '../../src/db/driver/database.ts';
import { createTestDatabase, type TestDatabase } from '../setup/database.ts';
import { connectAside } from './ledger.ts';
import { startProxy, type Proxy } from './proxy.ts';

const channel = 'wake "up"';

let testDatabase: TestDatabase;
let aside: postgres.Sql;
let proxy: Proxy;
let database: Database;
const onNotification = vi.fn<(payload: string) => void>();
const onReady = vi.fn<() => void>();

beforeEach(async () => {
  testDatabase = await createTestDatabase({ empty: true });
  aside = connectAside(testDatabase.url);
  proxy = await startProxy(testDatabase.url);
  database = openDatabase({
    url: proxy.url,
    poolSize: 1,
    applicationName: 'listener',
    heartbeatMs: 200,
    acquireTimeoutMs: 500,
  });
  onNotification.mockClear();
  onReady.mockClear();
  database.listen(channel, { onNotification, onReady });
  await vi.waitFor(() => expect(onReady).toHaveBeenCalledTimes(1), 5_000);
});

afterEach(async () => {
  await database.close();
  await proxy.close();
  await aside.end();
  await testDatabase.drop();
});

async function expectWakeUps(count: number): Promise<void> {
  await database.notify(channel);
  await vi.waitFor(() => expect(onNotification).toHaveBeenCalledTimes(count), 2_000);
}

it('hears notifications, its own and those of others', async () => {
  await expectWakeUps(1);
  expect(onNotification).toHaveBeenLastCalledWith('');
  await aside`select pg_notify(${channel}, 'from aside')`;
  await vi.waitFor(() => expect(onNotification).toHaveBeenLastCalledWith('from aside'));
  expect(onReady).toHaveBeenCalledTimes(1);
});

it('listens again after its backend was killed, as often as that happens', async () => {
  for (let kills = 1; kills <= 3; kills += 1) {
    await aside`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'listener'`;
    await vi.waitFor(() => expect(onReady).toHaveBeenCalledTimes(kills + 1), 5_000);
    await expectWakeUps(kills);
  }
});

it('listens again after the network swallowed everything', async () => {
  proxy.freeze();
  await sleep(700);
  expect(onReady).toHaveBeenCalledTimes(1);
  proxy.thaw();
  await vi.waitFor(() => expect(onReady).toHaveBeenCalledTimes(2), 8_000);
  await expectWakeUps(1);
});

it('is quiet after it was closed, and leaves no connection', async () => {
  await database.close();
  await aside`select pg_notify(${channel}, 'too late')`;
  await vi.waitFor(async () => {
    expect(await aside`select 1 from pg_stat_activity where application_name = 'listener'`).toHaveLength(0);
  });
  expect(onNotification).not.toHaveBeenCalled();
});
