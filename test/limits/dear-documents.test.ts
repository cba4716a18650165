import type { Client } from 'graphql-ws';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { waitUntil } from '../setup/wait-until.ts';
import { askOverSocket, socketClient } from '../subscriptions/live-client.ts';
import { openRawSocket } from '../subscriptions/raw-socket.ts';

vi.setConfig({ testTimeout: 60_000 });

let server: TestServer;
let socket: Client;
beforeAll(async () => {
  server = await startTestServer();
  socket = socketClient(server.url, server.tokens.order_manager);
});
afterAll(async () => {
  await socket.dispose();
  await server.stop();
});

const times = (count: number, text: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => text(index)).join(' ');

/** A fragment that uses those so many places after it, and so on to the last. */
const steps = (count: number, distances: readonly number[]): string =>
  `{ ...F0 } fragment F${count} on Query { __typename } ${times(count, (index) => {
    const spreads = distances.map((distance) => `...F${Math.min(index + distance, count)}`);
    return `fragment F${index} on Query { ${spreads.join(' ')} }`;
  })}`;

/** Of nearly as many tokens as are allowed; found by trying which take validation, counting or execution longest. */
const documents: Record<string, string> = {
  'one field often': `{ ${times(3_900, () => '__typename')} }`,
  'one field with a selection often': `{ ${times(900, () => 'viewer { id }')} }`,
  'one field with an argument often': `{ ${times(400, () => 'order(id: "none") { id }')} }`,
  'fragments with the same field': `{ ${times(300, (index) => `...F${index}`)} } ${times(
    300,
    (index) => `fragment F${index} on Query { viewer { id } }`,
  )}`,
  'fragments that use the next twice': steps(360, [1, 2]),
  'fragments that use three others': steps(270, [1, 7, 31]),
  'a long chain of fragments': steps(470, [1]),
  'many operations with one fragment': `${times(300, (index) => `query Q${index} { ...F }`)} fragment F on Query { ${times(
    900,
    () => '...G',
  )} } fragment G on Query { __typename }`,
  'names that nothing has': `{ ${times(100, (index) => 'x'.repeat(9_000) + String(index))} }`,
  'names that are nearly right': `{ ${times(3_900, (index) => `order${index}`)} }`,
  'selections within selections': `{ ${'... { '.repeat(1_300)} __typename ${'} '.repeat(1_301)}`,
  'lists within lists': `{ orders(filter: { status: ${'['.repeat(1_900)}${']'.repeat(1_900)} }) { totalCount } }`,
  'objects within objects': `{ orders(filter: ${'{ not: '.repeat(980)} {} ${'} '.repeat(980)}) { totalCount } }`,
};

test.each(Object.entries(documents))('%s: answered or refused, and no fault', async (_name, query) => {
  const asked = query.startsWith('query') ? { query, operationName: 'Q1' } : { query };
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${server.tokens.order_manager}` },
    body: JSON.stringify(asked),
  });
  expect(response.status).toBeOneOf([200, 400]);
  const answer = (await response.json()) as any;
  const codes = (answer.errors ?? []).map(({ extensions }: any) => extensions.code as string);
  expect(codes).not.toContain('INTERNAL_SERVER_ERROR');
  if (asked.operationName) return;
  const overSocket = await askOverSocket(socket, query).catch((errors: unknown) => ({ errors }));
  expect(overSocket).toEqual(answer);
});

test.each([
  [
    'of the variables',
    (deep: string) => `{"query":"query ($a: Int) { __typename }","variables":{"a":${deep}}}`,
  ],
  ['of the extensions', (deep: string) => `{"query":"{ __typename }","extensions":{"a":${deep}}}`],
  ['of the body', (deep: string) => deep],
])('a hundred thousand levels %s: answered or refused, and no fault', async (_name, bodyOf) => {
  for (const deep of [
    '['.repeat(100_000) + ']'.repeat(100_000),
    '{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000),
  ]) {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${server.tokens.order_manager}` },
      body: bodyOf(deep),
    });
    expect(response.status).toBeOneOf([200, 400]);
    expect(await response.text()).not.toMatch(/INTERNAL_SERVER_ERROR|call stack/);
    const raw = await openRawSocket(server.url);
    raw.send({
      type: 'connection_init',
      payload: { authorization: `Bearer ${server.tokens.order_manager}` },
    });
    await waitUntil(() => raw.messages.length > 0, 'the connection is acknowledged');
    raw.sendText(`{"id":"deep","type":"subscribe","payload":${bodyOf(deep)}}`);
    let closed: number | undefined;
    void raw.closed.then(({ code }) => (closed = code));
    await waitUntil(() => closed !== undefined || raw.messages.length > 1, 'an answer, or the end');
    expect(closed ?? 4400).toBe(4400);
    expect(JSON.stringify(raw.messages)).not.toMatch(/INTERNAL_SERVER_ERROR|call stack/);
    raw.end();
  }
});
