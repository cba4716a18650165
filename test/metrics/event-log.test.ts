import { pino } from 'pino';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openDatabase, type Database } from '../../src/db/driver/database.ts';
import { EventLog } from '../../src/history/event-log.ts';
import { wakeUpsOfDatabase } from '../../src/history/wake-ups.ts';
import { Metrics } from '../../src/metrics/metrics.ts';
import { startMetricsServer, type MetricsServer } from '../../src/metrics/metrics-server.ts';
import { confirmedOrder, stockedVariant } from '../setup/fixtures.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { waitUntil } from '../setup/wait-until.ts';
import { appendChanges } from '../subscriptions/bulk-changes.ts';
import { changes, scrape, type Series } from './scrape.ts';

// Whoever stops reading is given ten seconds.
vi.setConfig({ testTimeout: 120_000 });

let server: TestServer;
let database: Database;
let eventLog: EventLog;
let metricsServer: MetricsServer;
beforeAll(async () => {
  server = await startTestServer();
  const metrics = new Metrics();
  database = openDatabase({ url: server.databaseUrl, poolSize: 2 });
  eventLog = await EventLog.open(database, pino({ level: 'silent' }), wakeUpsOfDatabase(database));
  metrics.watch(database, eventLog);
  metricsServer = await startMetricsServer(metrics, { host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await metricsServer?.stop();
  await eventLog?.close();
  await database?.close();
  await server?.stop();
});

const read = async (): Promise<Series> => (await scrape(metricsServer.url)).series;
const log =
  /^orders_(event_log_(subscribers|events_read_total|failed_reads_total)|slow_readers_dropped_total)/;

test('subscribers, what is read, who is dropped and what could not be read', async () => {
  const { sku } = await stockedVariant(server, { LONDON: 10 });
  const order = await confirmedOrder(server, [{ sku, quantity: 1 }]);
  const changesBefore = async () => (await read()).get('orders_event_log_events_read_total')!;
  await waitUntil(async () => (await changesBefore()) >= 3, 'the order is read');
  const before = await read();
  const events = await eventLog.subscribe(null, { wanted: () => true, onTooSlow: () => {} });
  expect(changes(before, await read(), log)).toEqual({ orders_event_log_subscribers: 1 });

  const first = events.next();
  await appendChanges(server.database, order.id, order.fulfillments[0]!.id, 100);
  await first;
  // It asks for no other.
  await waitUntil(async () => (await read()).get('orders_slow_readers_dropped_total') === 1, 'it is dropped');
  expect(changes(before, await read(), log)).toEqual({
    orders_event_log_events_read_total: 100,
    orders_slow_readers_dropped_total: 1,
  });

  await database.close();
  await waitUntil(
    async () => (await read()).get('orders_event_log_failed_reads_total')! > 0,
    'the closed database is missed',
  );
});
