import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeAdministrationRules } from '../setup/administration-rules.ts';
import { mutate } from '../setup/fixtures.ts';
import { asker, startTestServer, type Ask, type TestServer } from '../setup/server.ts';
import { expectUnchanged } from '../setup/snapshot.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const selection = 'user { id email displayName role active version customer { id } }';
const password = 'a long enough password';
let added = 0;
const newUser = (extra: object = {}) => {
  added += 1;
  return {
    email: `user${added}@new.example`,
    displayName: 'New',
    role: 'CUSTOMER_SERVICE',
    password,
    ...extra,
  };
};
const as = (name: string, input: object, ask: Ask = server.as.order_manager, type?: string): Promise<any> =>
  mutate(ask, name, input, selection, type);
const add = async (extra: object = {}): Promise<any> => {
  const { user, userErrors } = await as('createUser', newUser(extra));
  expect(userErrors).toEqual([]);
  return user;
};
const login = async (email: string, given = password): Promise<any> => {
  const { data } = await server.anonymous(
    `mutation ($email: String!, $password: String!) { login(input: {email: $email, password: $password}) {
      session { accessToken refreshToken user { id } } userErrors { code } } }`,
    { email, password: given },
  );
  return data.login;
};
const refresh = async (refreshToken: string): Promise<any> => {
  const { data } = await server.anonymous(
    `mutation { refreshToken(input: {refreshToken: "${refreshToken}"}) { session { accessToken } userErrors { code } } }`,
  );
  return data.refreshToken;
};
const deactivate = (userId: string, ask?: Ask) => as('deactivateUser', { userId }, ask, 'UserInput');

const wrongFields = [
  ['what is no address', { email: 'new' }, ['email']],
  ['a blank name', { displayName: ' ' }, ['displayName']],
  ['a short password', { password: 'x'.repeat(11) }, ['password']],
  ['a long password', { password: 'x'.repeat(201) }, ['password']],
  ['a taken address, in another case', { email: 'ORDER_Manager@test.example' }, ['email']],
  ['the role of a customer without one', { role: 'CUSTOMER' }, ['customerId']],
  ['what is no id of a customer', { customerId: '42' }, ['customerId']],
] as const;

describeAdministrationRules(() => server, {
  name: 'createUser',
  inputType: 'CreateUserInput',
  permission: 'users.manage',
  selection,
  arrange: async () => newUser(),
  other: () => ({ displayName: 'Other' }),
  wrong: wrongFields,
});

describeAdministrationRules(() => server, {
  name: 'updateUser',
  inputType: 'UpdateUserInput',
  permission: 'users.manage',
  selection,
  arrange: async () => ({ userId: (await add()).id, displayName: 'Renamed' }),
  other: () => ({ displayName: 'Other' }),
  unknown: ['userId'],
  wrong: [
    ...wrongFields,
    ['what is no id', { userId: '42' }, ['userId']],
    ['an emptied name', { displayName: null }, ['displayName']],
    ['an emptied address', { email: null }, ['email']],
    ['an emptied role', { role: null }, ['role']],
    ['an emptied password', { password: null }, ['password']],
  ],
  versioned: { kind: 'user', version: 1 },
});

for (const [name, version] of [
  ['deactivateUser', 1],
  ['reactivateUser', 2],
] as const) {
  describeAdministrationRules(() => server, {
    name,
    inputType: 'UserInput',
    permission: 'users.manage',
    selection,
    arrange: async () => {
      const { id } = await add();
      if (name === 'reactivateUser') await deactivate(id);
      return { userId: id };
    },
    other: async () => ({ userId: (await add()).id }),
    unknown: ['userId'],
    wrong: [['what is no id', { userId: '42' }, ['userId']]],
    versioned: { kind: 'user', version },
  });
}

test('somebody new signs in with the password, in either case of the address, and may what the role may', async () => {
  const user = await add({ role: 'WAREHOUSE_STAFF' });
  expect(user).toMatchObject({ role: 'WAREHOUSE_STAFF', active: true, version: 1, customer: null });
  const { session } = await login(user.email.toUpperCase());
  expect(session.user.id).toBe(user.id);
  const { errors } = await asker(server.url, session.accessToken)('{ users { totalCount } }');
  expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', permissions: ['users.manage'] } }]);
});

test('the role CUSTOMER needs a customer that there is, and no other role has one', async () => {
  const { customerId } = server;
  expect((await add({ role: 'CUSTOMER', customerId })).customer).toEqual({ id: customerId });
  for (const [extra, code] of [
    [{ role: 'CUSTOMER', customerId: randomUUID() }, 'NOT_FOUND'],
    [{ role: 'CUSTOMER_SERVICE', customerId }, 'VALIDATION'],
  ] as const) {
    const refused = await expectUnchanged(server, () => as('createUser', newUser(extra)));
    expect(refused).toMatchObject({ user: null, userErrors: [{ code, path: ['customerId'] }] });
  }
  const { id } = await add({ role: 'CUSTOMER', customerId });
  const kept = await expectUnchanged(server, () => as('updateUser', { userId: id, role: 'WAREHOUSE_STAFF' }));
  expect(kept.userErrors).toMatchObject([{ code: 'VALIDATION', path: ['customerId'] }]);
  const moved = await as('updateUser', { userId: id, role: 'WAREHOUSE_STAFF', customerId: null });
  expect(moved.user).toMatchObject({ role: 'WAREHOUSE_STAFF', customer: null });
});

test('of two who take one address at once, in different cases, exactly one gets it', async () => {
  const input = newUser();
  const answers = await Promise.all([
    as('createUser', input),
    as('createUser', { ...input, email: input.email.toUpperCase() }),
  ]);
  expect(answers.flatMap(({ userErrors }) => userErrors)).toMatchObject([
    { code: 'VALIDATION', path: ['email'] },
  ]);
});

test.each([
  ['deactivated', (userId: string) => deactivate(userId)],
  ['given another role', (userId: string) => as('updateUser', { userId, role: 'WAREHOUSE_STAFF' })],
  ['given another password', (userId: string) => as('updateUser', { userId, password: 'another password' })],
])('the sessions of a user who is %s end', async (_what, change) => {
  const user = await add();
  const { session } = await login(user.email);
  expect((await change(user.id)).userErrors).toEqual([]);
  expect(await refresh(session.refreshToken)).toEqual({
    session: null,
    userErrors: [{ code: 'INVALID_CREDENTIALS' }],
  });
});

test('another name leaves the sessions alone', async () => {
  const user = await add();
  const { session } = await login(user.email);
  await as('updateUser', { userId: user.id, displayName: 'Renamed' });
  expect((await refresh(session.refreshToken)).userErrors).toEqual([]);
});

test('who is deactivated does not sign in, until reactivated; saying it twice changes nothing', async () => {
  const user = await add();
  expect((await deactivate(user.id)).user).toMatchObject({ active: false, version: 2 });
  expect((await login(user.email)).userErrors).toEqual([{ code: 'INVALID_CREDENTIALS' }]);
  expect((await expectUnchanged(server, () => deactivate(user.id))).userErrors).toEqual([]);
  const back = await as('reactivateUser', { userId: user.id }, undefined, 'UserInput');
  expect(back.user).toMatchObject({ active: true, version: 3 });
  expect((await login(user.email)).userErrors).toEqual([]);
});

test('another password works, and the old one no more', async () => {
  const user = await add();
  await as('updateUser', { userId: user.id, password: 'another password' });
  expect((await login(user.email)).userErrors).toEqual([{ code: 'INVALID_CREDENTIALS' }]);
  expect((await login(user.email, 'another password')).userErrors).toEqual([]);
});

describe('a manager is always left:', () => {
  test('nobody deactivates or demotes themselves', async () => {
    const userId = server.userIds.order_manager;
    const gone = await expectUnchanged(server, () => deactivate(userId));
    expect(gone.userErrors).toMatchObject([{ code: 'VALIDATION', path: ['userId'] }]);
    const demoted = await expectUnchanged(server, () =>
      as('updateUser', { userId, role: 'CUSTOMER_SERVICE' }),
    );
    expect(demoted.userErrors).toMatchObject([{ code: 'VALIDATION', path: ['role'] }]);
    expect((await as('updateUser', { userId, displayName: 'Test order_manager' })).userErrors).toEqual([]);
  });

  test('of managers who end each other’s account at once, one stays, and the others have no right any more', async () => {
    for (let round = 0; round < 3; round += 1) {
      const managers = await Promise.all(
        [1, 2].map(async () => {
          const user = await add({ role: 'ORDER_MANAGER' });
          const { session } = await login(user.email);
          return { id: user.id as string, token: session.accessToken as string };
        }),
      );
      const [first, second] = managers as [(typeof managers)[0], (typeof managers)[0]];
      const end = (by: typeof first, whom: typeof first) =>
        asker(
          server.url,
          by.token,
        )(`mutation { deactivateUser(input: {userId: "${whom.id}"}) { userErrors { code } } }`);
      const answers = await Promise.all([end(first, second), end(second, first)]);
      const refused = answers.flatMap(({ errors }) => errors ?? []);
      // Who comes while the account ends has no right; who comes when it has ended has no account.
      expect(['FORBIDDEN', 'UNAUTHENTICATED']).toContain(refused[0]?.extensions?.code);
      expect(refused).toHaveLength(1);
      const { data } = await server.as.order_manager(
        `{ users(first: 100, filter: {role: [ORDER_MANAGER], active: true}) { nodes { id } } }`,
      );
      const active = data.users.nodes.map(({ id }: any) => id);
      expect(active.filter((id: string) => id === first.id || id === second.id)).toHaveLength(1);
    }
  });
});

test('a password is nowhere in the database but as a salted hash, nor in a digest that could be guessed at', async () => {
  const secret = `password-${randomUUID()}`;
  const input = { ...newUser(), password: secret, idempotencyKey: randomUUID() };
  expect((await as('createUser', input)).userErrors).toEqual([]);
  const other = { ...input, password: 'a password that is another' };
  // The digest cannot tell the two apart, so the repetition answers with the first result and changes nothing.
  const repeated = await expectUnchanged(server, () => as('createUser', other));
  expect(repeated).toMatchObject({ userErrors: [], user: { email: input.email } });
  expect((await login(input.email, secret)).userErrors).toEqual([]);
  const columns = await server.database.read.execute<{ table: string; column: string }>(sql`
    select columns.table_name as table, column_name as column
    from information_schema.columns join information_schema.tables using (table_schema, table_name)
    where table_schema = 'public' and table_type = 'BASE TABLE' and data_type in ('text', 'jsonb')`);
  for (const { table, column } of columns) {
    const [row] = await server.database.read.execute<{ count: number }>(sql`
      select count(*)::integer as count from ${sql.identifier(table)}
      where ${sql.identifier(column)}::text like ${`%${secret}%`}`);
    expect([table, column, row!.count]).toEqual([table, column, 0]);
  }
});

test('users are found by name, address, role, customer and whether they sign in, page by page', async () => {
  const names = ['Ann Finder', 'Bob Finder', 'Bob Finder', 'Cy Finder'];
  const ids: string[] = [];
  for (const displayName of names) ids.push((await add({ displayName })).id);
  await deactivate(ids[3]!);
  const list = async (arguments_: string): Promise<any> => {
    const { data, errors } = await server.as.order_manager(
      `{ users${arguments_} { totalCount nodes { id email } pageInfo { hasNextPage endCursor } } }`,
    );
    expect(errors).toBeUndefined();
    return data.users;
  };
  expect((await list('(filter: {text: "finder"})')).totalCount).toBe(4);
  expect((await list('(filter: {text: "finder", active: true})')).totalCount).toBe(3);
  expect((await list('(filter: {text: "finder", role: [ORDER_MANAGER]})')).totalCount).toBe(0);
  expect((await list('(filter: {text: "order_manager@TEST"})')).nodes).toMatchObject([
    { email: 'order_manager@test.example' },
  ]);
  const linked = await list(`(filter: {customerId: "${server.customerId}", text: "Test customer"})`);
  expect(linked.nodes).toMatchObject([{ id: server.userIds.customer }]);
  const seen: string[] = [];
  let after = '';
  for (let page = 0; page < 4; page += 1) {
    const rows = await list(`(first: 1, filter: {text: "finder"}${after})`);
    seen.push(...rows.nodes.map(({ id }: any) => id));
    after = `, after: "${rows.pageInfo.endCursor}"`;
  }
  expect(seen.toSorted()).toEqual(ids.toSorted());
  expect([seen[0], seen[3]]).toEqual([ids[0], ids[3]]);
});
