/**
 * What no walk of the schema comes by: near misses of a search, cursors and keys of others, ids of both sides in one
 * input, either executor, files, papers and metrics, and a session that has ended.
 */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { DocumentLinks } from '../../src/auth/document-links.ts';
import { unknownId } from '../setup/command-rules.ts';
import { mutate, placeOrder, stockedVariant } from '../setup/fixtures.ts';
import {
  asker,
  startTestServer,
  testPassword,
  testSigningKeys,
  type Ask,
  type TestServer,
} from '../setup/server.ts';
import { expectUnchanged } from '../setup/snapshot.ts';
import { queries } from '../security/operations.ts';
import { arrangeReturned, type ReturnedOrder } from './returned-order.ts';

const metricsToken = 'the-token-of-whoever-reads-the-metrics';
const viewers = ['customer', 'warehouse_staff'] as const;
type Viewer = (typeof viewers)[number];

let server: TestServer;
let sku: string;
let rivalId: string;
/** Delivered, with a return: of the customer, and of their rival. The warehouse sees both. */
let own: ReturnedOrder;
let rivals: ReturnedOrder;
/** The rival's, and nobody has begun to work on it: for neither of them it exists. */
let hidden: { id: string; number: string; itemId: string };

beforeAll(async () => {
  server = await startTestServer({ metricsToken });
  const manager = server.as.order_manager;
  ({ sku } = await stockedVariant(server, { LONDON: 50 }));
  const rival = { kind: 'ONLINE', name: 'Rival Raven', email: 'raven@rival.example' };
  const created = await mutate(manager, 'createCustomer', rival, 'customer { id }');
  rivalId = created.customer.id;
  own = await arrangeReturned(server, sku, { customerId: server.customerId, externalReference: 'NEST-B1' });
  rivals = await arrangeReturned(server, sku, { customerId: rivalId, externalReference: 'NEST-B1-LATER' });
  const placed = await placeOrder(server, [{ sku, quantity: 1 }], {
    customerId: rivalId,
    externalReference: 'NEST-B2-LATER',
  });
  const { data } = await manager(`{ order(id: "${placed.id}") { items { nodes { id } } } }`);
  hidden = { id: placed.id, number: placed.number, itemId: data.order.items.nodes[0].id };
});
afterAll(() => server?.stop());

/** By section 6 of the specification. */
const unseen = (viewer: Viewer): string[] => {
  const never = [hidden.id, hidden.number, hidden.itemId, 'NEST-B2-LATER'];
  return viewer === 'warehouse_staff'
    ? never
    : [...never, ...Object.values(rivals), rivalId, 'NEST-B1-LATER', 'Raven', 'raven@'];
};
const leaks = (viewer: Viewer, text: string, asked: readonly string[] = []): string[] =>
  unseen(viewer).filter((each) => !asked.includes(each) && text.includes(each));

describe.each(viewers)('%s', (viewer) => {
  const found = async (text: string): Promise<string[]> => {
    const { data } = await server.as[viewer](
      'query ($text: String!) { orders(filter: { text: $text }) { totalCount nodes { id } } }',
      { text },
    );
    expect(data.orders.totalCount).toBe(data.orders.nodes.length);
    return data.orders.nodes.map(({ id }: { id: string }) => id).toSorted();
  };

  // What resembles a text is found where nothing has it: not to find it would tell that something hidden does.
  test.each([
    ['the whole of it', 'NEST-B2-LATER', 'NEST-B3-LATER'],
    ['it in small letters', 'nest-b2-later', 'nest-b3-later'],
    ['a part of it', 'NEST-B2', 'NEST-B3'],
  ])('a search for %s answers as if nothing had that reference', async (_, there, notThere) => {
    expect(await found(there)).toEqual(await found(notThere));
  });

  test('a search for a number that is hidden answers as for one that is not taken', async () => {
    const last = Number(hidden.number.slice(-4));
    const free = `${hidden.number.slice(0, -4)}${String(last + 5).padStart(4, '0')}`;
    expect(await found(hidden.number)).toEqual(await found(free));
  });

  test('the cursor of somebody who sees more opens no list further', async () => {
    const lists = ['orders', 'fulfillments', 'returns', 'orderHistory', 'quotes', 'reservations'];
    for (const list of lists) {
      const seen = await server.as[viewer](`{ ${list}(first: 100) { nodes { id } } }`);
      if (seen.errors) {
        expect(seen.errors, list).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
        continue;
      }
      const all = seen.data[list].nodes.map(({ id }: { id: string }) => id);
      const { data } = await server.as.order_manager(`{ ${list}(first: 100) { edges { cursor } } }`);
      for (const { cursor } of data[list].edges) {
        const answer = await server.as[viewer](
          `query ($after: String) { ${list}(first: 100, after: $after) { nodes { id } } }`,
          { after: cursor },
        );
        const ids = answer.data[list].nodes.map(({ id }: { id: string }) => id);
        expect(ids, list).toEqual(all.slice(all.length - ids.length));
      }
    }
  });

  test('either executor answers every query for what is hidden alike, and as for what there is not', async () => {
    const ids = (of: { id: string; number: string }, more: ReturnedOrder | null) => ({
      orderId: of.id,
      orderNumber: of.number,
      fulfillmentId: more?.fulfillmentId ?? of.id,
      fulfillmentNumber: of.number,
      noteId: of.id,
      returnId: more?.returnId ?? of.id,
      reservationId: of.id,
      quoteId: of.id,
      customerId: of.id,
      productId: of.id,
      sku: of.number,
      barcode: of.number,
    });
    const foreign = { id: rivals.orderId, number: rivals.number };
    const targets = [
      ids(hidden, null),
      ...(viewer === 'customer' ? [ids(foreign, null), ids(foreign, rivals)] : []),
    ];
    const nothing = ids({ id: unknownId, number: 'NONE' }, null);
    for (const [name, { text }] of Object.entries(queries)) {
      if (['eventCursor', 'viewer'].includes(name)) continue;
      const expected = await server.as[viewer](`{ ${name}${text(nothing)} }`);
      for (const target of targets) {
        const selection = `${name}${text(target)}`;
        const planned = await server.as[viewer](`{ ${selection} }`);
        // Nothing is planned that asks for the schema.
        const plain = await server.as[viewer](`{ ${selection} __schema { __typename } }`);
        expect(planned, selection).toEqual(expected);
        expect(plain.errors, selection).toEqual(
          planned.errors?.map((error) => ({ ...error, locations: plain.errors![0]!['locations' as never] })),
        );
        expect(plain.data?.[name], selection).toEqual(planned.data?.[name]);
      }
    }
  });

  test('the file of orders has none of the other side, however it is filtered', async () => {
    const filters = [
      {},
      { customerId: rivalId },
      { text: 'NEST' },
      { text: hidden.number },
      { not: { customerId: server.customerId } },
      { or: [{ sku: [sku] }, { customerId: rivalId }] },
    ];
    for (const filter of filters) {
      const response = await fetch(`${server.url}/exports/orders.csv`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${server.tokens[viewer]}` },
        body: JSON.stringify({ filter }),
      });
      const text = await response.text();
      expect(response.status, text).toBe(200);
      expect(text).toContain('externalReference');
      expect(leaks(viewer, text), JSON.stringify(filter)).toEqual([]);
    }
  });
});

describe('ids of both sides in one input', () => {
  const cases: readonly [string, Viewer, (id: string) => object, () => string, string][] = [
    [
      'requestReturn',
      'customer',
      (id) => ({ orderId: own.orderId, lines: [{ orderItemId: id, quantity: 1 }], reason: 'x' }),
      () => rivals.itemId,
      'return { id }',
    ],
    [
      'createFulfillment',
      'warehouse_staff',
      (id) => ({
        orderId: own.orderId,
        locationCode: 'LONDON',
        lines: [{ orderItemId: id, quantity: 1 }],
      }),
      () => hidden.itemId,
      'fulfillment { id }',
    ],
    [
      'receiveReturn',
      'warehouse_staff',
      (id) => ({
        returnId: own.returnId,
        lines: [{ returnItemId: id, quantity: 1, disposition: 'RESTOCK', locationCode: 'LONDON' }],
      }),
      () => rivals.returnItemId,
      'return { id }',
    ],
    [
      'reportShortPick',
      'warehouse_staff',
      (id) => ({ fulfillmentId: own.fulfillmentId, fulfillmentItemId: id, reason: 'x' }),
      () => rivals.fulfillmentItemId,
      'fulfillment { id }',
    ],
  ];

  test.each(cases)(
    '%s by %s is refused as of what there is not',
    async (name, viewer, input, other, field) => {
      const answers: string[] = [];
      for (const id of [other(), unknownId]) {
        const answer = await expectUnchanged(server, () => mutate(server.as[viewer], name, input(id), field));
        expect(answer.userErrors.length).toBeGreaterThan(0);
        answers.push(JSON.stringify(answer).replaceAll(id, 'ID'));
      }
      expect(answers[0]).toBe(answers[1]);
    },
  );

  test('the key with which somebody has done it gives nobody else their answer', async () => {
    const input = { orderId: rivals.orderId, note: 'Raven: by hand', idempotencyKey: 'raven-key-1' };
    const by = (ask: Ask) => mutate(ask, 'addNote', input, 'note { id note }');
    expect((await by(server.as.order_manager)).note.note).toBe('Raven: by hand');
    const answer = await expectUnchanged(server, () => by(server.as.customer));
    expect(answer).toMatchObject({ note: null, userErrors: [{ code: 'NOT_FOUND' }] });
    expect(JSON.stringify(answer)).not.toContain('Raven');
  });
});

test('a link to a paper of one fulfillment opens no other', async () => {
  const { data } = await server.as.warehouse_staff(
    `{ fulfillment(id: "${own.fulfillmentId}") { packingSlipUrl pickListUrl boxLabelUrl } }`,
  );
  for (const path of Object.values(data.fulfillment) as string[]) {
    expect((await fetch(server.url + path)).status).toBe(200);
    const other = await fetch(server.url + path.replace(own.fulfillmentId, rivals.fulfillmentId));
    expect(other.status).toBe(403);
    expect(await other.text()).not.toMatch(/raven/i);
  }
  // Signed by us, for what is an order and no fulfillment.
  const wrong = new DocumentLinks(testSigningKeys).make('packing-slip', hidden.id);
  expect((await fetch(server.url + wrong)).status).toBe(404);
});

test('metrics name nobody and nothing, and are for whoever has their token', async () => {
  for (const token of [null, ...Object.values(server.tokens)]) {
    const init = token === null ? {} : { headers: { authorization: `Bearer ${token}` } };
    const refused = await fetch(`${server.url}/metrics`, init);
    expect(refused.status).toBe(401);
  }
  const headers = { authorization: `Bearer ${metricsToken}` };
  const text = await (await fetch(`${server.url}/metrics`, { headers })).text();
  expect(text).toContain('orders_');
  expect(leaks('customer', text)).toEqual([]);
});

test('who was dismissed reads nothing any more, by any query', async () => {
  const manager = server.as.order_manager;
  const email = 'leaver@test.example';
  const leaver = { email, displayName: 'Leaver', role: 'CUSTOMER_SERVICE', password: testPassword };
  const { user } = await mutate(manager, 'createUser', leaver, 'user { id version }');
  const credentials = { email, password: testPassword };
  const { session } = await mutate(server.anonymous, 'login', credentials, 'session { accessToken }');
  const ask = asker(server.url, session.accessToken);
  const rivalsOrder = `{ order(id: "${rivals.orderId}") { number } }`;
  expect((await ask(rivalsOrder)).data.order.number).toBe(rivals.number);
  const dismissed = await mutate(
    manager,
    'deactivateUser',
    { userId: user.id, expectedVersion: user.version },
    'user { id }',
    'UserInput',
  );
  expect(dismissed.userErrors).toEqual([]);
  const unauthenticated = [{ extensions: { code: 'UNAUTHENTICATED' } }];
  await vi.waitFor(async () => expect((await ask(rivalsOrder)).errors).toMatchObject(unauthenticated), {
    timeout: 20_000,
    interval: 100,
  });
  const asked = {
    orderId: rivals.orderId,
    orderNumber: rivals.number,
    fulfillmentId: rivals.fulfillmentId,
    fulfillmentNumber: 'x',
    noteId: unknownId,
    returnId: rivals.returnId,
    reservationId: unknownId,
    quoteId: unknownId,
    customerId: rivalId,
    productId: unknownId,
    sku,
    barcode: sku,
  };
  for (const [name, { text }] of Object.entries(queries)) {
    const answer = await ask(`{ ${name}${text(asked)} }`);
    expect(answer.errors, name).toMatchObject(unauthenticated);
    expect(answer.data?.[name] ?? null, name).toBeNull();
  }
});
