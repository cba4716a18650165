import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { askOverSocket, socketClient } from '../subscriptions/live-client.ts';

vi.setConfig({ testTimeout: 60_000 });

const misspelt = '{ viewr { role } }';
const schemaQuery = '{ __schema { queryType { name } } }';

let closed: TestServer;
let open: TestServer;
beforeAll(async () => {
  closed = await startTestServer({ introspection: false });
  open = await startTestServer();
});
afterAll(async () => {
  await closed.stop();
  await open.stop();
});

/** The messages of the errors, the same over HTTP and over a socket. */
async function messages(server: TestServer, query: string): Promise<string[]> {
  const socket = socketClient(server.url, server.tokens.order_manager);
  const overHttp = (await server.as.order_manager(query)).errors?.map(({ message }) => message) ?? [];
  const answer = await askOverSocket(socket, query).catch((errors: unknown) => ({ errors }));
  await socket.dispose();
  return [...overHttp, ...(answer.errors ?? []).map(({ message }: { message: string }) => message)];
}

test('where it is on the schema is told, and errors guess at names', async () => {
  expect(await messages(open, schemaQuery)).toEqual([]);
  const guess = expect.stringContaining('Did you mean "viewer"');
  expect(await messages(open, misspelt)).toEqual([guess, guess]);
});

test('where it is off neither is', async () => {
  const refusals = await messages(closed, schemaQuery);
  expect(refusals.length).toBeGreaterThanOrEqual(2);
  for (const message of refusals) expect(message).toContain('GraphQL introspection');
  const plain = 'Cannot query field "viewr" on type "Query".';
  expect(await messages(closed, misspelt)).toEqual([plain, plain]);
  expect((await closed.as.order_manager('{ viewer { __typename } }')).errors).toBeUndefined();
});

test('it is on outside production, and as the environment says', () => {
  const secret = 'a-secret-of-the-tests-that-is-long-enough';
  const production = { NODE_ENV: 'production', DATABASE_URL: 'postgres://db/orders', JWT_SECRET: secret };
  expect(readConfig({}).introspection).toBe(true);
  expect(readConfig({ INTROSPECTION: 'false' }).introspection).toBe(false);
  expect(readConfig(production).introspection).toBe(false);
  expect(readConfig({ ...production, INTROSPECTION: 'true' }).introspection).toBe(true);
});
