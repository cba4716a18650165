import { afterAll, beforeAll, expect, it } from 'vitest';
import { errorCatalogue, type TopLevelCode } from '../../src/shared/error-catalogue.ts';
import { askOverSocket, socketClient } from '../subscriptions/live-client.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const json = { 'content-type': 'application/json' };
const query = (text: string, others: object = {}): string => JSON.stringify({ query: text, ...others });
const persisted = { persistedQuery: { version: 1, sha256Hash: 'f'.repeat(64) } };

const wrong: readonly [string, TopLevelCode, number, Record<string, string>, string][] = [
  ['a body that is no JSON', 'BAD_REQUEST', 400, json, '{"query": '],
  ['no body', 'BAD_REQUEST', 400, json, ''],
  ['no query', 'BAD_REQUEST', 400, json, '{}'],
  ['a list of queries', 'BAD_REQUEST', 400, json, `[${query('{ viewer { id } }')}]`],
  ['another content type', 'BAD_REQUEST', 415, { 'content-type': 'text/xml' }, '<query/>'],
  [
    'what a form of another site could send',
    'BAD_REQUEST',
    400,
    { 'content-type': 'text/plain' },
    query('{ a }'),
  ],
  ['a document that is no GraphQL', 'GRAPHQL_PARSE_FAILED', 400, json, query('{ viewer { id }')],
  ['a field that there is not', 'GRAPHQL_VALIDATION_FAILED', 400, json, query('{ nothing }')],
  ['a literal of the wrong type', 'GRAPHQL_VALIDATION_FAILED', 400, json, query('{ order(id: {}) { id } }')],
  [
    'a variable of the wrong type',
    'BAD_USER_INPUT',
    400,
    json,
    query('query ($id: ID!) { order(id: $id) { id } }', { variables: { id: [] } }),
  ],
  [
    'two operations and no name',
    'OPERATION_RESOLUTION_FAILURE',
    400,
    json,
    query('query A { viewer { id } } query B { viewer { id } }'),
  ],
  [
    'a hash that nobody knows',
    'PERSISTED_QUERY_NOT_FOUND',
    200,
    json,
    JSON.stringify({ extensions: persisted }),
  ],
];

it.each(wrong)(
  '%s: %s, in the form of GraphQL, with what to do',
  async (_what, code, status, headers, body) => {
    const response = await fetch(`${server.url}/graphql`, { method: 'POST', headers, body });
    expect(response.status).toBe(status);
    const { errors } = (await response.json()) as { errors: { message: string; extensions: object }[] };
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ extensions: { code, remedy: errorCatalogue[code].remedy } });
    expect(errors[0]!.message).not.toBe('');
  },
);

it.each<[string, TopLevelCode, string, object?]>([
  ['a document that is no GraphQL', 'GRAPHQL_PARSE_FAILED', '{ viewer { id }'],
  ['a field that there is not', 'GRAPHQL_VALIDATION_FAILED', '{ nothing }'],
  [
    'a variable of the wrong type',
    'BAD_USER_INPUT',
    'query ($id: ID!) { order(id: $id) { id } }',
    { id: [] },
  ],
  [
    'two operations and no name',
    'OPERATION_RESOLUTION_FAILURE',
    'query A { viewer { id } } query B { viewer { id } }',
  ],
])('over a socket, %s: %s, with what to do', async (_what, code, document, variables) => {
  const client = socketClient(server.url, server.tokens.order_manager);
  const asked = askOverSocket(client, document, variables as Record<string, unknown>);
  await expect(asked).rejects.toMatchObject([{ extensions: { code, remedy: errorCatalogue[code].remedy } }]);
  await client.dispose();
});
