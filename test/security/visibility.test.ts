import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { unknownId } from '../setup/command-rules.ts';
import {
  confirmedOrder,
  mutate,
  placeOrder,
  stockedVariant,
  work,
  type ConfirmedOrder,
  type PlacedOrder,
} from '../setup/fixtures.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { expectUnchanged } from '../setup/snapshot.ts';

let server: TestServer;
let sku: string;
let own: ConfirmedOrder;
let foreign: ConfirmedOrder;
/** Of a guest, and nobody has begun to work on it. */
let unconfirmed: PlacedOrder;
let otherCustomerId: string;
const notes: Record<'ownPublic' | 'ownInternal' | 'foreignPublic' | 'foreignInternal', string> = {} as never;

beforeAll(async () => {
  server = await startTestServer();
  ({ sku } = await stockedVariant(server, { LONDON: 100 }));
  const [other] = await server.database.transaction((transaction) =>
    transaction.execute<{ id: string }>(sql`
      insert into customers (name, email, phone, kind) values ('Eve', 'eve@other.example', '0123 456', 'online')
      returning id`),
  );
  otherCustomerId = other!.id;
  const address = { name: 'Ada', line1: '1 High St', city: 'York', country: 'GB' };
  const addresses = { shippingAddress: address, billingAddress: address };
  own = await confirmedOrder(server, [{ sku, quantity: 1 }], addresses);
  foreign = await confirmedOrder(server, [{ sku, quantity: 1 }], {
    customerId: otherCustomerId,
    ...addresses,
  });
  unconfirmed = await placeOrder(server, [{ sku, quantity: 1 }], { customerId: null });
  for (const [order, name] of [
    [own, 'own'],
    [foreign, 'foreign'],
  ] as const) {
    for (const kind of ['Public', 'Internal'] as const) {
      const input = { orderId: order.id, note: `${name} ${kind}`, isInternal: kind === 'Internal' };
      const { note } = await mutate(server.as.customer_service, 'addNote', input, 'note { id }');
      notes[`${name}${kind}`] = note.id;
    }
    await work(server, order.fulfillments[0]!.id, 'shipFulfillment');
  }
});
afterAll(() => server.stop());

/** Every root query that takes something to look for, with what is there and with what is not. */
const lookups = (order: ConfirmedOrder): [string, string, string][] => [
  ['order', `order(id: "${order.id}") { id }`, `order(id: "${unknownId}") { id }`],
  ['order, in upper case', `order(id: "${order.id.toUpperCase()}") { id }`, `order(id: "x") { id }`],
  [
    'orderByNumber',
    `orderByNumber(number: "${order.number}") { id }`,
    `orderByNumber(number: "ORD-1") { id }`,
  ],
  [
    'fulfillment',
    `fulfillment(id: "${order.fulfillments[0]!.id}") { id order { id } }`,
    `fulfillment(id: "${unknownId}") { id order { id } }`,
  ],
  [
    'fulfillmentByNumber',
    `fulfillmentByNumber(number: "${order.fulfillments[0]!.number}") { id }`,
    `fulfillmentByNumber(number: "FUL-1") { id }`,
  ],
];

describe('a customer', () => {
  test('finds an own order by every path', async () => {
    for (const [name, found] of lookups(own)) {
      if (name === 'order, in upper case') continue;
      const answer = await server.as.customer(`{ found: ${found} }`);
      expect(answer.errors, name).toBeUndefined();
      expect(answer.data.found, name).not.toBeNull();
    }
  });

  test('gets the same answer for the order of somebody else as for one that there is not', async () => {
    for (const [name, invisible, unknown] of lookups(foreign)) {
      const answers = [
        await server.as.customer(`{ found: ${invisible} }`),
        await server.as.customer(`{ found: ${unknown} }`),
      ];
      expect(answers[0], name).toEqual({ data: { found: null } });
      expect(answers[1], name).toEqual(answers[0]);
    }
    for (const id of [notes.foreignPublic, notes.foreignInternal, notes.ownInternal, unknownId]) {
      expect(await server.as.customer(`{ note(id: "${id}") { id } }`)).toEqual({ data: { note: null } });
    }
  });

  test('lists, counts and filters own orders only', async () => {
    const list = async (arguments_: string): Promise<string[]> => {
      const { data } = await server.as.customer(`{ orders${arguments_} { totalCount nodes { id } } }`);
      expect(data.orders.totalCount).toBe(data.orders.nodes.length);
      return data.orders.nodes.map(({ id }: any) => id);
    };
    expect(await list('')).toEqual([own.id]);
    for (const filter of [
      `text: "${foreign.number}"`,
      `customerId: "${otherCustomerId}"`,
      'status: [PENDING]',
    ]) {
      expect(await list(`(filter: { ${filter} })`)).toEqual([]);
    }
    const { data } = await server.as.customer('{ fulfillments { totalCount nodes { order { id } } } }');
    expect(data.fulfillments).toEqual({ totalCount: 1, nodes: [{ order: { id: own.id } }] });
    const filtered = `{ fulfillments(filter: { orderId: "${foreign.id}" }) { totalCount nodes { id } } }`;
    expect((await server.as.customer(filtered)).data.fulfillments).toEqual({ totalCount: 0, nodes: [] });
  });

  test('sees of an own order what the specification gives, and nothing of the house', async () => {
    const { data, errors } = await server.as.customer(`{ order(id: "${own.id}") {
      total { amountMinor } billingAddress { city } customer { name email phone } assignedTo { id }
      notes { totalCount nodes { note isInternal createdBy { id } order { id } } }
      history(first: 100) { totalCount nodes { action performedBy { id } additionalData ipAddress userAgent } }
      fulfillments { nodes { status trackingNumber carrier location { code } assignedTo { id } misScanCount } }
      reservations { totalCount } allowedActions } }`);
    expect(errors).toBeUndefined();
    expect(data.order).toMatchObject({
      total: { amountMinor: 250 },
      billingAddress: { city: 'York' },
      customer: { name: 'Ada Buyer', email: 'ada@buyer.example', phone: '020 7946 0018' },
      assignedTo: null,
      notes: {
        totalCount: 1,
        nodes: [{ note: 'own Public', isInternal: false, createdBy: null, order: { id: own.id } }],
      },
      fulfillments: {
        nodes: [
          {
            status: 'SHIPPED',
            trackingNumber: 'T-1',
            carrier: 'DPD',
            location: null,
            assignedTo: null,
            misScanCount: null,
          },
        ],
      },
      reservations: null,
      allowedActions: expect.arrayContaining(['addNote']),
    });
    const hidden = { performedBy: null, additionalData: null, ipAddress: null, userAgent: null };
    expect(data.order.history.nodes.toReversed()).toEqual(
      ['CREATED', 'CONFIRMED', 'PROCESSING_STARTED', 'PACKED', 'SHIPPED'].map((action) => ({
        action,
        ...hidden,
      })),
    );
    expect(data.order.history.totalCount).toBe(5);
  });

  test.each([
    ['cancelOrder', 'order'],
    ['addNote', 'order'],
  ])('cannot tell by %s whether the order of somebody else exists', async (name, field) => {
    const extra = name === 'addNote' ? { note: 'Hello' } : { expectedVersion: 999 };
    const answers: any[] = [];
    for (const orderId of [foreign.id, unknownId]) {
      const answer = await expectUnchanged(server, () =>
        mutate(server.as.customer, name, { orderId, ...extra }, `${field} { id }`),
      );
      answers.push(JSON.parse(JSON.stringify(answer).replaceAll(orderId, 'ID')));
    }
    expect(answers[0]).toMatchObject({ [field]: null, userErrors: [{ code: 'NOT_FOUND' }] });
    expect(answers[1]).toEqual(answers[0]);
  });

  test('gets an own order in a version conflict as it may see it', async () => {
    const answer = await server.as
      .customer(`mutation { cancelOrder(input: { orderId: "${own.id}", expectedVersion: 1 }) {
      order { id } userErrors { code ... on VersionConflictError { currentVersion order {
        id reservations { totalCount } notes { nodes { note } } } } } } }`);
    expect(answer.data.cancelOrder.order).toBeNull();
    expect(answer.data.cancelOrder.userErrors).toEqual([
      {
        code: 'VERSION_CONFLICT',
        currentVersion: expect.any(Number),
        order: { id: own.id, reservations: null, notes: { nodes: [{ note: 'own Public' }] } },
      },
    ]);
  });

  test('that is linked to no customer sees no order, not even those of guests', async () => {
    await server.database.transaction((transaction) =>
      transaction.execute(
        sql`update users set customer_id = null where id = ${server.userIds.customer}::uuid`,
      ),
    );
    const login = `mutation { login(input: { email: "customer@test.example", password: "correct horse battery staple" }) { session { accessToken } } }`;
    const { accessToken } = (await server.anonymous(login)).data.login.session;
    const ask = async (): Promise<unknown> => {
      const response = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` },
        body: JSON.stringify({
          query: `{ orders { totalCount nodes { id } } fulfillments { totalCount } order(id: "${unconfirmed.id}") { id } }`,
        }),
      });
      return response.json();
    };
    // What is changed behind the server's back is known to it within a second.
    await vi.waitFor(
      async () =>
        expect(await ask()).toEqual({
          data: { orders: { totalCount: 0, nodes: [] }, fulfillments: { totalCount: 0 }, order: null },
        }),
      { timeout: 20_000, interval: 100 },
    );
    await server.database.transaction((transaction) =>
      transaction.execute(sql`
        update users set customer_id = ${server.customerId}::uuid where id = ${server.userIds.customer}::uuid`),
    );
  });
});

describe('the warehouse', () => {
  test('sees orders with a fulfillment only', async () => {
    const ask = server.as.warehouse_staff;
    const { orders } = (await ask('{ orders { totalCount nodes { id } } }')).data;
    expect(orders.totalCount).toBe(2);
    expect(orders.nodes.map(({ id }: any) => id).toSorted()).toEqual([own.id, foreign.id].toSorted());
    for (const query of [
      `order(id: "${unconfirmed.id}") { id }`,
      `orderByNumber(number: "${unconfirmed.number}") { id }`,
    ]) {
      expect(await ask(`{ found: ${query} }`)).toEqual({ data: { found: null } });
    }
  });

  test('sees no money, contact data masked, internal notes only, and no addresses of requests', async () => {
    const { data, errors } = await server.as.warehouse_staff(`{ order(id: "${own.id}") {
      subtotal { amountMinor } total { amountMinor } tax { amountMinor } discount { amountMinor } shipping { amountMinor }
      billingAddress { city } shippingAddress { city } customer { name email phone }
      items { nodes { sku unitPrice { amountMinor } total { amountMinor } variant { price { amountMinor } } } }
      notes { totalCount nodes { note } } history(first: 100) { totalCount nodes { ipAddress userAgent performedBy { displayName email } } }
      fulfillments { nodes { location { code } items { orderItem { unitPrice { amountMinor } } } } } } }`);
    expect(errors).toBeUndefined();
    expect(data.order).toMatchObject({
      subtotal: null,
      total: null,
      tax: null,
      discount: null,
      shipping: null,
      billingAddress: null,
      shippingAddress: { city: 'York' },
      customer: { name: 'Ada Buyer', email: 'a***@***.example', phone: '***********18' },
      items: { nodes: [{ sku, unitPrice: null, total: null, variant: { price: null } }] },
      notes: { totalCount: 1, nodes: [{ note: 'own Internal' }] },
      fulfillments: {
        nodes: [{ location: { code: 'LONDON' }, items: [{ orderItem: { unitPrice: null } }] }],
      },
    });
    expect(data.order.history.totalCount).toBeGreaterThan(5);
    for (const { ipAddress, userAgent, performedBy } of data.order.history.nodes) {
      expect({ ipAddress, userAgent }).toEqual({ ipAddress: null, userAgent: null });
      const isOneself = performedBy.displayName === 'Test warehouse_staff';
      expect(performedBy.email).toBe(isOneself ? 'warehouse_staff@test.example' : null);
    }
    for (const id of [notes.ownPublic, notes.foreignPublic]) {
      expect(await server.as.warehouse_staff(`{ note(id: "${id}") { id } }`)).toEqual({
        data: { note: null },
      });
    }
  });

  test('gets no money by the payload of its own mutations', async () => {
    const order = await confirmedOrder(server, [{ sku, quantity: 1 }]);
    const input = { fulfillmentId: order.fulfillments[0]!.id };
    const selection = 'fulfillment { order { total { amountMinor } customer { email } } }';
    const answer = await mutate(
      server.as.warehouse_staff,
      'startPicking',
      input,
      selection,
      'FulfillmentInput',
    );
    expect(answer.fulfillment.order).toEqual({ total: null, customer: { email: 'a***@***.example' } });
  });
});
