import { sql } from 'drizzle-orm';
import { buildClientSchema, getIntrospectionQuery, type GraphQLSchema } from 'graphql';
import { getMetadataStorage } from 'type-graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../src/db/tables/enumerations.ts';
import { roles, unknownId } from '../setup/command-rules.ts';
import { confirmedOrder, mutate, stockedVariant, work } from '../setup/fixtures.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { expectUnchanged } from '../setup/snapshot.ts';
import { mutations, queries, subscriptions, type Ids, type Operation } from './operations.ts';

const staff: readonly Role[] = ['order_manager', 'warehouse_staff', 'customer_service'];
const seesMoney: readonly Role[] = ['order_manager', 'customer_service', 'customer'];

let server: TestServer;
let schema: GraphQLSchema;
let ids: Ids;
beforeAll(async () => {
  server = await startTestServer();
  const introspection = await server.anonymous(getIntrospectionQuery());
  schema = buildClientSchema(introspection.data);
  const { sku, barcode } = await stockedVariant(server, { LONDON: 9 });
  const address = { line1: '1 High St', city: 'York', country: 'GB' };
  const order = await confirmedOrder(server, [{ sku, quantity: 1 }], {
    shippingAddress: address,
    billingAddress: address,
  });
  const fulfillment = order.fulfillments[0]!;
  await work(server, fulfillment.id, 'startPacking');
  const box = { boxSize: 'M', weightGrams: 5, packingMaterials: [{ name: 'tape', quantity: 1 }] };
  await mutate(
    server.as.warehouse_staff,
    'completePacking',
    { fulfillmentId: fulfillment.id, ...box },
    'fulfillment { id }',
  );
  // So that nothing is shipped, whoever is let through.
  const hold = { orderId: order.id, reason: 'Check' };
  await mutate(server.as.order_manager, 'holdOrder', hold, 'order { id }');
  const note = { orderId: order.id, note: 'Thanks!', isInternal: false };
  const added = await mutate(server.as.order_manager, 'addNote', note, 'note { id }');
  // The order of the matrix is not shipped, and the return of it is there all the same.
  await server.database.transaction(async (transaction) => {
    await transaction.execute(sql`
      with added as (
        insert into returns (order_id, order_status_before) values (${order.id}::uuid, 'shipped') returning id
      )
      insert into return_items (return_id, order_item_id, quantity, location_id)
      select added.id, order_items.id, 1, stock_locations.id from added, order_items, stock_locations
      where order_items.order_id = ${order.id}::uuid and stock_locations.code = 'LONDON'`);
  });
  const offer = { customerId: server.customerId, currency: 'GBP', lines: [{ sku, quantity: 1 }] };
  const quoted = await mutate(server.as.order_manager, 'createQuote', offer, 'quote { id }');
  const { data } = await server.as.order_manager(`{ variant(sku: "${sku}") { product { id } }
    order(id: "${order.id}") { reservations { nodes { id } } returns { nodes { id } } } }`);
  ids = {
    orderId: order.id,
    orderNumber: order.number,
    fulfillmentId: fulfillment.id,
    fulfillmentNumber: fulfillment.number,
    noteId: added.note.id,
    quoteId: quoted.quote.id,
    returnId: data.order.returns.nodes[0].id,
    reservationId: data.order.reservations.nodes[0].id,
    customerId: server.customerId,
    productId: data.variant.product.id,
    sku,
    barcode,
  };
});
afterAll(() => server.stop());

test('every root operation of the schema has an expectation, and every expectation an operation', () => {
  const names = (type: 'Query' | 'Mutation' | 'Subscription') =>
    Object.keys((schema.getType(type) as any).getFields()).toSorted();
  expect(names('Query')).toEqual(Object.keys(queries).toSorted());
  expect(names('Mutation')).toEqual(Object.keys(mutations).toSorted());
  expect(names('Subscription')).toEqual(Object.keys(subscriptions).toSorted());
});

const table = Object.entries({ query: queries, mutation: mutations }).flatMap(([kind, operations]) =>
  Object.entries(operations).map(
    ([name, operation]) => [kind, name, operation] as [string, string, Operation],
  ),
);
describe.each(table)('%s %s', (kind, name, { text, allowed, public: isPublic, unseenBy }) => {
  const document = () => `${kind} { ${name}${text(ids)} }`;

  test.each(roles)('%s', async (role) => {
    const answer = await expectUnchanged(server, () => server.as[role](document()));
    if (allowed.includes(role)) {
      expect(answer.errors).toBeUndefined();
      expect(answer.data[name] === null).toBe(unseenBy === role);
    } else {
      expect(answer.errors).toMatchObject([{ path: [name], extensions: { code: 'FORBIDDEN' } }]);
      expect(answer.errors![0]!.extensions['permissions'].length).toBeGreaterThan(0);
      expect(answer.data?.[name] ?? null).toBeNull();
    }
  });

  test('nobody', async () => {
    const answer = await expectUnchanged(server, () => server.anonymous(document()));
    if (isPublic) {
      expect(answer.errors).toBeUndefined();
      expect(answer.data[name]).not.toBeNull();
    } else {
      expect(answer.errors).toMatchObject([{ path: [name], extensions: { code: 'UNAUTHENTICATED' } }]);
      expect(answer.data?.[name] ?? null).toBeNull();
    }
  });

  test('its description names its permission', () => {
    const root = schema.getType(kind === 'query' ? 'Query' : 'Mutation') as any;
    const { description } = root.getFields()[name];
    expect(description).toMatch(isPublic ? /Public\./ : /Permission: [\w.]+/);
  });
});

/** What is not shown is not searched or sorted by either: answers, counts and cursors would tell it. */
const searches: readonly [query: string, allowed: readonly Role[]][] = [
  ['{ orders(sort: [{ field: TOTAL, direction: ASC }]) { totalCount } }', seesMoney],
  [`{ orders(filter: { assignedToId: "${unknownId}" }) { totalCount } }`, staff],
  ['{ orders(filter: { unassigned: false }) { totalCount } }', staff],
  ['{ fulfillments(filter: { locationCode: "LONDON" }) { totalCount } }', staff],
  [`{ fulfillments(filter: { assignedToId: "${unknownId}" }) { totalCount } }`, staff],
  [`{ orderHistory(filter: { performedById: "${unknownId}" }) { totalCount } }`, staff],
];

describe('searching by what is not shown', () => {
  test.each(searches)('%s', async (query, allowed) => {
    for (const role of roles) {
      const answer = await server.as[role](query);
      if (allowed.includes(role)) expect(answer.errors, role).toBeUndefined();
      else expect(answer.errors, role).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    }
  });
});

test('nobody gets at a user by signing in as one that there is not', async () => {
  const login = `mutation { login(input: { email: "x@y.example", password: "x" }) { session { user { email } } userErrors { code } } }`;
  expect((await server.anonymous(login)).data.login.session).toBeNull();
});

test('no guarded field is resolved the short way, which asks nobody', () => {
  const unguarded = getMetadataStorage().objectTypes.flatMap(({ name, fields = [] }) =>
    fields.flatMap((field) => (field.simple && field.roles?.length ? `${name}.${field.schemaName}` : [])),
  );
  expect(unguarded).toEqual([]);
});
