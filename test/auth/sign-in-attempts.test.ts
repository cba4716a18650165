import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { attemptsPerAccount, attemptsPerAddress } from '../../src/auth/sign-in-attempts.repository.ts';
import { pruneSignInAttempts } from '../../src/jobs/maintenance.repository.ts';
import type { RunningServer } from '../../src/server.ts';
import { mutate } from '../setup/fixtures.ts';
import { asker, startTestServer, testPassword, type TestServer } from '../setup/server.ts';
import { expectUnchanged } from '../setup/snapshot.ts';

let server: TestServer;
let other: RunningServer;
beforeAll(async () => {
  server = await startTestServer();
  other = await server.startAnother();
});
beforeEach(() => change('delete from sign_in.attempts'));
afterAll(async () => {
  await other?.stop();
  await server?.stop();
});

const manager = 'order_manager@test.example';
const change = (statement: string) =>
  server.database.transaction((transaction) => transaction.execute(sql.raw(statement)));
const rows = () =>
  server.database.read.execute<{ key: string; count: number }>(
    sql`select key, count from sign_in.attempts order by count`,
  );

async function login(email: string, password: string, url = server.url): Promise<string> {
  const input = { email, password };
  const { session, userErrors } = await mutate(asker(url, null), 'login', input, 'session { expiresAt }');
  return session ? 'signed in' : userErrors[0].code;
}

/** As if so many passwords had been wrong before. */
const wrongBefore = async (email: string, count: number): Promise<void> => {
  await login(email, 'wrong');
  await change(`update sign_in.attempts set count = ${count} where count = 1`);
};

test('an account whose password was wrong too often is asked for none, on any server, not even the right one', async () => {
  await Promise.all(
    Array.from({ length: attemptsPerAccount }, (_, index) =>
      login(manager.toUpperCase(), 'wrong', index % 2 ? server.url : other.url),
    ),
  ).then((answers) => expect(new Set(answers)).toEqual(new Set(['INVALID_CREDENTIALS'])));
  for (const url of [server.url, other.url]) {
    expect(await expectUnchanged(server, () => login(manager, testPassword, url))).toBe('TOO_MANY_ATTEMPTS');
  }
  expect(await login('customer@test.example', testPassword)).toBe('signed in');
});

test('many at once are counted all the same', async () => {
  const answers = await Promise.all(
    Array.from({ length: attemptsPerAccount + 10 }, () => login(manager, 'wrong')),
  );
  expect(answers.filter((answer) => answer === 'INVALID_CREDENTIALS')).toHaveLength(attemptsPerAccount);
  expect(answers.filter((answer) => answer === 'TOO_MANY_ATTEMPTS')).toHaveLength(10);
});

test('the answer says how long to wait', async () => {
  await wrongBefore(manager, attemptsPerAccount);
  const { userErrors } = await mutate(
    server.anonymous,
    'login',
    { email: manager, password: 'x' },
    'session { expiresAt }',
  );
  expect(userErrors).toMatchObject([
    {
      __typename: 'ValidationError',
      code: 'TOO_MANY_ATTEMPTS',
      path: ['password'],
      message: 'The password was wrong too often: try again in 15 minutes.',
    },
  ]);
});

test('an account that does not exist is treated no differently', async () => {
  await wrongBefore('nobody@test.example', attemptsPerAccount);
  expect(await login('nobody@test.example', 'wrong')).toBe('TOO_MANY_ATTEMPTS');
});

test('the right password makes good for the wrong ones of the account, and counts nothing for the address', async () => {
  await login(manager, 'wrong');
  await login(manager, 'wrong');
  expect(await rows()).toMatchObject([{ count: 2 }, { count: 2 }]);
  expect(await login(manager, testPassword)).toBe('signed in');
  expect(await rows()).toMatchObject([{ count: 2 }]);
});

test('an address from which too many passwords were wrong is asked for none, whatever the account', async () => {
  await wrongBefore('first@test.example', attemptsPerAddress);
  expect(await login(manager, testPassword)).toBe('TOO_MANY_ATTEMPTS');
});

test('after its time it counts from nothing', async () => {
  await wrongBefore(manager, attemptsPerAccount + 5);
  await change(`update sign_in.attempts set ends_at = now()`);
  expect(await login(manager, 'wrong')).toBe('INVALID_CREDENTIALS');
  expect(await rows()).toMatchObject([{ count: 1 }, { count: 1 }]);
});

test('neither e-mail nor address is kept, and what is over is deleted', async () => {
  await login(manager, 'wrong');
  await login('nobody@test.example', 'wrong');
  for (const { key } of await rows()) expect(key).toMatch(/^[0-9a-f]{64}$/);
  await change(`update sign_in.attempts set ends_at = now() - interval '1 second' where count = 1`);
  expect(await pruneSignInAttempts(server.database)).toBe(2);
  expect(await rows()).toHaveLength(1);
});
