import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClient } from 'graphql-ws';
import { randomUUID } from 'node:crypto';
import { mutate, placeOrder, stockedVariant } from '../setup/fixtures.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { waitUntil } from '../setup/wait-until.ts';
import { openRawSocket, openSubscribed } from '../subscriptions/raw-socket.ts';
import { changes, metricsToken, scrape, type Series } from './scrape.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ metricsToken });
});
afterAll(() => server?.stop());

const read = async (): Promise<Series> => (await scrape(server.url, metricsToken)).series;

/** What the work has changed of these metrics. */
async function changedBy(work: () => Promise<unknown>, names: RegExp): Promise<Record<string, number>> {
  const before = await read();
  await work();
  return changes(before, await read(), names);
}

const graphql = /^orders_graphql_(requests|errors)_total|^orders_graphql_request_duration_seconds_count/;
const commands = /^orders_(commands|command_refusals|oversell_refusals|oversell_incidents)_total/;

/** One request, its outcome and its duration. */
function request(type: string, field: string, outcome: 'ok' | 'error', count = 1): Record<string, number> {
  return {
    [`orders_graphql_requests_total{type="${type}",field="${field}",outcome="${outcome}"}`]: count,
    [`orders_graphql_request_duration_seconds_count{type="${type}",field="${field}"}`]: count,
  };
}

const error = (type: string, field: string, code: string, count = 1): Record<string, number> => ({
  [`orders_graphql_errors_total{type="${type}",field="${field}",code="${code}"}`]: count,
});

describe('requests and errors by root field', () => {
  test('a query counts under its field, by whatever name the client calls it', async () => {
    const ask = server.as.order_manager;
    expect(
      await changedBy(async () => {
        await ask('query Mine { me: viewer { id } }');
        await ask('{ ...Root } fragment Root on Query { ... on Query { viewer { id } } }');
      }, graphql),
    ).toEqual(request('query', 'viewer', 'ok', 2));
  });

  test('several root fields are told apart only by their errors', async () => {
    const answer = { ...request('query', 'several', 'error'), ...error('query', 'customers', 'FORBIDDEN') };
    expect(
      await changedBy(
        () => server.as.warehouse_staff('{ viewer { id } others: customers { nodes { id } } }'),
        graphql,
      ),
    ).toEqual(answer);
  });

  test.each([
    ['a syntax error', '{', 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', '{ noSuchField }', 'GRAPHQL_VALIDATION_FAILED'],
  ])('%s has no operation', async (_what, query, code) => {
    expect(await changedBy(() => server.anonymous(query), graphql)).toEqual({
      ...request('none', 'none', 'error'),
      ...error('none', 'none', code),
    });
  });

  test('variables that do not fit, nobody signed in, a role without the permission', async () => {
    const order = 'query ($id: UUID!) { order(id: $id) { id } }';
    expect(
      await changedBy(async () => {
        await server.as.order_manager(order, { id: 17 });
        await server.anonymous(order, { id: randomUUID() });
        await server.as.customer(
          'mutation { closeLocation(input: { code: "LONDON" }) { userErrors { code } } }',
        );
      }, /^orders_graphql_errors_total/),
    ).toMatchObject(error('query', 'order', 'UNAUTHENTICATED'));
  });

  test('the same over a socket', async () => {
    const client = createClient({
      url: `${server.url}/graphql`.replace(/^http/, 'ws'),
      connectionParams: { authorization: `Bearer ${server.tokens.order_manager}` },
      retryAttempts: 0,
    });
    const ask = async (query: string): Promise<void> => {
      for await (const answer of client.iterate({ query })) void answer;
    };
    const before = await read();
    await ask('query Mine { me: viewer { id } }');
    await ask('{ viewer { id } customers(first: 1) { nodes { id } } }');
    await expect(ask('{ noSuchField }')).rejects.toBeDefined();
    await expect(
      ask('subscription { fulfillmentStatusChanged(after: "x") { cursor } }'),
    ).rejects.toBeDefined();
    expect(changes(before, await read(), graphql)).toEqual({
      ...request('query', 'viewer', 'ok'),
      ...request('query', 'several', 'ok'),
      ...request('none', 'none', 'error'),
      ...error('none', 'none', 'GRAPHQL_VALIDATION_FAILED'),
      ...request('subscription', 'fulfillmentStatusChanged', 'error'),
      ...error('subscription', 'fulfillmentStatusChanged', 'RESYNC_REQUIRED'),
    });
    await client.dispose();
  });
});
