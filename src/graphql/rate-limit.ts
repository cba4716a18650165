import rateLimit, { type RateLimitPluginOptions } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Viewer } from '../auth/actor.ts';
import type { RedisLink } from '../redis/redis-link.ts';
import { TopLevelError } from '../shared/errors.ts';
import { clientAddress } from './request-origin.ts';

const windowMs = 60_000;
/** Users and addresses that are counted in memory; who was heard of least lately is forgotten first. */
const countedInMemory = 50_000;
/** After a failure of Redis the server counts by itself for so long, and then asks again. */
const withoutRedisMs = 1_000;

/** How much of the limit somebody has used. */
interface Use {
  readonly limit: number;
  readonly remaining: number;
  readonly resetSeconds: number;
  readonly isExceeded: boolean;
}

/** Counts an operation of whoever asks: a user, or an address where nobody is signed in. Null: there is no limit. */
export type RateLimiter = (request: FastifyRequest, viewer: Viewer | null) => Promise<Use | null>;

/**
 * Operations a minute and user, counted by all servers together where there is a Redis. A Redis that is away refuses
 * nobody: each server then counts for itself.
 */
export async function openRateLimiter(
  server: FastifyInstance,
  perMinute: number,
  redis: RedisLink | undefined,
): Promise<RateLimiter> {
  if (perMinute === 0) return async () => null;
  const inMemory = await counter(server, perMinute, { cache: countedInMemory });
  if (!redis) return inMemory;
  const shared = await counter(server, perMinute, { redis: redis.commands, nameSpace: 'orders:rate:' });
  let sharedFromMs = 0;
  return async (request, viewer) => {
    if (performance.now() >= sharedFromMs) {
      try {
        return await shared(request, viewer);
      } catch {
        sharedFromMs = performance.now() + withoutRedisMs;
      }
    }
    return inMemory(request, viewer);
  };
}

async function counter(
  server: FastifyInstance,
  perMinute: number,
  store: RateLimitPluginOptions,
): Promise<RateLimiter> {
  // The library asks for a key of the request alone; sockets have one request and any viewer.
  const viewers = new WeakMap<FastifyRequest, Viewer | null>();
  const keyGenerator = (request: FastifyRequest): string => {
    const viewer = viewers.get(request);
    return viewer ? `user:${viewer.userId}` : `address:${clientAddress(request) ?? 'unknown'}`;
  };
  let count: ReturnType<FastifyInstance['createRateLimit']>;
  await server.register(async (scope) => {
    await scope.register(rateLimit, {
      global: false,
      max: perMinute,
      timeWindow: windowMs,
      keyGenerator,
      ...store,
    });
    count = scope.createRateLimit();
  });
  return async (request, viewer) => {
    viewers.set(request, viewer);
    const use = await count(request);
    if (use.isAllowed) return null;
    const { max: limit, remaining, ttlInSeconds: resetSeconds, isExceeded } = use;
    return { limit, remaining, resetSeconds, isExceeded };
  };
}

/** What a page may read of an answer, beside its body. */
export const limitHeaders = [
  'ratelimit-limit',
  'ratelimit-remaining',
  'ratelimit-reset',
  'retry-after',
] as const;

/** Tells in the headers of an answer how much is left. */
export function tellUse(reply: FastifyReply, use: Use): void {
  void reply.headers({
    'ratelimit-limit': use.limit,
    'ratelimit-remaining': use.remaining,
    'ratelimit-reset': use.resetSeconds,
    ...(use.isExceeded && { 'retry-after': use.resetSeconds }),
  });
}

export function rateLimited({ limit, resetSeconds }: Use): TopLevelError {
  return new TopLevelError(
    'RATE_LIMITED',
    `More than ${limit} operations a minute: go on in ${resetSeconds} seconds.`,
    { limit, windowSeconds: windowMs / 1000, retryAfterSeconds: resetSeconds },
  );
}
