import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashPassword } from '../../src/auth/password.ts';
import { describeAdministrationRules } from '../setup/administration-rules.ts';
import { confirmedOrder, mutate, placeOrder, stockedVariant, work } from '../setup/fixtures.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { asker, startTestServer, testPassword, type TestServer } from '../setup/server.ts';
import { waitUntil } from '../setup/wait-until.ts';
import { expectUnchanged } from '../setup/snapshot.ts';

let server: TestServer;
let sku: string;
beforeAll(async () => {
  server = await startTestServer();
  ({ sku } = await stockedVariant(server, { LONDON: 1_000 }));
});
afterAll(async () => {
  await expectInvariants(server.databaseUrl);
  await server.stop();
});

/** Every word that tells who the person is begins with this, so that a search finds whatever is left of it. */
const mark = 'Quirinus';
let persons = 0;

interface Person {
  readonly id: string;
  readonly email: string;
  readonly mark: string;
  readonly orderIds: readonly string[];
}

async function execute(statement: ReturnType<typeof sql>): Promise<any[]> {
  return server.database.transaction(async (transaction) => [...(await transaction.execute<any>(statement))]);
}

async function addCustomer(word: string): Promise<string> {
  const { customer } = await mutate(
    server.as.order_manager,
    'createCustomer',
    {
      name: `${word} Name`,
      company: `${word} Company`,
      email: `${word}@person.example`,
      phone: `${word} Phone`,
      kind: 'ONLINE',
    },
    'customer { id }',
  );
  return customer.id;
}

/** A person with an account, a delivered order, a cancelled one, and something personal wherever there is room. */
async function person(): Promise<Person> {
  persons += 1;
  const word = `${mark}${persons}x`;
  const id = await addCustomer(word);
  const email = `${word}.account@person.example`;
  await execute(sql`
    insert into users (email, display_name, role, customer_id, password_hash)
    values (${email}, ${`${word} Account`}, 'customer', ${id}::uuid, ${await hashPassword(testPassword)})`);
  await execute(sql`update customers set external_reference = ${`${word} Elsewhere`} where id = ${id}::uuid`);
  const address = {
    name: `${word} Receiver`,
    company: `${word} Firm`,
    line1: `1 ${word} Street`,
    line2: `${word} Floor`,
    city: `${word}ville`,
    region: 'Kent',
    postalCode: word,
    country: 'GB',
  };
  const extra = { customerId: id, shippingAddress: address, billingAddress: address };
  const delivered = await confirmedOrder(server, [{ sku, quantity: 2 }], extra);
  await work(server, delivered.fulfillments[0]!.id, 'deliverFulfillment');
  const cancelled = await placeOrder(server, [{ sku, quantity: 1 }], extra);
  const ask = await signedIn(email);
  const note = { orderId: delivered.id, note: `It is for ${word} Child`, idempotencyKey: `${word} Key` };
  await mutate(ask, 'addNote', note, 'note { id }');
  const internal = { orderId: delivered.id, note: `${word} Neighbour called`, isInternal: true };
  await mutate(server.as.customer_service, 'addNote', internal, 'note { id }');
  await mutate(ask, 'cancelOrder', { orderId: cancelled.id, reason: `${word} Reason` }, 'order { id }');
  await execute(sql`
    insert into returns (order_id, status, reason, order_status_before)
    values (${delivered.id}::uuid, 'rejected', ${`${word} Return`}, 'delivered')`);
  return { id, email, mark: word, orderIds: [delivered.id, cancelled.id] };
}

async function signedIn(email: string) {
  const { data } = await server.anonymous(
    `mutation ($email: String!, $password: String!) {
      login(input: {email: $email, password: $password}) { session { accessToken refreshToken } userErrors { code } } }`,
    { email, password: testPassword },
  );
  return asker(server.url, data.login.session?.accessToken ?? null);
}

/** Every place of the database that has the word: column by column, whatever tables there are. */
async function placesOf(word: string): Promise<string[]> {
  const columns = await execute(sql`
    select columns.table_schema as schema, columns.table_name as table, column_name as column
    from information_schema.columns join information_schema.tables using (table_schema, table_name)
    where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')
      and (data_type in ('text', 'character varying', 'character', 'jsonb', 'json', 'ARRAY', 'bytea', 'name')
        or data_type = 'USER-DEFINED')
    order by 1, 2, 3`);
  expect(columns.length).toBeGreaterThan(50);
  const found: string[] = [];
  for (const { schema, table, column } of columns) {
    const [row] = await execute(sql`
      select count(*)::integer as count from ${sql.identifier(schema)}.${sql.identifier(table)}
      where ${sql.identifier(column)}::text ilike ${`%${word}%`}`);
    if (row.count > 0) found.push(`${table}.${column}`);
  }
  return found;
}

const erase = (customerId: string): Promise<any> =>
  mutate(
    server.as.order_manager,
    'eraseCustomer',
    { customerId },
    'customer { id name company email phone erasedAt version orders { totalCount } }',
    'CustomerInput',
  );
const exportOf = async (customerId: string): Promise<any> => {
  const payload = await mutate(
    server.as.order_manager,
    'exportCustomerData',
    { customerId },
    'data',
    'CustomerInput',
  );
  expect(payload.userErrors).toEqual([]);
  return payload.data;
};

describeAdministrationRules(() => server, {
  name: 'eraseCustomer',
  inputType: 'CustomerInput',
  permission: 'customers.erase',
  selection: 'customer { name erasedAt version }',
  arrange: async () => ({ customerId: (await person()).id }),
  other: async () => ({ customerId: await addCustomer('Other') }),
  unknown: ['customerId'],
  wrong: [['what is no id', { customerId: '42' }, ['customerId']]],
});

describeAdministrationRules(() => server, {
  name: 'exportCustomerData',
  inputType: 'CustomerInput',
  permission: 'customers.export',
  selection: 'data',
  // Nobody has an account, since the export tells what accounts have done by then.
  arrange: async () => ({ customerId: await addCustomer('Exported') }),
  other: async () => ({ customerId: await addCustomer('Other') }),
  unknown: ['customerId'],
  wrong: [['what is no id', { customerId: '42' }, ['customerId']]],
});

test('the export has everything that names the person, from wherever it is, and neither secrets nor what staff wrote for staff', async () => {
  const { id, mark: word } = await person();
  const data = await expectUnchanged(server, () => exportOf(id));
  const text = JSON.stringify(data);
  // The places that a person is known to be in; a new one has to be exported and erased too.
  expect((await placesOf(word)).filter((place) => !place.startsWith('order_history_'))).toEqual([
    'customers.company',
    'customers.email',
    'customers.external_reference',
    'customers.name',
    'customers.phone',
    'idempotency_keys.key',
    'order_notes.note',
    'orders.billing_address',
    'orders.cancel_reason',
    'orders.shipping_address',
    'returns.reason',
    'users.display_name',
    'users.email',
  ]);
  const words = `Name Company @person.example Phone Elsewhere .account Account Receiver Firm Street Floor ville Child Reason Return Key`;
  for (const part of words.split(' ')) {
    expect(text, part).toMatch(new RegExp(`${word} ?${part.replace('.', '\\.')}`));
  }
  expect(text).not.toContain('Neighbour');
  expect(text).not.toContain('argon2');
  expect(text).not.toMatch(/password_hash|token_hash|input_hash/);
  expect(Object.fromEntries(Object.entries(data).map(([key, value]: any) => [key, value.length]))).toEqual({
    customer: undefined,
    users: 1,
    sessions: 1,
    contractPrices: 0,
    orders: 2,
    quotes: 0,
    quoteItems: 0,
    orderItems: 2,
    fulfillments: 1,
    payments: 0,
    returns: 1,
    returnItems: 0,
    notes: 1,
    history: expect.any(Number),
    idempotencyKeys: 1,
  });
  expect(data.history.map((entry: any) => [entry.action, entry.ip_address, entry.user_agent])).toEqual(
    expect.arrayContaining([
      ['note_added', '127.0.0.1', 'node'],
      ['cancelled', '127.0.0.1', 'node'],
    ]),
  );
  expect(JSON.stringify(await exportOf(server.customerId))).not.toContain(word);
});

test('every table is thought of: exported where it is about a customer, or known not to be', async () => {
  const exported =
    `customers users refresh_tokens customer_prices quotes quote_items orders order_items order_fulfillments payments returns return_items
    order_notes order_history idempotency_keys`.split(/\s+/);
  const others = `fulfillment_items inventory_reservations log_identity order_history_heads
    payment_provider_events shipping_rates tax_rates product_variants products stock_levels
    stock_locations stock_movements webhook_cursors webhook_deliveries webhook_endpoints`.split(/\s+/);
  const tables = await execute(sql`
    select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition`);
  expect(tables.map(({ name }) => name).toSorted()).toEqual([...exported, ...others].toSorted());
});

describe('erasing', () => {
  test('leaves the person nowhere, in no column of any table', async () => {
    const erased = await person();
    const stays = await person();
    const before = await placesOf(stays.mark);
    expect(await placesOf(erased.mark)).not.toEqual([]);
    expect((await erase(erased.id)).userErrors).toEqual([]);
    expect(await placesOf(erased.mark)).toEqual([]);
    expect(await placesOf(stays.mark)).toEqual(before);
    expect(JSON.stringify(await exportOf(erased.id))).not.toContain(erased.mark);
  });

  test('keeps orders, money and audit, and each order says what was done', async () => {
    const { id, orderIds } = await person();
    const kept = async () => {
      const orders = await execute(sql`
        select id, number, status, total_minor, paid_minor, currency, created_at, delivered_at, customer_id
        from orders where customer_id = ${id}::uuid order by id`);
      const items = await execute(
        sql`select * from order_items where order_id in (select id from orders where customer_id = ${id}::uuid)`,
      );
      return { orders, items };
    };
    const history = () =>
      execute(sql`select * from order_history where order_id = any (${`{${orderIds.join(',')}}`}::uuid[])
        order by position`);
    const before = await kept();
    const entries = await history();
    const answer = await erase(id);
    expect(answer.customer).toEqual({
      id,
      name: 'Erased customer',
      company: null,
      email: null,
      phone: null,
      erasedAt: expect.any(String),
      version: 2,
      orders: { totalCount: 2 },
    });
    expect(await kept()).toEqual(before);
    const after = await history();
    // Only from where the person did something is gone; the chains still verify, as expectInvariants finds.
    const staff: unknown[] = Object.values(server.userIds);
    const withoutOrigin = { ip_address: null, user_agent: null, origin_salt: null };
    expect(after.slice(0, entries.length)).toEqual(
      entries.map((entry) =>
        staff.includes(entry['performed_by_id']) ? entry : { ...entry, ...withoutOrigin },
      ),
    );
    expect(after.slice(entries.length)).toMatchObject(
      [0, 1].map(() => ({
        action: 'edited',
        old_status: null,
        new_status: null,
        description: 'The customer’s personal data was erased.',
        performed_by_id: server.userIds.order_manager,
      })),
    );
    const { data } = await server.as.order_manager(
      `query ($id: ID!) { order(id: $id) { shippingAddress { fullAddress name region country } notes { nodes { note } } } }`,
      { id: orderIds[0] },
    );
    expect(data.order.shippingAddress).toEqual({
      fullAddress: 'Erased, Erased, Kent, GB',
      name: null,
      region: 'Kent',
      country: 'GB',
    });
    expect(data.order.notes.nodes).toEqual([{ note: 'Erased' }, { note: 'Erased' }]);
  });

  test('ends the accounts: nobody signs in, no session goes on', async () => {
    const { id, email } = await person();
    const login = `mutation ($email: String!, $password: String!) {
      login(input: {email: $email, password: $password}) { session { refreshToken accessToken } userErrors { code } } }`;
    const before = await server.anonymous(login, { email, password: testPassword });
    const { refreshToken, accessToken } = before.data.login.session;
    const ask = asker(server.url, accessToken);
    expect((await ask('{ viewer { id } }')).data.viewer).not.toBeNull();
    await erase(id);
    await waitUntil(async () => (await ask('{ viewer { id } }')).data === null, 'the access token has ended');
    const after = await server.anonymous(login, { email, password: testPassword });
    expect(after.data.login).toEqual({ session: null, userErrors: [{ code: 'INVALID_CREDENTIALS' }] });
    const refreshed = await server.anonymous(
      `mutation { refreshToken(input: {refreshToken: "${refreshToken}"}) { session { accessToken } userErrors { code } } }`,
    );
    expect(refreshed.data.refreshToken).toEqual({
      session: null,
      userErrors: [{ code: 'INVALID_CREDENTIALS' }],
    });
  });

  test('twice changes nothing more, and two at once erase once', async () => {
    const { id, orderIds } = await person();
    const answers = await Promise.all([erase(id), erase(id)]);
    expect(answers.map(({ userErrors }) => userErrors)).toEqual([[], []]);
    const [row] = await execute(sql`
      select count(*)::integer as count from order_history
      where order_id = any (${`{${orderIds.join(',')}}`}::uuid[]) and description like '%erased%'`);
    expect(row.count).toBe(2);
    const again = await expectUnchanged(server, () => erase(id));
    expect(again.userErrors).toEqual([]);
    const update = await expectUnchanged(server, () =>
      mutate(server.as.order_manager, 'updateCustomer', { customerId: id, name: 'Back' }, 'customer { id }'),
    );
    expect(update.userErrors).toMatchObject([{ code: 'VALIDATION', path: ['customerId'] }]);
  });

  test('is refused while orders are under way, with their numbers, and possible afterwards', async () => {
    const id = await addCustomer('Busy');
    const order = await placeOrder(server, [{ sku, quantity: 1 }], { customerId: id });
    const refused = await expectUnchanged(server, () => erase(id));
    expect(refused).toMatchObject({
      customer: null,
      userErrors: [{ code: 'VALIDATION', path: ['customerId'] }],
    });
    expect(refused.userErrors[0].message).toContain(order.number);
    await mutate(server.as.order_manager, 'cancelOrder', { orderId: order.id }, 'order { id }');
    expect((await erase(id)).userErrors).toEqual([]);
  });

  test('and an order placed at the same time: either the order is there and it is refused, or the reverse', async () => {
    for (let round = 0; round < 8; round += 1) {
      const id = await addCustomer('Hasty');
      const input = {
        channel: 'ECOMMERCE',
        currency: 'GBP',
        customerId: id,
        lines: [{ sku, quantity: 1 }],
      };
      const [placed, erased] = await Promise.all([
        mutate(server.as.order_manager, 'createOrder', input, 'order { id }'),
        erase(id),
      ]);
      expect([placed.userErrors.length, erased.userErrors.length].toSorted()).toEqual([0, 1]);
    }
  });

  test('a customer of many orders is erased whole, with an entry for each', async () => {
    const id = await addCustomer('Busiest');
    await execute(sql`
      insert into orders (number, channel, status, customer_id, currency, subtotal_minor, total_minor, units_ordered,
        shipping_address)
      select 'OLD-' || number, 'ecommerce', 'completed', ${id}::uuid, 'GBP', 0, 0, 0,
        jsonb_build_object('line1', 'Busiest Street', 'city', 'York', 'country', 'GB')
      from generate_series(1, 3000) as number`);
    expect((await erase(id)).userErrors).toEqual([]);
    const [row] = await execute(sql`
      select count(*)::integer as orders,
        count(*) filter (where shipping_address ->> 'line1' = 'Erased')::integer as erased,
        (select count(*)::integer from order_history
          where action = 'edited' and order_id in (select id from orders where customer_id = ${id}::uuid)) as entries
      from orders where customer_id = ${id}::uuid`);
    expect(row).toEqual({ orders: 3000, erased: 3000, entries: 3000 });
  });
});
