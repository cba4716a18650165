import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { confirmedOrder, stockedVariant, work } from '../setup/fixtures.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { waitUntil } from '../setup/wait-until.ts';
import { socketClient } from '../subscriptions/live-client.ts';
import { openRawSocket, openSubscribed } from '../subscriptions/raw-socket.ts';
import { changes, changesBy, metricsToken, scrape, type Series } from './scrape.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ metricsToken });
});
afterAll(() => server?.stop());

const read = async (): Promise<Series> => (await scrape(server.url, metricsToken)).series;

const changedBy = (act: () => Promise<unknown>, names: RegExp) => changesBy(read, act, names);

const graphql = /^orders_graphql_(requests|errors)_total|^orders_graphql_request_duration_seconds_count/;
const word = (): string => `w${randomBytes(6).toString('hex')}`;

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

  test('nobody signed in, and a token that nobody knows', async () => {
    const order = 'query ($id: ID!) { found: order(id: $id) { id } }';
    expect(await changedBy(() => server.anonymous(order, { id: randomUUID() }), graphql)).toEqual({
      ...request('query', 'order', 'error'),
      ...error('query', 'order', 'UNAUTHENTICATED'),
    });
  });

  test('variables that do not fit, and arguments that are refused', async () => {
    const page = 'query ($first: Int) { orders(first: $first) { nodes { id } } }';
    expect(
      await changedBy(async () => {
        await server.as.order_manager(page, { first: 'many' });
        await server.as.order_manager(page, { first: -1 });
      }, graphql),
    ).toEqual({
      ...request('query', 'orders', 'error', 2),
      ...error('query', 'orders', 'BAD_USER_INPUT', 2),
    });
  });

  test('the same over a socket', async () => {
    const client = socketClient(server.url, server.tokens.order_manager);
    const ask = async (query: string): Promise<void> => {
      for await (const answer of client.iterate({ query })) expect(answer).toBeDefined();
    };
    const before = await read();
    await ask('query Mine { me: viewer { id } }');
    await ask('{ viewer { id } customers(first: 1) { nodes { id } } }');
    await expect(ask('{ noSuchField }')).rejects.toBeDefined();
    await expect(ask('{')).rejects.toBeDefined();
    await expect(
      ask('subscription { fulfillmentStatusChanged(after: "x") { cursor } }'),
    ).rejects.toBeDefined();
    expect(changes(before, await read(), graphql)).toEqual({
      ...request('query', 'viewer', 'ok'),
      ...request('query', 'several', 'ok'),
      ...request('none', 'none', 'error', 2),
      ...error('none', 'none', 'GRAPHQL_VALIDATION_FAILED'),
      ...error('none', 'none', 'GRAPHQL_PARSE_FAILED'),
      ...request('subscription', 'fulfillmentStatusChanged', 'error'),
      ...error('subscription', 'fulfillmentStatusChanged', 'BAD_USER_INPUT'),
    });
    await client.dispose();
  });
});

test('a hundred random names, aliases and unknown fields make no new series', async () => {
  const ask = server.as.order_manager;
  const send = async (): Promise<void> => {
    const [name, alias, field] = [word(), word(), word()];
    await ask(`query ${name} { ${alias}: viewer { id } }`);
    await ask(`query ${name} { ${field} }`);
    await ask(`query ${name} { ${alias}: orders(first: -1) { nodes { id } } }`);
    await fetch(`${server.url}/${field}`);
  };
  await send();
  const before = await read();
  for (let index = 0; index < 100; index += 1) await send();
  const after = await read();
  expect([...after.keys()]).toEqual([...before.keys()]);
  expect(changes(before, after, /^orders_http_responses_total/)).toEqual({
    'orders_http_responses_total{route="/graphql",status="200"}': 200,
    'orders_http_responses_total{route="/graphql",status="400"}': 100,
    'orders_http_responses_total{route="none",status="404"}': 100,
    'orders_http_responses_total{route="/metrics",status="200"}': 1,
  });
});

test('sockets, subscriptions and the events that they were sent', async () => {
  const live =
    /^orders_(sockets_open|subscriptions_active|subscription_events_sent_total|event_log_subscribers)/;
  const before = await read();
  const mug = await stockedVariant(server, { LONDON: 5 });
  const idle = await openRawSocket(server.url);
  const socket = await openSubscribed(server.url, server.tokens.warehouse_staff);
  const connected = async () => changes(before, await read(), live);
  await waitUntil(async () => Object.keys(await connected()).length === 3, 'it is subscribed');
  expect(await connected()).toEqual({
    orders_sockets_open: 2,
    orders_event_log_subscribers: 1,
    'orders_subscriptions_active{field="fulfillmentStatusChanged"}': 1,
  });

  const { fulfillments } = await confirmedOrder(server, [{ sku: mug.sku, quantity: 1 }]);
  await work(server, fulfillments[0]!.id, 'startPicking');
  const next = (): number => socket.messages.filter(({ type }) => type === 'next').length;
  await waitUntil(() => next() === 2, 'it is told of the making and of the start');
  const events = 'orders_subscription_events_sent_total{field="fulfillmentStatusChanged"}';
  expect((await connected())[events]).toBe(2);

  socket.send({ type: 'complete', id: 'changes' });
  await waitUntil(async () => (await read()).get('orders_event_log_subscribers') === 0, 'it has ended');
  expect(await connected()).toEqual({ orders_sockets_open: 2, [events]: 2 });
  socket.end();
  idle.end();
  await waitUntil(async () => (await read()).get('orders_sockets_open') === 0, 'they are gone');
});

test('a subscriber whose socket breaks is counted no longer', async () => {
  const active = 'orders_subscriptions_active{field="fulfillmentStatusChanged"}';
  const socket = await openSubscribed(server.url, server.tokens.warehouse_staff);
  await waitUntil(async () => (await read()).get(active) === 1, 'it is subscribed');
  socket.end();
  await waitUntil(async () => (await read()).get(active) === 0, 'it is forgotten');
});
