import { sql } from 'drizzle-orm';
import {
  buildClientSchema,
  getIntrospectionQuery,
  getNamedType,
  isObjectType,
  type GraphQLSchema,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { roles } from '../setup/command-rules.ts';
import { confirmedOrder, mutate, stockedVariant, work } from '../setup/fixtures.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { expectUnchanged } from '../setup/snapshot.ts';
import { guardedFields, mutations, queries, subscriptions, type Ids, type Operation } from './operations.ts';

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
  const note = { orderId: order.id, note: 'Thanks!', isInternal: false };
  const added = await mutate(server.as.order_manager, 'addNote', note, 'note { id }');
  // What there is no command for yet.
  await server.database.transaction(async (transaction) => {
    await transaction.execute(sql`
      update orders set held_at = now(), hold_reason = 'Check', assigned_to_id = ${server.userIds.order_manager}::uuid
      where id = ${order.id}::uuid`);
    // The order of the matrix is not shipped, and the return of it is there all the same.
    await transaction.execute(sql`
      with added as (
        insert into returns (order_id, order_status_before) values (${order.id}::uuid, 'shipped') returning id
      )
      insert into return_items (return_id, order_item_id, quantity, location_id)
      select added.id, order_items.id, 1, stock_locations.id from added, order_items, stock_locations
      where order_items.order_id = ${order.id}::uuid and stock_locations.code = 'LONDON'`);
    await transaction.execute(sql`update order_fulfillments set warehouse_location = 'A-1'`);
  });
  const { data } = await server.as.order_manager(`{ variant(sku: "${sku}") { product { id } }
    order(id: "${order.id}") { reservations { nodes { id } } returns { nodes { id } } } }`);
  ids = {
    orderId: order.id,
    orderNumber: order.number,
    fulfillmentId: fulfillment.id,
    fulfillmentNumber: fulfillment.number,
    noteId: added.note.id,
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

/** One way to an object of each type that has guarded fields. */
const paths: Record<string, (field: string) => { document: string; read: (data: any) => any }> = {
  Order: (field) => ({
    document: `{ order(id: "${ids.orderId}") { ${field} } }`,
    read: (data) => data.order,
  }),
  OrderItem: (field) => ({
    document: `{ order(id: "${ids.orderId}") { items { nodes { ${field} } } } }`,
    read: (data) => data.order.items.nodes[0],
  }),
  OrderHistoryEntry: (field) => ({
    // The entry that a customer sees too, and that has data.
    document: `{ order(id: "${ids.orderId}") { history(first: 50) { nodes { action newStatus ${field} } } } }`,
    read: (data) => data.order.history.nodes.find((entry: any) => entry.newStatus === 'CONFIRMED'),
  }),
  TimelineEntry: (field) => ({
    document: `{ order(id: "${ids.orderId}") { timeline(first: 50) { nodes { action ${field} } } } }`,
    read: (data) => data.order.timeline.nodes.find((entry: any) => entry.action === 'CONFIRMED'),
  }),
  Fulfillment: (field) => ({
    document: `{ fulfillment(id: "${ids.fulfillmentId}") { ${field} } }`,
    read: (data) => data.fulfillment,
  }),
  Customer: (field) => ({
    document: `{ order(id: "${ids.orderId}") { customer { ${field} } } }`,
    read: (data) => data.order.customer,
  }),
  Return: (field) => ({
    document: `{ return(id: "${ids.returnId}") { ${field} } }`,
    read: (data) => data.return,
  }),
  ReturnItem: (field) => ({
    document: `{ return(id: "${ids.returnId}") { items { ${field} } } }`,
    read: (data) => data.return.items[0],
  }),
  ProductVariant: (field) => ({
    document: `{ variant(sku: "${ids.sku}") { ${field} } }`,
    read: (data) => data.variant,
  }),
};

describe('guarded fields', () => {
  test.each(Object.entries(guardedFields))(
    '%s is a value for %j and null for the others',
    async (name, allowed) => {
      const [type, field] = name.split('.') as [string, string];
      const definition = (schema.getType(type) as any).getFields()[field];
      const isLeaf = !isObjectType(getNamedType(definition.type));
      const inner = field === 'reservations' ? '{ totalCount }' : isLeaf ? '' : '{ __typename }';
      const { document, read } = paths[type]!(`guarded: ${field} ${inner}`);
      for (const role of roles) {
        const answer = await server.as[role](document);
        expect(answer.errors).toBeUndefined();
        const { guarded } = read(answer.data);
        if (allowed.includes(role)) expect(guarded, role).not.toBeNull();
        else expect(guarded, role).toBeNull();
      }
    },
  );

  test('every field whose description names a permission has an expectation', () => {
    const described = Object.values(schema.getTypeMap()).flatMap((type) => {
      if (!isObjectType(type) || ['Query', 'Mutation', 'Subscription'].includes(type.name)) return [];
      return Object.values(type.getFields())
        .filter(({ description }) => description?.includes('Permission:'))
        .map(({ name }) => `${type.name}.${name}`);
    });
    expect(described.toSorted()).toEqual(Object.keys(guardedFields).toSorted());
  });

  test.each([
    ['order_manager', true],
    ['warehouse_staff', false],
    ['customer_service', false],
  ] as const)('%s sees the e-mail address of a colleague: %s, and its own', async (role, sees) => {
    const query = `{ viewer { email } order(id: "${ids.orderId}") { assignedTo { email } } }`;
    const { data } = await server.as[role](query);
    expect(data.viewer.email).toBe(`${role}@test.example`);
    expect(data.order.assignedTo.email).toBe(sees ? 'order_manager@test.example' : null);
  });

  test('nobody gets at a guarded field by a payload, without the right to its mutation', async () => {
    const login = `mutation { login(input: { email: "x@y.example", password: "x" }) { session { user { email } } userErrors { code } } }`;
    expect((await server.anonymous(login)).data.login.session).toBeNull();
  });
});
