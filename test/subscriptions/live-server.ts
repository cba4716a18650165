import { pino } from 'pino';
import { createApp } from '../../src/app.ts';
import { openDatabase } from '../../src/db/driver/database.ts';
import type { EventLog } from '../../src/history/event-log.ts';
import { openRedis } from '../../src/redis/redis-link.ts';
import { startServer } from '../../src/server.ts';
import { testSigningKeys } from '../setup/server.ts';

export interface LiveServer {
  readonly url: string;
  readonly port: number;
  readonly eventLog: EventLog;
  stop(): Promise<void>;
}

/** A server on a database that is there already, whose event log the test can look into. */
export async function startLiveServer(
  databaseUrl: string,
  port = 0,
  options: { redisUrl?: string } = {},
): Promise<LiveServer> {
  const log = pino({ level: process.env['TEST_LOG_LEVEL'] ?? 'silent' });
  const app = await createApp({
    database: openDatabase({ url: databaseUrl, poolSize: 4 }),
    signingKeys: testSigningKeys,
    log,
    redis: options.redisUrl === undefined ? undefined : openRedis(options.redisUrl, log),
  });
  const server = await startServer(app, { host: '127.0.0.1', port });
  return {
    url: server.url,
    port: Number(new URL(server.url).port),
    eventLog: app.services.eventLog,
    stop: () => server.stop(),
  };
}
