import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningServer } from '../../src/server.ts';
import { serve, startTestServer, type TestServer } from '../setup/server.ts';
import { isRedisInstalled, startRedisServer, type RedisServer } from './redis-server.ts';

const hashOf = (query: string): string => createHash('sha256').update(query).digest('hex');

/** As a client sends it: by its name alone, or with the text so that the server learns it. */
async function ask(url: string, token: string, query: string, isNamedOnly: boolean) {
  const extensions = { persistedQuery: { version: 1, sha256Hash: hashOf(query) } };
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(isNamedOnly ? { extensions } : { query, extensions }),
  });
  return (await response.json()) as any;
}

describe.skipIf(!isRedisInstalled)('queries that clients name by their hash', () => {
  let redis: RedisServer;
  let first: TestServer;
  let second: RunningServer;
  beforeAll(async () => {
    redis = await startRedisServer();
    first = await startTestServer({ redisUrl: redis.url });
    second = await serve(first.databaseUrl, 0, { redisUrl: redis.url });
  });
  afterAll(async () => {
    await second.stop();
    await first.stop();
    await redis.kill();
  });

  test('what one server was sent, every server knows; each answers whoever asks for what they may see', async () => {
    const { order_manager, customer } = first.tokens;
    const query = '{ viewer { role } users(first: 1) { nodes { id } } }';
    const unknown = await ask(second.url, order_manager, query, true);
    expect(unknown.errors[0].extensions.code).toBe('PERSISTED_QUERY_NOT_FOUND');
    const learned = await ask(first.url, order_manager, query, false);
    expect(learned.data.viewer.role).toBe('ORDER_MANAGER');
    const known = await ask(second.url, order_manager, query, true);
    expect(known).toEqual(learned);
    const refused = await ask(second.url, customer, query, true);
    expect(refused.errors[0].extensions.code).toBe('FORBIDDEN');
  });

  test('a text that is not that of the name is refused, and not learned', async () => {
    const extensions = { persistedQuery: { version: 1, sha256Hash: hashOf('{ something }') } };
    const response = await fetch(`${first.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ __typename }', extensions }),
    });
    expect(response.status).toBe(400);
    expect(((await response.json()) as any).errors).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
    const again = await ask(second.url, first.tokens.order_manager, '{ something }', true);
    expect(again.errors[0].extensions.code).toBe('PERSISTED_QUERY_NOT_FOUND');
  });

  test('a long query stays with the server that was sent it', async () => {
    const token = first.tokens.order_manager;
    const long = `{ viewer { role } } # ${'x'.repeat(20_000)}`;
    expect((await ask(first.url, token, long, false)).errors).toBeUndefined();
    expect((await ask(first.url, token, long, true)).errors).toBeUndefined();
    const elsewhere = await ask(second.url, token, long, true);
    expect(elsewhere.errors[0].extensions.code).toBe('PERSISTED_QUERY_NOT_FOUND');
  });

  test('without Redis each server knows what it has heard, and asks for the rest', async () => {
    const token = first.tokens.order_manager;
    const query = '{ viewer { id } }';
    await ask(first.url, token, query, false);
    await redis.kill();
    expect((await ask(first.url, token, query, true)).errors).toBeUndefined();
    const unknown = await ask(second.url, token, query, true);
    expect(unknown.errors[0].extensions.code).toBe('PERSISTED_QUERY_NOT_FOUND');
    expect((await ask(second.url, token, query, false)).errors).toBeUndefined();
  });
});
