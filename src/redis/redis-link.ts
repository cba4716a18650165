import { Redis, type RedisOptions } from 'ioredis';

/** A Redis that does not answer must not make anybody wait: what it is for goes on without it. */
const commandTimeoutMs = 250;
const connectTimeoutMs = 2_000;
const longestPauseMs = 2_000;
/** A connection that was cut without a word gives no sign, so it is asked. */
const heartbeatMs = 5_000;
const silenceLimitMs = 2_000;

export interface RedisLogger {
  info(message: string): void;
  warn(details: object, message: string): void;
}

/** What servers share beside the database, where there is a Redis. Nothing in it is needed: it may go at any time. */
export interface RedisLink {
  /** For commands. They fail at once while Redis is away. */
  readonly commands: Redis;
  /** For subscriptions, which take a connection over. */
  readonly listener: Redis;
  close(): void;
}

/** Connects, now or whenever Redis comes, and connects again for ever. */
export function openRedis(url: string, log: RedisLogger): RedisLink {
  const options: RedisOptions = {
    // Nothing is kept for later: a wake-up or a count that comes late is worth nothing.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: connectTimeoutMs,
    retryStrategy: (attempt) => Math.min(attempt * 100, longestPauseMs),
  };
  const commands = new Redis(url, {
    ...options,
    commandTimeout: commandTimeoutMs,
    socketTimeout: silenceLimitMs,
  });
  // Its subscriptions wait for the connection, and are made anew with each.
  const listener = new Redis(url, {
    ...options,
    enableOfflineQueue: true,
    maxRetriesPerRequest: null,
    socketTimeout: silenceLimitMs,
  });
  const heartbeat = setInterval(() => void listener.ping().catch(() => {}), heartbeatMs).unref();
  tellOutages(commands, log);
  listener.on('error', () => {});
  return {
    commands,
    listener,
    close() {
      clearInterval(heartbeat);
      commands.disconnect();
      listener.disconnect();
    },
  };
}

/** Once when it goes and once when it is back, and not for each attempt to connect. */
function tellOutages(redis: Redis, log: RedisLogger): void {
  let isAway = false;
  redis.on('error', (error: Error & { code?: string }) => {
    if (isAway) return;
    isAway = true;
    log.warn({ reason: error.code ?? error.name }, 'Redis is away; the servers go on through PostgreSQL');
  });
  redis.on('ready', () => {
    if (isAway) log.info('Redis is back');
    isAway = false;
  });
}
