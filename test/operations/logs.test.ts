import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startTestServer, testPassword, testSigningKeys, type TestServer } from '../setup/server.ts';
import { waitUntil } from '../setup/wait-until.ts';
import { openSubscribed } from '../subscriptions/raw-socket.ts';
import { endProcesses, startProcess, type ServerProcess } from './server-process.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** The server as an operator runs it, writing everything that it ever writes. */
let server: TestServer;
let running: ServerProcess;
beforeAll(async () => {
  server = await startTestServer();
  running = await startProcess({ DATABASE_URL: server.databaseUrl, LOG_LEVEL: 'trace' });
});
afterAll(async () => {
  await endProcesses();
  await server?.stop();
});

/** What must not be in any line. */
const person = { name: 'Zebedee Quux', email: 'zebedee.quux@private.example', phone: '+44 7700 900123' };
const secretsOf = () => [
  ...Object.values(person),
  'zebedee',
  testPassword,
  server.tokens.order_manager,
  server.tokens.order_manager.split('.')[2]!,
  testSigningKeys[0].secret,
  new URL(server.databaseUrl).password,
  'selectedFieldOfTheQuery',
];

async function send(options: { body?: string; query?: string; token?: string; type?: string }) {
  const query = options.query === undefined ? '' : `?query=${encodeURIComponent(options.query)}`;
  const answer = await fetch(`${running.url}/graphql${query}`, {
    method: options.body === undefined ? 'GET' : 'POST',
    headers: {
      'content-type': options.type ?? 'application/json',
      'apollo-require-preflight': 'true',
      ...(options.token !== undefined && { authorization: `Bearer ${options.token}` }),
    },
    ...(options.body !== undefined && { body: options.body }),
  });
  await answer.text();
  return { id: answer.headers.get('x-request-id')!, status: answer.status };
}

const lines = (): Record<string, any>[] =>
  running
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, any>);

async function finished(id: string): Promise<Record<string, any>[]> {
  const own = () => lines().filter((line) => line['reqId'] === id);
  await waitUntil(() => own().some((line) => line['msg'] === 'request completed'), `request ${id} is logged`);
  return own();
}

test('every request has its own id, in its lines and in its answer, with method, path, status and time', async () => {
  const { id } = await send({ query: '{ viewer { id } }', token: server.tokens.order_manager });
  const own = await finished(id);
  expect(id).toMatch(/^[0-9a-f-]{36}$/);
  expect(own).toMatchObject([
    { req: { method: 'GET', path: '/graphql' }, msg: 'incoming request' },
    { res: { statusCode: 200 }, responseTime: expect.any(Number), msg: 'request completed' },
  ]);
});

test('no line has a person, a password, a token, a secret or the text of a query, whatever goes wrong', async () => {
  const token = server.tokens.order_manager;
  const variables = { email: person.email, password: testPassword };
  const login = `mutation ($email: String!, $password: String!) { login(input: { email: $email, password: $password }) {
    session { accessToken } userErrors { message } } }`;
  const search = `{ selectedFieldOfTheQuery: orders(first: 1, filter: { text: "${person.email}" }) { nodes { id } } }`;
  const renaming = 'alter table orders rename to orders_elsewhere';
  const requests: Parameters<typeof send>[0][] = [
    { body: JSON.stringify({ query: login, variables }) },
    {
      body: JSON.stringify({
        query: login,
        variables: { ...variables, email: 'order_manager@test.example' },
      }),
    },
    { body: JSON.stringify({ query: search }), token },
    { query: search, token },
    { query: `{ selectedFieldOfTheQuery(email: "${person.email}") }`, token },
    { query: `{ syntax error "${person.email}"`, token },
    { body: `{ "query": "${person.email}", broken`, token },
    { body: `email=${person.email}`, token, type: 'application/x-www-form-urlencoded' },
    { body: JSON.stringify({ query: `{ order(id: "${person.email}") { id } }` }), token },
    {
      body: JSON.stringify({
        query: `query ($id: ID!) { order(id: $id) { id } }`,
        variables: { id: person },
      }),
      token,
    },
    { body: JSON.stringify({ query: search }), token: `${token}x` },
    { body: JSON.stringify({ query: search, padding: person.email.padEnd(1_100_000, 'x') }), token },
  ];
  for (const request of requests) await finished((await send(request)).id);
  // A fault inside, with the values of the statement at hand.
  await server.database.transaction((transaction) => transaction.execute(renaming));
  const failing = `{ selectedFieldOfTheQuery: orders(first: 5, filter: { text: "${person.email}" }) { nodes { id } } }`;
  const failed = await send({ body: JSON.stringify({ query: failing }), token });
  await server.database.transaction((transaction) =>
    transaction.execute('alter table orders_elsewhere rename to orders'),
  );
  await finished(failed.id);
  const socket = await openSubscribed(
    running.url,
    token,
    `subscription { selectedFieldOfTheQuery(email: "${person.email}") }`,
  );
  await waitUntil(() => socket.messages.some((message) => message.type === 'error'), 'it is refused');
  socket.sendText(`${person.email} is not JSON`);
  await socket.closed;

  expect(await running.end('SIGTERM')).toBe(0);
  const output = running.output().toLowerCase();
  expect(lines().length).toBeGreaterThan(2 * requests.length);
  expect(lines().filter((line) => line['msg'] === 'a resolver failed')).not.toEqual([]);
  for (const secret of secretsOf()) expect(output).not.toContain(secret.toLowerCase());
  expect(output).not.toMatch(/internal error occurred|mutation \(|select .* from/);
});
