import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { placeOrder, stockedVariant } from '../setup/fixtures.ts';
import type { SigningKey } from '../../src/auth/token.ts';
import { startTestServer, testPassword, type TestServer } from '../setup/server.ts';
import { inSeconds, ownToken } from '../setup/tokens.ts';
import { waitUntil } from '../setup/wait-until.ts';
import { askOverSocket, follow, socketClient } from './live-client.ts';
import { openRawSocket, openSubscribed, type RawSocket } from './raw-socket.ts';

let server: TestServer;
const sockets: RawSocket[] = [];
beforeAll(async () => {
  server = await startTestServer();
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.end();
});
afterAll(() => server?.stop());

async function open(options: Parameters<typeof openRawSocket>[1] = {}): Promise<RawSocket> {
  const socket = await openRawSocket(server.url, options);
  sockets.push(socket);
  return socket;
}

function tokenThatLives(seconds: number, claims: object = {}, key?: SigningKey): Promise<string> {
  const user = { sub: server.userIds.warehouse_staff, role: 'warehouse_staff' };
  return ownToken({ ...user, exp: inSeconds(seconds), ...claims }, key && { key });
}

describe('the token', () => {
  const badTokens: [string, () => object | Promise<object>][] = [
    ['none', () => ({})],
    ['no scheme', () => ({ authorization: server.tokens.warehouse_staff })],
    ['nonsense', () => ({ authorization: 'Bearer nonsense' })],
    ['of another kind', () => ({ authorization: { token: 1 } })],
    ['expired', async () => ({ authorization: `Bearer ${await tokenThatLives(-1)}` })],
    [
      'signed by somebody else',
      async () => ({
        authorization: `Bearer ${await tokenThatLives(60, {}, { id: 'test', secret: 'x'.repeat(40) })}`,
      }),
    ],
    [
      'of an unknown role',
      async () => ({ authorization: `Bearer ${await tokenThatLives(60, { role: 'god' })}` }),
    ],
  ];

  test.each(badTokens)('%s: closed with 4403', async (_name, parameters) => {
    const socket = await open();
    socket.send({ type: 'connection_init', payload: await parameters() });
    expect(await socket.closed).toEqual({
      code: 4403,
      reason: 'Send a valid access token as connectionParams.authorization',
    });
    expect(socket.messages).toEqual([]);
  });

  test.each(['authorization', 'Authorization'])('is taken from the parameter %s', async (name) => {
    const socket = await open();
    socket.send({ type: 'connection_init', payload: { [name]: `Bearer ${server.tokens.customer}` } });
    await waitUntil(() => socket.messages.length > 0, 'an answer');
    expect(socket.messages).toEqual([{ type: 'connection_ack' }]);
  });

  test('is taken from the header of the handshake, but the parameter counts more', async () => {
    const authorization = `Bearer ${server.tokens.customer}`;
    const socket = await open({ authorization });
    socket.send({ type: 'connection_init' });
    await waitUntil(() => socket.messages.length > 0, 'an answer');
    expect(socket.messages).toEqual([{ type: 'connection_ack' }]);
    const refused = await open({ authorization });
    refused.send({ type: 'connection_init', payload: { authorization: 'Bearer nonsense' } });
    expect(await refused.closed).toMatchObject({ code: 4403 });
  });

  test('is needed before anything else', async () => {
    const socket = await open();
    socket.send({ type: 'subscribe', id: '1', payload: { query: '{ viewer { id } }' } });
    expect(await socket.closed).toMatchObject({ code: 4401 });
    expect(socket.messages).toEqual([]);
  });

  test('the socket closes when it expires, and what is sent afterwards changes nothing', async () => {
    const sku = (await stockedVariant(server, { LONDON: 10 })).sku;
    const socket = await openSubscribed(
      server.url,
      await tokenThatLives(2, { sub: server.userIds.order_manager, role: 'order_manager' }),
    );
    sockets.push(socket);
    await waitUntil(() => socket.messages.some((message) => message.type === 'connection_ack'), 'it is open');
    // It does not read the goodbye, so its socket stays open for the messages that it sends.
    socket.stopReading();
    // The same token's life, on a socket that was opened later.
    const other = await openSubscribed(server.url, await tokenThatLives(3));
    expect(await other.closed).toEqual({ code: 4403, reason: 'The access token has expired' });
    const change = `mutation { createProduct(input: { name: "Late", variants: [{ sku: "LATE-${sku}",
      name: "Late", price: { amountMinor: 1, currency: "GBP" } }] }) { userErrors { code } } }`;
    socket.send({ type: 'subscribe', id: 'late', payload: { query: change } });
    socket.readAgain();
    expect(await socket.closed).toMatchObject({ code: 4403 });
    const found = await server.as.order_manager(
      `query ($sku: String!) { availability(sku: $sku) { onHand } }`,
      { sku: `LATE-${sku}` },
    );
    expect(found.data?.availability ?? []).toEqual([]);
  });
});

describe('the page that opens a socket, or calls over HTTP', () => {
  const own = () => server.url;
  const allowed: [string, () => string | undefined][] = [
    ['a program, which sends none', () => undefined],
    ['our own page', own],
    ['Apollo Studio', () => 'https://studio.apollographql.com'],
    ['Apollo Sandbox, embedded', () => 'https://sandbox.embed.apollographql.com'],
    ['a page on this machine', () => 'http://localhost:5173'],
  ];
  const strangers = [
    'https://stranger.example',
    'https://studio.apollographql.com.stranger.example',
    'http://studio.apollographql.com',
    'https://localhost.stranger.example',
    'null',
  ];

  const preflight = (origin: string) =>
    fetch(`${server.url}/graphql`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });

  test.each(allowed)('%s: welcome', async (_name, origin) => {
    const from = origin();
    await open(from === undefined ? {} : { origin: from });
    if (from === undefined) return;
    const answer = await preflight(from);
    expect(answer.headers.get('access-control-allow-origin')).toBe(from);
    expect(answer.headers.get('access-control-allow-headers')).toContain('authorization');
  });

  test.each(strangers)('%s: refused', async (origin) => {
    await expect(openRawSocket(server.url, { origin })).rejects.toThrow('Unexpected server response: 401');
    const answer = await preflight(origin);
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });
});

test('another subprotocol is refused', async () => {
  await expect(openRawSocket(server.url, { protocol: 'graphql-ws' })).rejects.toThrow();
});

describe('operations over a socket', () => {
  test('queries and mutations work like over HTTP', async () => {
    const client = socketClient(server.url, server.tokens.order_manager);
    const { sku } = await stockedVariant(server, { LONDON: 5 });
    const order = await placeOrder(server, [{ sku, quantity: 1 }]);
    const asked = await askOverSocket(client, `query ($id: ID!) { order(id: $id) { number status } }`, {
      id: order.id,
    });
    expect(asked).toEqual({ data: { order: { number: order.number, status: 'PENDING' } } });
    const confirmed = await askOverSocket(
      client,
      `mutation { confirmOrder(input: { orderId: "${order.id}" }) { order { status } userErrors { code } } }`,
    );
    expect(confirmed.data.confirmOrder).toEqual({ order: { status: 'CONFIRMED' }, userErrors: [] });
    const again = await askOverSocket(
      client,
      `mutation { confirmOrder(input: { orderId: "${order.id}" }) { order { status } userErrors { code } } }`,
    );
    expect(again.data.confirmOrder.userErrors).toEqual([{ code: 'INVALID_TRANSITION' }]);
    await client.dispose();
  });

  test('a role without the permission is told so, over a socket that stays open', async () => {
    const client = socketClient(server.url, server.tokens.customer);
    const answer = await askOverSocket(
      client,
      `mutation { startPicking(input: { fulfillmentId: "${randomUUID()}" }) { userErrors { code } } }`,
    ).catch((errors: unknown) => ({ errors }));
    expect(answer.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect((await askOverSocket(client, '{ viewer { role } }')).data).toEqual({
      viewer: { role: 'CUSTOMER' },
    });
    await client.dispose();
  });

  test.each([
    ['a syntax error', '{ viewer {', undefined],
    ['an unknown field', '{ viewer { shoeSize } }', undefined],
    ['a missing variable', 'query ($id: ID!) { order(id: $id) { id } }', undefined],
    ['a malformed variable', 'query ($id: ID!) { order(id: $id) { id } }', { id: { no: 'id' } }],
    ['no such operation', 'query One { viewer { id } } query Two { viewer { id } }', undefined],
    ['no operation', 'fragment F on User { id }', undefined],
  ])('%s is answered as an error, and the socket stays open', async (_name, query, variables) => {
    const client = socketClient(server.url, server.tokens.order_manager);
    const errors = await askOverSocket(client, query, variables).catch((reason: unknown) => reason);
    expect(errors).toMatchObject([{ message: expect.any(String) }]);
    expect(JSON.stringify(errors)).not.toMatch(/stacktrace|node_modules|select /i);
    expect((await askOverSocket(client, '{ viewer { role } }')).data.viewer.role).toBe('ORDER_MANAGER');
    await client.dispose();
  });

  test('a fault inside carries neither SQL nor a stack', async () => {
    await server.database.transaction((transaction) =>
      transaction.execute('alter table customers rename to customers_elsewhere'),
    );
    try {
      const client = socketClient(server.url, server.tokens.order_manager);
      const answer = await askOverSocket(
        client,
        '{ orders(first: 1) { nodes { customer { name } } } }',
      ).catch((errors: unknown) => ({ errors }));
      const failing = await askOverSocket(
        client,
        `mutation { login(input: { email: "order_manager@test.example", password: "${testPassword}" }) {
          session { user { customer { name } } } } }`,
      ).catch((errors: unknown) => ({ errors }));
      expect(JSON.stringify([answer, failing])).not.toMatch(/customers_elsewhere|relation|select |stack/i);
      await client.dispose();
    } finally {
      await server.database.transaction((transaction) =>
        transaction.execute('alter table customers_elsewhere rename to customers'),
      );
    }
  });

  test('a subscription over HTTP is refused with words', async () => {
    const answer = await server.as.order_manager('subscription { fulfillmentStatusChanged { cursor } }');
    expect(answer.errors).toMatchObject([{ message: expect.stringMatching(/subscription/i) }]);
  });

  test('everybody with fulfillments.view may subscribe; a stray argument is refused', async () => {
    const follower = follow({ url: server.url, token: server.tokens.customer, filter: { colour: 'red' } });
    expect(await follower.ended).toMatchObject([{ message: expect.stringContaining('colour') }]);
  });
});

describe('what breaks the protocol', () => {
  test.each([
    ['not JSON', 'hello', 4400],
    ['no known type', JSON.stringify({ type: 'dance' }), 4400],
  ])('%s: closed, and the server goes on', async (_name, text, code) => {
    const socket = await open();
    socket.sendText(text);
    expect(await socket.closed).toMatchObject({ code });
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });

  test('a message that is too large', async () => {
    const socket = await open();
    socket.sendText('x'.repeat(1_100_000));
    expect((await socket.closed).code).toBeOneOf([1006, 1009]);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });

  test('two subscriptions by one name, and two greetings', async () => {
    const socket = await openSubscribed(server.url, server.tokens.warehouse_staff);
    socket.send({
      type: 'subscribe',
      id: 'changes',
      payload: { query: 'subscription { fulfillmentStatusChanged { cursor } }' },
    });
    expect(await socket.closed).toMatchObject({ code: 4409 });
    const greedy = await openSubscribed(server.url, server.tokens.warehouse_staff);
    greedy.send({ type: 'connection_init' });
    expect(await greedy.closed).toMatchObject({ code: 4429 });
  });
});
