import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { Standings } from '../../src/auth/standings.ts';
import type { RunningServer } from '../../src/server.ts';
import { mutate } from '../setup/fixtures.ts';
import { asker, startTestServer, testPassword, type TestServer } from '../setup/server.ts';
import { waitUntil } from '../setup/wait-until.ts';
import { openRawSocket, openSubscribed, type RawSocket } from '../subscriptions/raw-socket.ts';

let server: TestServer;
let other: RunningServer;
const sockets: RawSocket[] = [];
beforeAll(async () => {
  server = await startTestServer();
  other = await server.startAnother();
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.end();
});
afterAll(async () => {
  await other?.stop();
  await server?.stop();
});

interface Person {
  readonly id: string;
  readonly email: string;
}

let added = 0;
async function addPerson(): Promise<Person> {
  const email = `person-${(added += 1)}@test.example`;
  const input = { email, displayName: 'Person', role: 'WAREHOUSE_STAFF', password: testPassword };
  const { user } = await mutate(server.as.order_manager, 'createUser', input, 'user { id }');
  return { id: user.id, email };
}

interface SignedIn {
  readonly accessToken: string;
  readonly refreshToken: string;
}

async function signIn({ email }: Person): Promise<SignedIn> {
  const login = await mutate(
    server.anonymous,
    'login',
    { email, password: testPassword },
    'session { accessToken refreshToken }',
  );
  expect(login.userErrors).toEqual([]);
  return login.session;
}

const refresh = (refreshToken: string) =>
  mutate(
    server.anonymous,
    'refreshToken',
    { refreshToken },
    'session { accessToken refreshToken }',
    'RefreshTokenInput',
  );

const isAccepted = async (url: string, { accessToken }: SignedIn): Promise<boolean> => {
  const answer = await asker(url, accessToken)('{ viewer { id } }');
  if (answer.data?.viewer) return true;
  expect(answer.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  return false;
};

async function openSockets(session: SignedIn): Promise<RawSocket[]> {
  const opened = await Promise.all(
    [server.url, other.url].map((url) => openSubscribed(url, session.accessToken)),
  );
  sockets.push(...opened);
  return opened;
}

const changeUser = (name: string, input: object) =>
  mutate(
    server.as.order_manager,
    name,
    input,
    'user { id }',
    name === 'updateUser' ? 'UpdateUserInput' : 'UserInput',
  );

const logout = ({ accessToken, refreshToken }: SignedIn) =>
  mutate(asker(server.url, accessToken), 'logout', { refreshToken }, 'signedOut', 'RefreshTokenInput');

describe.each<[string, (person: Person, session: SignedIn) => Promise<unknown>]>([
  ['logging out', (_person, session) => logout(session)],
  ['deactivating', ({ id }) => changeUser('deactivateUser', { userId: id })],
  ['another password', ({ id }) => changeUser('updateUser', { userId: id, password: 'a new one, as long' })],
  ['another role', ({ id }) => changeUser('updateUser', { userId: id, role: 'CUSTOMER_SERVICE' })],
  [
    'a refresh token that comes again later',
    async (_person, { refreshToken }) => {
      await refresh(refreshToken);
      await server.database.transaction((transaction) =>
        transaction.execute(sql`update refresh_tokens set used_at = used_at - interval '11 seconds'`),
      );
      await refresh(refreshToken);
    },
  ],
])('%s', (_name, act) => {
  test('ends the access token at once on this server, soon on the others, and closes the sockets on both', async () => {
    const person = await addPerson();
    const session = await signIn(person);
    const open = await openSockets(session);
    expect(await isAccepted(server.url, session)).toBe(true);
    expect(await isAccepted(other.url, session)).toBe(true);
    await act(person, session);
    expect(await isAccepted(server.url, session)).toBe(false);
    await waitUntil(async () => !(await isAccepted(other.url, session)), 'the other server has heard of it');
    for (const socket of open) {
      expect(await socket.closed).toEqual({ code: 4403, reason: 'Your account has changed: sign in again' });
    }
    // A server that starts afterwards knows it too.
    const third = await server.startAnother();
    expect(await isAccepted(third.url, session)).toBe(false);
    await third.stop();
  });
});

test('logging out ends one session, and with it the tokens that it was refreshed to', async () => {
  const person = await addPerson();
  const session = await signIn(person);
  const elsewhere = await signIn(person);
  const refreshed = (await refresh(session.refreshToken)).session as SignedIn;
  await logout(refreshed);
  expect(await isAccepted(server.url, session)).toBe(false);
  expect(await isAccepted(server.url, refreshed)).toBe(false);
  expect(await isAccepted(server.url, elsewhere)).toBe(true);
});

test('who is active again signs in again: the sessions of before stay ended', async () => {
  const person = await addPerson();
  const session = await signIn(person);
  await changeUser('deactivateUser', { userId: person.id });
  await changeUser('reactivateUser', { userId: person.id });
  expect(await isAccepted(server.url, session)).toBe(false);
  expect(await isAccepted(server.url, await signIn(person))).toBe(true);
});

test('a user whom the operator changes by hand is heard of as well', async () => {
  const person = await addPerson();
  const session = await signIn(person);
  await server.database.transaction((transaction) =>
    transaction.execute(sql`update users set active = false where id = ${person.id}::uuid`),
  );
  await waitUntil(async () => !(await isAccepted(server.url, session)), 'this server has heard of it');
  await waitUntil(async () => !(await isAccepted(other.url, session)), 'the other one too');
});

test('a server that has not heard of anything for long asks to come again, and calls no token wrong', async () => {
  const session = await signIn(await addPerson());
  const isCurrent = vi.spyOn(Standings.prototype, 'isCurrent', 'get').mockReturnValue(false);
  try {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${session.accessToken}` },
      body: '{"query": "{ viewer { id } }"}',
    });
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('5');
    expect(await response.json()).toMatchObject({
      errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE' } }],
    });
    const socket = await openRawSocket(server.url);
    sockets.push(socket);
    socket.send({
      type: 'connection_init',
      payload: { authorization: `Bearer ${session.accessToken}` },
    });
    expect(await socket.closed).toMatchObject({ code: 1013 });
    expect((await server.anonymous('{ __typename }')).data).toEqual({ __typename: 'Query' });
  } finally {
    isCurrent.mockRestore();
  }
  expect(await isAccepted(server.url, session)).toBe(true);
});

test('a new name ends nothing', async () => {
  const person = await addPerson();
  const session = await signIn(person);
  await changeUser('updateUser', { userId: person.id, displayName: 'Another' });
  expect(await isAccepted(server.url, session)).toBe(true);
});
