import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { dashboardsOf } from '../../src/figures/dashboard-cache.ts';
import { placeOrder, stockedVariant } from '../setup/fixtures.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { countEverything } from './count-everything.ts';

let server: TestServer;
let sku: string;
beforeAll(async () => {
  server = await startTestServer();
  ({ sku } = await stockedVariant(server, { LONDON: 1_000 }));
});
afterAll(() => server.stop());

const openCount = '{ dashboard { openCount kpis { name } } }';

test('many who ask at once are answered from one reading, and every change that is counted is in the next', async () => {
  await countEverything(server.database);
  const cache = dashboardsOf(server.database.read);
  const first = await Promise.all(Array.from({ length: 20 }, () => cache.latest({}, 30)));
  expect(new Set(first.map(({ kpis }) => kpis)).size).toBe(1);
  for (let placed = 1; placed <= 5; placed += 1) {
    await placeOrder(server, [{ sku, quantity: 1 }]);
    await countEverything(server.database);
    const next = await cache.latest({}, 30);
    expect(next.openCount).toBe(first[0]!.openCount + placed);
    // Over HTTP too, from the server's own.
    const { data } = await server.as.order_manager(openCount);
    expect(data.dashboard.openCount).toBe(next.openCount);
  }
});

test('filters and days have their own; whoever looked earlier does not bring an older one back', async () => {
  await countEverything(server.database);
  const cache = dashboardsOf(server.database.read);
  const [all, ofPos, week] = await Promise.all([
    cache.latest({}, 30),
    cache.latest({ channel: 'retail_pos' }, 30),
    cache.latest({}, 7),
  ]);
  expect(ofPos.openCount).toBe(0);
  expect(all.openCount).toBeGreaterThan(0);
  expect(week.from).not.toBe(all.from);
  const before = await cache.recentProgress();
  await placeOrder(server, [{ sku, quantity: 1 }]);
  await countEverything(server.database);
  const newer = await cache.latest({}, 30);
  expect((await cache.dashboard(before, {}, 30)).kpis).toBe(newer.kpis);
});

test('the same reading shows each viewer only what they may see', async () => {
  await countEverything(server.database);
  const [manager, service] = await Promise.all([
    server.as.order_manager(openCount),
    server.as.customer_service(openCount),
  ]);
  expect(manager.data.dashboard.kpis.length).toBeGreaterThan(0);
  expect(service.data.dashboard.kpis).toBeNull();
  expect(service.data.dashboard.openCount).toBe(manager.data.dashboard.openCount);
});

test('it is read again after a second, and at once after a failure', async () => {
  const cache = dashboardsOf(server.database.read);
  const first = await cache.latest({}, 30);
  expect((await cache.latest({}, 30)).kpis).toBe(first.kpis);
  vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 1_001);
  expect((await cache.latest({}, 30)).kpis).not.toBe(first.kpis);
  vi.restoreAllMocks();
  await expect(cache.latest({ channel: 'no channel' as never }, 30)).rejects.toThrow();
  await expect(cache.latest({ channel: 'no channel' as never }, 30)).rejects.toThrow();
});
