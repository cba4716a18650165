import { afterEach, describe, expect, test, vi } from 'vitest';
import type { RunningServer } from '../../src/server.ts';
import { serve, startTestServer, type TestServer, type TestServerOptions } from '../setup/server.ts';
import { askOverSocket, socketClient } from '../subscriptions/live-client.ts';
import { isRedisInstalled, startRedisServer } from './redis-server.ts';

vi.setConfig({ testTimeout: 60_000 });

const open: { stop(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).toReversed()) await each.stop();
});
/** Each user has signed in once, which counts for the address. */
async function start(options: TestServerOptions): Promise<TestServer> {
  const server = await startTestServer(options);
  open.push(server);
  return server;
}
async function startOther(server: TestServer, options: TestServerOptions): Promise<RunningServer> {
  const other = await serve(server.databaseUrl, 0, options);
  open.push(other);
  return other;
}

const viewer = (url: string, token: string | null): Promise<Response> =>
  fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token !== null && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query: '{ viewer { role } }' }),
  });
const statuses = async (count: number, ask: () => Promise<Response>): Promise<number[]> => {
  const found: number[] = [];
  for (let turn = 0; turn < count; turn += 1) found.push((await ask()).status);
  return found;
};

describe('of a server by itself', () => {
  test('a user who asks too often is told what the limit is and when to go on; another user is not', async () => {
    const server = await start({ rateLimitPerMinute: 10 });
    const { order_manager, customer } = server.tokens;
    const first = await viewer(server.url, order_manager);
    expect(first.status).toBe(200);
    expect(first.headers.get('ratelimit-limit')).toBe('10');
    expect(first.headers.get('ratelimit-remaining')).toBe('9');
    expect(Number(first.headers.get('ratelimit-reset'))).toBeGreaterThan(0);
    expect(await statuses(9, () => viewer(server.url, order_manager))).toEqual(Array(9).fill(200));
    const refused = await viewer(server.url, order_manager);
    expect(refused.status).toBe(429);
    const retryAfterSeconds = Number(refused.headers.get('retry-after'));
    expect(retryAfterSeconds).toBeGreaterThan(0);
    expect(retryAfterSeconds).toBeLessThanOrEqual(60);
    expect(await refused.json()).toEqual({
      errors: [
        {
          message: `More than 10 operations a minute: go on in ${retryAfterSeconds} seconds.`,
          extensions: {
            code: 'RATE_LIMITED',
            remedy: expect.stringContaining('Wait'),
            limit: 10,
            windowSeconds: 60,
            retryAfterSeconds,
          },
        },
      ],
    });
    expect((await viewer(server.url, customer)).status).toBe(200);
    expect((await fetch(`${server.url}/healthz`)).headers.get('ratelimit-limit')).toBeNull();
  });

  test('what a user sends over a socket counts with the rest, and the socket stays open', async () => {
    const server = await start({ rateLimitPerMinute: 8 });
    const token = server.tokens.order_manager;
    expect(await statuses(5, () => viewer(server.url, token))).toEqual(Array(5).fill(200));
    const client = socketClient(server.url, token);
    const ask = () => askOverSocket(client, '{ viewer { role } }').catch((errors: unknown) => ({ errors }));
    for (let turn = 0; turn < 3; turn += 1) expect((await ask()).errors).toBeUndefined();
    expect((await ask()).errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED', limit: 8 } }]);
    expect((await ask()).errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
    expect((await viewer(server.url, token)).status).toBe(429);
    await client.dispose();
  });

  test('nobody in particular is counted by address', async () => {
    const server = await start({ rateLimitPerMinute: 10 });
    // Four have signed in from here.
    expect(await statuses(7, () => viewer(server.url, null))).toEqual([...Array(6).fill(200), 429]);
    expect(await statuses(1, () => viewer(server.url, 'not a token'))).toEqual([429]);
    expect((await viewer(server.url, server.tokens.customer)).status).toBe(200);
  });

  test('none is none', async () => {
    const server = await start({});
    const answer = await viewer(server.url, server.tokens.order_manager);
    expect(answer.headers.get('ratelimit-limit')).toBeNull();
  });
});

describe.skipIf(!isRedisInstalled)('of two servers with a Redis', () => {
  test('is counted together; while Redis is away each counts for itself and refuses nobody else', async () => {
    const redis = await startRedisServer();
    open.push({ stop: () => redis.kill() });
    const options = { rateLimitPerMinute: 12, redisUrl: redis.url };
    const server = await start(options);
    const other = await startOther(server, options);
    const token = server.tokens.order_manager;
    let turn = 0;
    const ask = () => viewer([server.url, other.url][(turn += 1) % 2]!, token);
    expect(await statuses(14, ask)).toEqual([...Array(12).fill(200), 429, 429]);
    await redis.kill();
    // Each begins to count anew by itself.
    expect(await statuses(26, ask)).toEqual([...Array(24).fill(200), 429, 429]);
    await redis.start();
    // It has forgotten, and is asked again after a moment.
    await vi.waitUntil(async () => (await ask()).status === 200, { timeout: 20_000, interval: 200 });
  });

  test('a server starts without its Redis, and finds it when it comes', async () => {
    const redis = await startRedisServer();
    await redis.kill();
    open.push({ stop: () => redis.kill() });
    const server = await start({ rateLimitPerMinute: 1_000, redisUrl: redis.url });
    const token = server.tokens.order_manager;
    const left = async () => Number((await viewer(server.url, token)).headers.get('ratelimit-remaining'));
    expect(await left()).toBe(999);
    expect(await left()).toBe(998);
    await redis.start();
    // Redis begins at the beginning.
    await vi.waitUntil(async () => (await left()) === 999, { timeout: 20_000, interval: 200 });
  });
});
