import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { mutate, placeOrder, stockedVariant } from '../setup/fixtures.ts';
import { asker, startTestServer, testPassword, testSigningKeys, type TestServer } from '../setup/server.ts';
import { waitUntil } from '../setup/wait-until.ts';
import { openRawSocket } from '../subscriptions/raw-socket.ts';
import { endProcesses, launch, startProcess, type ServerProcess } from './server-process.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** Every secret that an operator can set, each with a text that is nowhere else. */
const given = {
  JWT_KEYS: `${testSigningKeys[0].id}:${testSigningKeys[0].secret},old:old-signing-secret-xk3-that-is-long-enough`,
  METRICS_TOKEN: 'metrics-token-qz8-that-is-long-enough-to-be-taken',
  STRIPE_SECRET_KEY: 'sk_test_stripe_key_wv5',
  STRIPE_WEBHOOK_SECRET: 'whsec_stripe_webhook_hj2',
  // Nobody is there: what is said of the failures must not name them either.
  STRIPE_API_URL: 'http://127.0.0.1:9',
  REDIS_URL: 'redis://orders:redis-password-ty6@127.0.0.1:9/0',
  MAIL_URL: 'smtp://orders:mail-password-pl4@127.0.0.1:9',
  MAIL_FROM: 'orders@shop.example',
};
const secrets = new Set([
  testSigningKeys[0].secret,
  'old-signing-secret-xk3',
  'metrics-token-qz8',
  'stripe_key_wv5',
  'stripe_webhook_hj2',
  'redis-password-ty6',
  'mail-password-pl4',
  testPassword,
]);

let server: TestServer;
let running: ServerProcess;
beforeAll(async () => {
  server = await startTestServer();
  running = await startProcess({ ...given, DATABASE_URL: server.databaseUrl, LOG_LEVEL: 'trace' });
});
afterAll(async () => {
  await endProcesses();
  await server?.stop();
});

function expectNone(output: string): void {
  const text = output.toLowerCase();
  for (const secret of secrets) {
    expect(text).not.toContain(secret.toLowerCase());
    expect(output).not.toContain(Buffer.from(secret).toString('base64').replace(/=+$/, '').slice(0, -2));
  }
}

test('no secret, password or token is in anything that the server writes, whatever goes wrong', async () => {
  const { databaseUrl } = server;
  const password = new URL(databaseUrl).password;
  if (password) secrets.add(password);
  const anonymous = asker(running.url, null);
  const email = 'order_manager@test.example';
  const session = 'session { accessToken refreshToken }';

  const signedIn = (await mutate(anonymous, 'login', { email, password: testPassword }, session)).session;
  secrets.add(signedIn.accessToken.split('.')[2]).add(signedIn.refreshToken);
  await mutate(anonymous, 'login', { email, password: 'wrong-password-mn7' }, session);
  secrets.add('wrong-password-mn7');
  const refresh = { refreshToken: signedIn.refreshToken };
  const next = (await mutate(anonymous, 'refreshToken', refresh, session, 'RefreshTokenInput')).session;
  secrets.add(next.accessToken.split('.')[2]).add(next.refreshToken);
  const manager = asker(running.url, next.accessToken);

  // Changed and cut tokens, as a header, in the address, and on a socket.
  await asker(running.url, `${next.accessToken}x`)('{ viewer { id } }');
  await fetch(`${running.url}/graphql?token=${next.accessToken}`);
  const socket = await openRawSocket(running.url);
  socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${next.accessToken}` } });
  socket.sendText(`{"type": "subscribe", ${next.accessToken}`);
  await socket.closed;

  // A user with a password, twice, so that the second one is refused; and malformed.
  const newUser = { email: 'new@test.example', displayName: 'New', role: 'CUSTOMER_SERVICE' };
  secrets.add('password-of-a-new-user-gd9');
  for (let time = 0; time < 2; time += 1) {
    await mutate(
      manager,
      'createUser',
      { ...newUser, password: 'password-of-a-new-user-gd9' },
      'user { id }',
    );
  }
  await manager('mutation { createUser(input: { password: "password-of-a-new-user-gd9" }) { user { id } } }');
  await manager('mutation { createUser(input: { password: "password-of-a-new-user-gd9');

  // A webhook endpoint, whose secret is told once; its receiver does not answer.
  const endpoint = { url: 'https://receiver.invalid/hook', events: ['CREATED'] };
  const made = await manager(
    `mutation ($input: CreateWebhookEndpointInput!) { createWebhookEndpoint(input: $input) { secret userErrors { code } } }`,
    { input: endpoint },
  );
  if (made.data?.createWebhookEndpoint?.secret) secrets.add(made.data.createWebhookEndpoint.secret);

  // A payment at a provider that is away, an event that nobody has signed, and an e-mail that cannot be sent.
  const { sku } = await stockedVariant(server, { LONDON: 5 });
  const order = await placeOrder(server, [{ sku, quantity: 1 }]);
  await manager(
    `mutation ($input: CreatePaymentInput!) { createPayment(input: $input) { userErrors { code } } }`,
    { input: { orderId: order.id, provider: 'STRIPE', idempotencyKey: 'a-payment' } },
  );
  await mutate(manager, 'confirmOrder', { orderId: order.id }, 'order { id }');
  await fetch(`${running.url}/webhooks/stripe`, {
    method: 'POST',
    headers: { 'stripe-signature': 't=1,v1=forged', 'content-type': 'application/json' },
    body: '{}',
  });
  for (const authorization of [`Bearer ${given.METRICS_TOKEN}`, `Bearer ${given.METRICS_TOKEN}x`]) {
    const answer = await fetch(`${running.url}/metrics`, { headers: { authorization } });
    expectNone(await answer.text());
  }
  await waitUntil(() => running.output().includes('Redis is away'), 'Redis is missed');
  await waitUntil(() => /sendOrderMail/.test(running.output()), 'the e-mail was tried');

  // A fault inside, with the values of the statement at hand.
  const rename = (from: string, to: string) =>
    server.database.transaction((transaction) => transaction.execute(`alter table ${from} rename to ${to}`));
  await rename('refresh_tokens', 'tokens_elsewhere');
  const failed = await anonymous(`mutation ($input: LoginInput!) { login(input: $input) { ${session} } }`, {
    input: { email, password: testPassword },
  });
  await rename('tokens_elsewhere', 'refresh_tokens');
  expect(failed.errors).toMatchObject([{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
  expectNone(JSON.stringify(failed));

  expect(await running.end('SIGTERM')).toBe(0);
  expect(running.output().length).toBeGreaterThan(5_000);
  expectNone(running.output());
});

test('a start that fails says why without a secret', async () => {
  const url = new URL(server.databaseUrl);
  url.password = 'database-password-bn1';
  url.username = 'nobody';
  const environments: Record<string, string>[] = [
    // A database that does not let us in, one that is not there, and an environment that is not right.
    { DATABASE_URL: url.toString() },
    { DATABASE_URL: 'postgres://o:database-password-bn1@127.0.0.1:9/o' },
    {
      DATABASE_URL: 'mysql://o:database-password-bn1@db/o',
      JWT_KEYS: 'a:signing-bn1',
      METRICS_TOKEN: 'metrics-bn1',
      STRIPE_SECRET_KEY: 'stripe-bn1',
      REDIS_URL: 'http://o:redis-bn1@redis',
      MAIL_URL: 'http://o:mail-bn1@mail',
    },
  ];
  const started = environments.map((environment) => launch({ ...given, ...environment }));
  for (const { ended, output } of started) {
    expect(await ended).toBe(1);
    expect(output().length).toBeGreaterThan(20);
    expect(output()).not.toContain('bn1');
    expectNone(output());
  }
});
