import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeAdministrationRules } from '../setup/administration-rules.ts';
import { confirmedOrder, mutate, placeOrder, stockedVariant } from '../setup/fixtures.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const selection = 'customer { id name company email phone kind version erasedAt }';
const add = async (input: object): Promise<any> => {
  const all = { name: 'Grace', kind: 'ONLINE', ...input };
  const { customer } = await mutate(server.as.order_manager, 'createCustomer', all, selection);
  return customer;
};
const list = async (arguments_: string, ask = server.as.order_manager): Promise<any> => {
  const { data, errors } = await ask(
    `{ customers${arguments_} { totalCount nodes { id name } pageInfo { hasNextPage endCursor } } }`,
  );
  expect(errors).toBeUndefined();
  return data.customers;
};
const tooLong = 'x'.repeat(201);

describeAdministrationRules(() => server, {
  name: 'createCustomer',
  inputType: 'CreateCustomerInput',
  permission: 'customers.edit',
  selection,
  arrange: async () => ({ name: 'Grace', kind: 'ONLINE', email: 'grace@example.com' }),
  other: () => ({ name: 'Hopper' }),
  wrong: [
    ['no name', { name: '' }, ['name']],
    ['a blank name', { name: ' ' }, ['name']],
    ['a long name', { name: tooLong }, ['name']],
    ['what is no address', { email: 'grace' }, ['email']],
    ['a long number', { phone: tooLong }, ['phone']],
    ['a long company', { company: tooLong }, ['company']],
  ],
});

describeAdministrationRules(() => server, {
  name: 'updateCustomer',
  inputType: 'UpdateCustomerInput',
  permission: 'customers.edit',
  selection,
  arrange: async () => ({ customerId: (await add({})).id, name: 'Grace Hopper' }),
  other: () => ({ phone: '1' }),
  unknown: ['customerId'],
  wrong: [
    ['what is no id', { customerId: '42' }, ['customerId']],
    ['an emptied name', { name: null }, ['name']],
    ['an emptied kind', { kind: null }, ['kind']],
    ['a blank name', { name: ' ' }, ['name']],
    ['what is no address', { email: 'grace' }, ['email']],
  ],
  versioned: { kind: 'customer', version: 1 },
});

test('what is left out stays, what is null is emptied, and the version rises', async () => {
  const { id } = await add({ company: 'Navy', email: 'grace@navy.example', phone: '0123' });
  const changed = await mutate(
    server.as.order_manager,
    'updateCustomer',
    { customerId: id, name: 'Grace Hopper', company: null, kind: 'WHOLESALE' },
    selection,
  );
  expect(changed).toEqual({
    customer: {
      id,
      name: 'Grace Hopper',
      company: null,
      email: 'grace@navy.example',
      phone: '0123',
      kind: 'WHOLESALE',
      version: 2,
      erasedAt: null,
    },
    userErrors: [],
  });
});

test('a part of the name, company, e-mail or number finds a customer, in any case; wildcards are letters', async () => {
  const customer = await add({
    name: 'Zebulon_Pike',
    company: 'Peaks Ltd',
    email: 'zeb@mountain.example',
    phone: '+44 20 7946 0999',
  });
  for (const text of ['zebulon', 'LON_P', 'peaks', 'MOUNTAIN.ex', '7946 0999']) {
    const found = await list(`(filter: {text: "${text}"})`);
    expect(found, text).toMatchObject({ totalCount: 1, nodes: [{ id: customer.id }] });
  }
  for (const text of ['zebulon%pike', 'lon?p', 'peaks zeb']) {
    expect((await list(`(filter: {text: "${text}"})`)).totalCount, text).toBe(0);
  }
});

test('pages in both directions and sorts give every customer once, in order', async () => {
  for (const name of ['Same Name', 'Same Name', 'Same Name', 'Same Other'])
    await add({ name, kind: 'RETAIL' });
  const filter = 'filter: {text: "same ", kind: [RETAIL]}';
  for (const field of ['NAME', 'CREATED_AT']) {
    const walks: string[][] = [];
    for (const direction of ['ASC', 'DESC']) {
      const seen: string[] = [];
      let after: string | null = null;
      for (let page = 0; page < 5; page += 1) {
        const more: string = after === null ? '' : `, after: "${after}"`;
        const rows = await list(
          `(first: 2, ${filter}, sort: {field: ${field}, direction: ${direction}}${more})`,
        );
        seen.push(...rows.nodes.map(({ id }: any) => id));
        after = rows.pageInfo.endCursor;
        if (!rows.pageInfo.hasNextPage) break;
      }
      expect(new Set(seen).size).toBe(4);
      walks.push(seen);
    }
    expect(walks[1]).toEqual(walks[0]!.toReversed());
  }
  const { pageInfo } = await list('(first: 1)');
  const foreign = await server.as.order_manager(
    `{ customers(first: 1, sort: {field: CREATED_AT, direction: ASC}, after: "${pageInfo.endCursor}") { nodes { id } } }`,
  );
  expect(foreign.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
});

test('the orders of customers are those that the viewer may see', async () => {
  const { sku } = await stockedVariant(server, { LONDON: 10 });
  const other = await add({ name: 'Other' });
  const confirmed = await confirmedOrder(server, [{ sku, quantity: 1 }]);
  const placed = await placeOrder(server, [{ sku, quantity: 1 }]);
  await placeOrder(server, [{ sku, quantity: 1 }], { customerId: other.id });
  const query = `query ($id: ID!) { order(id: $id) { customer { orders { totalCount nodes { id } } } } }`;
  const seen = async (ask: TestServer['anonymous']) => {
    const { data } = await ask(query, { id: confirmed.id });
    const { totalCount, nodes } = data.order.customer.orders;
    return [totalCount, ...nodes.map(({ id }: any) => id)];
  };
  const both = [2, placed.id, confirmed.id];
  expect(await seen(server.as.order_manager)).toEqual(both);
  expect(await seen(server.as.customer_service)).toEqual(both);
  expect(await seen(server.as.customer)).toEqual(both);
  expect(await seen(server.as.warehouse_staff)).toEqual([1, confirmed.id]);
  const { data } = await server.as.order_manager(
    '{ customers { nodes { name orders(first: 1) { nodes { id } } } } }',
  );
  expect(data.customers.nodes.find(({ name }: any) => name === 'Other').orders.nodes).toHaveLength(1);
});
