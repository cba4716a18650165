import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { asker, startTestServer, testPassword, type Ask, type TestServer } from '../setup/server.ts';
import { expectUnchanged, rowsGained } from '../setup/snapshot.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const manager = 'order_manager@test.example';
const session = `session { accessToken expiresAt refreshToken user { id email displayName role } }
  userErrors { __typename code message path remedy }`;
async function login(email: string, password: string): Promise<any> {
  const query = `mutation ($input: LoginInput!) { login(input: $input) { ${session} } }`;
  return (await server.anonymous(query, { input: { email, password } })).data.login;
}
async function refresh(refreshToken: string): Promise<any> {
  const query = `mutation ($input: RefreshTokenInput!) { refreshToken(input: $input) { ${session} } }`;
  return (await server.anonymous(query, { input: { refreshToken } })).data.refreshToken;
}
const logout = (ask: Ask, refreshToken: string) =>
  ask(
    `mutation ($input: RefreshTokenInput!) { logout(input: $input) { signedOut userErrors { code path } } }`,
    {
      input: { refreshToken },
    },
  );
const refusal = (path: string) => ({
  session: null,
  userErrors: [{ __typename: 'ValidationError', code: 'INVALID_CREDENTIALS', path: [path] }],
});
const setActive = (email: string, active: boolean) =>
  server.database.transaction((transaction) =>
    transaction.execute(sql`update users set active = ${active} where email = ${email}`),
  );

test('the right password gives a session whose token works for 15 minutes', async () => {
  const before = Date.now();
  const answer = await login('ORDER_manager@Test.Example', testPassword);
  expect(answer.userErrors).toEqual([]);
  expect(answer.session.user).toEqual({
    id: server.userIds.order_manager,
    email: manager,
    displayName: 'Test order_manager',
    role: 'ORDER_MANAGER',
  });
  const lifetimeMs = Date.parse(answer.session.expiresAt) - before;
  expect(lifetimeMs).toBeGreaterThan(14 * 60_000);
  expect(lifetimeMs).toBeLessThanOrEqual(15 * 60_000 + 1_000);
  const viewer = await asker(server.url, answer.session.accessToken)('{ viewer { id role } }');
  expect(viewer.data.viewer).toEqual({ id: server.userIds.order_manager, role: 'ORDER_MANAGER' });
});

test('a wrong password, an unknown address and a user who is not active get the same answer', async () => {
  await setActive('customer_service@test.example', false);
  const answers = await expectUnchanged(server, () =>
    Promise.all([
      login(manager, 'wrong'),
      login('nobody@test.example', testPassword),
      login('customer_service@test.example', testPassword),
    ]),
  );
  await setActive('customer_service@test.example', true);
  expect(answers[0]).toMatchObject(refusal('password'));
  expect(answers[1]).toEqual(answers[0]);
  expect(answers[2]).toEqual(answers[0]);
});

test.each([
  ['what is no address', 'manager', testPassword, ['email']],
  ['half of a surrogate pair', 'manager\ud83d@test.example', testPassword, ['email']],
  ['no password', manager, '', ['password']],
  ['a password of 201 characters', manager, 'x'.repeat(201), ['password']],
])('%s: VALIDATION', async (_name, email, password, path) => {
  const answer = await expectUnchanged(server, () => login(email, password));
  expect(answer).toMatchObject({ session: null, userErrors: [{ code: 'VALIDATION', path }] });
});

test('the database keeps neither password nor refresh token', async () => {
  const { refreshToken } = (await login(manager, testPassword)).session;
  const rows = await server.database.read.execute(
    sql`select t::text as text from refresh_tokens t union all select u::text from users u`,
  );
  const everything = JSON.stringify(rows);
  expect(everything).not.toContain(refreshToken);
  expect(everything).not.toContain(testPassword);
});

test('a refresh token gives the next session and is spent by it', async () => {
  const first = (await login(manager, testPassword)).session;
  const second = await refresh(first.refreshToken);
  expect(second.userErrors).toEqual([]);
  expect(second.session.user.id).toBe(server.userIds.order_manager);
  expect(second.session.refreshToken).not.toBe(first.refreshToken);
  const third = await refresh(second.session.refreshToken);
  expect(third.userErrors).toEqual([]);
});

test('a refresh token that comes again later ends its family, and no other', async () => {
  const first = (await login(manager, testPassword)).session;
  const elsewhere = (await login(manager, testPassword)).session;
  const second = (await refresh(first.refreshToken)).session;
  await server.database.transaction((transaction) =>
    transaction.execute(sql`update refresh_tokens set used_at = used_at - interval '11 seconds'`),
  );
  expect(await refresh(first.refreshToken)).toMatchObject(refusal('refreshToken'));
  expect(await refresh(second.refreshToken)).toMatchObject(refusal('refreshToken'));
  expect((await refresh(elsewhere.refreshToken)).userErrors).toEqual([]);
});

test('a refresh token that comes again at once gives another session: the first answer may have been lost', async () => {
  const { refreshToken } = (await login(manager, testPassword)).session;
  const answers = await Promise.all([refresh(refreshToken), refresh(refreshToken)]);
  const next = answers.map((answer) => answer.session.refreshToken);
  expect(new Set([refreshToken, ...next]).size).toBe(3);
  // It is spent from its first use on, however often it comes.
  await server.database.transaction((transaction) =>
    transaction.execute(sql`update refresh_tokens set used_at = used_at - interval '11 seconds'`),
  );
  expect(await refresh(refreshToken)).toMatchObject(refusal('refreshToken'));
  for (const token of next) expect(await refresh(token)).toMatchObject(refusal('refreshToken'));
});

test.each(['', 'x'.repeat(201)])(
  'a refresh token of an impossible length: VALIDATION (%#)',
  async (token) => {
    const answer = await expectUnchanged(server, () => refresh(token));
    expect(answer).toMatchObject({
      session: null,
      userErrors: [{ code: 'VALIDATION', path: ['refreshToken'] }],
    });
  },
);

test('unknown, expired, or of a user who is not active any more: the same refusal, and nothing changes', async () => {
  expect(await expectUnchanged(server, () => refresh('unknown'))).toMatchObject(refusal('refreshToken'));
  const { refreshToken } = (await login('customer_service@test.example', testPassword)).session;
  await setActive('customer_service@test.example', false);
  expect(await expectUnchanged(server, () => refresh(refreshToken))).toMatchObject(refusal('refreshToken'));
  await setActive('customer_service@test.example', true);
  await server.database.transaction((transaction) =>
    transaction.execute(sql`update refresh_tokens set expires_at = now() where used_at is null`),
  );
  expect(await expectUnchanged(server, () => refresh(refreshToken))).toMatchObject(refusal('refreshToken'));
});

test('logging out ends the session, with all tokens that came of it, and no other', async () => {
  const first = (await login(manager, testPassword)).session;
  const other = (await login(manager, testPassword)).session;
  const second = (await refresh(first.refreshToken)).session;
  const answer = await logout(asker(server.url, second.accessToken), first.refreshToken);
  expect(answer.data.logout).toEqual({ signedOut: true, userErrors: [] });
  expect(await refresh(second.refreshToken)).toMatchObject(refusal('refreshToken'));
  expect((await refresh(other.refreshToken)).userErrors).toEqual([]);
});

test('nobody is logged out by somebody else, nor by nobody', async () => {
  const { refreshToken } = (await login(manager, testPassword)).session;
  await expectUnchanged(server, () => logout(server.as.customer, refreshToken));
  const answer = await expectUnchanged(server, () => logout(server.anonymous, refreshToken));
  expect(answer.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  const empty = await expectUnchanged(server, () => logout(server.as.order_manager, ''));
  expect(empty.data.logout).toEqual({
    signedOut: false,
    userErrors: [{ code: 'VALIDATION', path: ['refreshToken'] }],
  });
  expect((await refresh(refreshToken)).userErrors).toEqual([]);
});

test('signing in writes a token and nothing else', async () => {
  expect(await rowsGained(server, () => login(manager, testPassword))).toEqual({ refresh_tokens: 1 });
});

test.each([
  ['no token at all', 'Bearer '],
  ['a refresh token', 'Bearer Zm9vYmFy'],
  ['a token without a signature', 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.'],
  ['another scheme', 'Basic Zm9vOmJhcg=='],
])('%s is nobody', async (_name, authorization) => {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization },
    body: JSON.stringify({ query: '{ viewer { id } }' }),
  });
  const answer = (await response.json()) as any;
  expect(answer).toMatchObject({ data: null, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
});
