import { createClient } from 'graphql-ws';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { errorCatalogue } from '../../src/shared/error-catalogue.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { waitUntil } from '../setup/wait-until.ts';

const metricsToken = 'a-token-of-the-tests-for-the-metrics';
const query = '{ orders(first: 1) { nodes { id } } }';
/** As many as the server of the tests has connections; each holds one while the table is locked. */
const connections = 8;

let server: TestServer;
let client: postgres.Sql;
beforeAll(async () => {
  server = await startTestServer({ operationsAtOnce: 2, metricsToken });
  client = postgres(server.databaseUrl, { max: 2, onnotice: () => {} });
});
afterAll(async () => {
  await client.end({ timeout: 5 });
  await server.stop();
});

const post = (body: string): Promise<Response> =>
  fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${server.tokens.order_manager}`,
    },
    body,
  });
const ask = (): Promise<Response> => post(JSON.stringify({ query }));
const isHeld = async (): Promise<boolean> => {
  const [row] = await client<{ count: number }[]>`select count(*)::integer as count from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`;
  return row!.count === connections;
};

/** Does something while every connection of the server waits for a lock; then lets them go, and returns their statuses. */
async function whileSaturated(work: () => Promise<void>): Promise<number[]> {
  let held: Promise<Response>[] = [];
  await client.begin(async (transaction) => {
    await transaction`lock table orders in access exclusive mode`;
    held = Array.from({ length: connections }, ask);
    await waitUntil(isHeld, 'every connection waits for the lock');
    await work();
  });
  return (await Promise.all(held)).map(({ status }) => status);
}

async function metrics(): Promise<Map<string, number>> {
  const answer = await fetch(`${server.url}/metrics`, {
    headers: { authorization: `Bearer ${metricsToken}` },
  });
  expect(answer.status).toBe(200);
  const lines = (await answer.text()).split('\n').filter((line) => !line.startsWith('#'));
  return new Map(
    lines.map((line) => line.split(' ')).map(([name, value]): [string, number] => [name!, Number(value)]),
  );
}

test('what is too much gets 503 with Retry-After; what was taken is answered; probes and metrics are not refused', async () => {
  const statuses = await whileSaturated(async () => {
    // What the database knows is waited for, so both are asked at once: nobody waits for a lock for ever.
    const [refused, measured] = await Promise.all([ask(), metrics()]);
    expect(refused.status).toBe(503);
    const { errors } = (await refused.json()) as { errors: { extensions: Record<string, unknown> }[] };
    const seconds = Number(refused.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(0);
    expect(errors).toEqual([
      {
        message: `The server is overloaded and has not begun with this: send it again in ${seconds} s.`,
        extensions: {
          code: 'OVERLOADED',
          remedy: errorCatalogue.OVERLOADED.remedy,
          retryable: true,
          retryAfterSeconds: seconds,
        },
      },
    ]);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    expect(measured.get('orders_operations_in_flight')).toBe(connections);
  });
  expect(statuses).toEqual(Array(connections).fill(200));
  expect((await ask()).status).toBe(200);
  const after = await metrics();
  expect(after.get('orders_operations_in_flight')).toBe(0);
  expect(after.get('orders_operations_refused_total{transport="http"}')).toBe(1);
});

test('a mutation that is refused has changed nothing, and goes through when it is sent again', async () => {
  const mutation = JSON.stringify({
    query: `mutation { createProduct(input: { name: "Overload", idempotencyKey: "once", variants: [
      { sku: "OVER-1", barcode: "OVER-1", name: "Overload", price: { amountMinor: 250, currency: "GBP" } }] }) {
      product { id } userErrors { message } } }`,
  });
  await whileSaturated(async () => {
    expect((await post(mutation)).status).toBe(503);
    expect(await client`select id from product_variants where sku = 'OVER-1'`).toEqual([]);
  });
  const { data } = (await (await post(mutation)).json()) as { data: { createProduct: { product: object } } };
  expect(data.createProduct.product).not.toBeNull();
});

test('an operation over a socket is refused too, and the socket stays', async () => {
  const socket = createClient({
    url: `${server.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${server.tokens.order_manager}` },
    retryAttempts: 0,
    lazy: false,
  });
  let connectionsMade = 0;
  socket.on('connected', () => (connectionsMade += 1));
  const over = (): Promise<unknown> =>
    new Promise((resolve) => {
      let answer: unknown;
      socket.subscribe(
        { query },
        { next: (value) => (answer = value), error: resolve, complete: () => resolve(answer) },
      );
    });
  expect(await over()).toMatchObject({ data: { orders: { nodes: [] } } });
  await whileSaturated(async () => {
    expect(await over()).toMatchObject([{ extensions: { code: 'OVERLOADED', retryable: true } }]);
  });
  expect(await over()).toMatchObject({ data: { orders: { nodes: [] } } });
  expect(connectionsMade).toBe(1);
  expect((await metrics()).get('orders_operations_refused_total{transport="socket"}')).toBe(1);
  await socket.dispose();
});
