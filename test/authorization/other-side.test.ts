import type { Client } from 'graphql-ws';
import { buildClientSchema, getIntrospectionQuery, type GraphQLField, type GraphQLSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { unknownId } from '../setup/command-rules.ts';
import { confirmedOrder, mutate } from '../setup/fixtures.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { expectUnchanged } from '../setup/snapshot.ts';
import { socketClient } from '../subscriptions/live-client.ts';
import { everyEdge, everything, mutationWith, walkFrom, waysToAsk, type Way } from './made-operations.ts';
import {
  arrangeOtherSide,
  hiddenOf,
  notesOf,
  offersAndContacts,
  oneOfEach,
  startsOf,
  type Hidden,
  type OtherSide,
} from './other-side-world.ts';

/**
 * Who must not learn of what, by section 6 of the specification: a customer of anything that is not theirs, nor of
 * internal notes; the warehouse of orders that have no fulfillment, of notes to customers, of quotes and contacts. Written here, and not asked of the code that is tested.
 */
type Viewer = 'customer' | 'warehouse_staff' | 'nobody';
const viewers: readonly Viewer[] = ['customer', 'warehouse_staff', 'nobody'];

let server: TestServer;
let schema: GraphQLSchema;
let side: OtherSide;
const hidden: Record<Viewer, Hidden[]> = { customer: [], warehouse_staff: [], nobody: [] };
const sockets = new Map<Viewer, Client>();

beforeAll(async () => {
  server = await startTestServer();
  schema = buildClientSchema((await server.anonymous(getIntrospectionQuery())).data);
  side = await arrangeOtherSide(server);
  const { world, rich, unconfirmed } = side;
  const foreign = [rich, unconfirmed, world.foreign];
  hidden.customer = [
    ...(await hiddenOf(server, foreign, world.otherCustomerId)),
    ...(await hiddenOf(server, [world.guest, world.erased], null)),
  ];
  // The ledger is the warehouse's own: it shows that units were reserved, and not for which order.
  hidden.warehouse_staff = (await hiddenOf(server, [unconfirmed], null)).filter(
    ({ kind }) => kind !== 'stock_movements.id',
  );
  hidden.customer.push(...(await notesOf(server, 'internal')));
  // That a note was added, and its id, is in the audit trail, which is the warehouse's as well; its text is not.
  const texts = (await notesOf(server, 'public')).filter(({ kind }) => kind.startsWith('order_notes.note'));
  hidden.warehouse_staff.push(...texts, ...(await offersAndContacts(server)));
  hidden.nobody = [...hidden.customer, ...(await hiddenOf(server, [world.finished], world.customerId))];
  for (const viewer of ['customer', 'warehouse_staff'] as const)
    sockets.set(viewer, socketClient(server.url, server.tokens[viewer]));
});
afterAll(async () => {
  for (const client of sockets.values()) await client.dispose();
  await server?.stop();
});

const manager = () => server.as.order_manager;

const rootFields = (kind: 'Query' | 'Mutation'): GraphQLField<unknown, unknown>[] =>
  Object.values((kind === 'Query' ? schema.getQueryType()! : schema.getMutationType()!).getFields());

const overHttp = (viewer: Viewer) => (query: string) =>
  viewer === 'nobody' ? server.anonymous(query) : server.as[viewer](query);

/** The same over the one socket of the viewer. */
const overSocket =
  (viewer: 'customer' | 'warehouse_staff') =>
  (query: string): Promise<unknown> =>
    new Promise((resolve, reject) => {
      let answer: unknown;
      sockets.get(viewer)!.subscribe(
        { query },
        {
          next: (value) => (answer = value),
          error: (errors) => (Array.isArray(errors) ? resolve({ errors }) : reject(errors as Error)),
          complete: () => resolve(answer),
        },
      );
    });

/** What of the hidden stands in an answer, beside what was asked for. */
function leaked(viewer: Viewer, answer: unknown, asked = ''): string[] {
  const text = JSON.stringify(answer);
  return hidden[viewer]
    .filter(({ value }) => value !== asked && text.includes(value))
    .map(({ kind }) => kind);
}

const unknownFor = (value: string): string =>
  value.length === unknownId.length ? unknownId : 'unknown-4711';
const without = (answer: unknown, value: string): string => JSON.stringify(answer).replaceAll(value, 'VALUE');

/** What stands in the place of a value in this way of asking; one is enough to be told that nobody is asked. */
function valuesFor(viewer: Viewer, { takes }: Way): Hidden[] {
  const each = oneOfEach(hidden[viewer]);
  if (takes === 'nothing' || viewer === 'nobody') return each.slice(0, 1);
  // A text can be an id as well; of these one will do.
  const [ids, texts] = [true, false].map((isId) => each.filter(({ kind }) => kind.endsWith('.id') === isId));
  return takes === 'id' ? ids! : [...texts!, ids![0]!];
}

/** A text finds orders with one that resembles it, where nothing has it: compared in other-paths.test.ts. */
const findsResembling = (name: string, way: Way): boolean =>
  name === 'orders' && way.text('').includes('filter: { text:');

/** Asks everything for everything hidden, and for what there is not: the answers must be the same, and tell nothing. */
async function askForHidden(
  viewer: Viewer,
  ask: (query: string) => Promise<unknown>,
  kindsAtMost = Infinity,
): Promise<number> {
  const found: string[] = [];
  let asked = 0;
  for (const field of rootFields('Query')) {
    const selection = everything(schema, field.type, 1);
    for (const way of waysToAsk(field)) {
      const query = (value: string): string => `{ root: ${field.name}${way.text(value)} ${selection} }`;
      const unknown = new Map<string, string>();
      for (const { kind, value } of valuesFor(viewer, way).slice(0, kindsAtMost)) {
        const answer = await ask(query(value));
        asked += 1;
        const what = `${field.name}${way.text(value)} by ${kind}`;
        const leaks = leaked(viewer, answer, value);
        if (leaks.length > 0) found.push(`${what} tells ${leaks.join(', ')}`);
        const other = unknownFor(value);
        if (!unknown.has(other)) unknown.set(other, without(await ask(query(other)), other));
        if (without(answer, value) !== unknown.get(other) && !findsResembling(field.name, way))
          found.push(
            `${what} is answered otherwise than what there is not: ${JSON.stringify(answer).slice(0, 200)}`,
          );
      }
    }
  }
  expect(found).toEqual([]);
  return asked;
}

describe.each(viewers)('%s', (viewer) => {
  test('there is something to hide, of many kinds', () => {
    const kinds = new Set(hidden[viewer].map(({ kind }) => kind));
    for (const kind of ['orders.id', 'orders.number', 'order_items.id', 'order_notes.id', 'order_history.id'])
      expect(kinds).toContain(kind);
    if (viewer === 'customer')
      for (const kind of [
        'returns.id',
        'quotes.id',
        'payments.id',
        'customers.email',
        'order_fulfillments.number',
      ])
        expect(kinds).toContain(kind);
  });

  test('every query, asked for what is hidden in every way, answers as if it were not there', async () => {
    expect(await askForHidden(viewer, overHttp(viewer))).toBeGreaterThan(viewer === 'nobody' ? 50 : 300);
  });

  test('every mutation of what is hidden is refused as of what there is not, and changes nothing', async () => {
    const found: string[] = [];
    const ids = valuesFor(viewer, { takes: 'id', text: String });
    const fields = rootFields('Mutation').filter(({ name }) => !opensSessions.has(name));
    const ask = overHttp(viewer);
    await expectUnchanged(server, async () => {
      for (const field of fields) {
        const unknown = without(await ask(mutationWith(schema, field, unknownId)), unknownId);
        for (const { kind, value } of ids) {
          const answer = await ask(mutationWith(schema, field, value));
          if (without(answer, value) !== unknown)
            found.push(
              `${field.name} of ${kind}: ${JSON.stringify(answer).slice(0, 300)} and not ${unknown.slice(0, 300)}`,
            );
        }
      }
    });
    expect(found).toEqual([]);
  });
});

/** They take no object, and too many wrong passwords are answered otherwise. */
const opensSessions = new Set(['login', 'refreshToken', 'logout']);

describe.each(['customer', 'warehouse_staff'] as const)('%s, over a socket', (viewer) => {
  test('every query answers as if what is hidden were not there', async () => {
    // The same resolvers answer as over HTTP: a few kinds show that they know who asks.
    expect(await askForHidden(viewer, overSocket(viewer), 3)).toBeGreaterThan(100);
  });
});

/** What each of them has gone through. */
const walks = new Map<string, Set<string>>();

describe.each(['customer', 'warehouse_staff'] as const)('%s, from what one may see', (viewer) => {
  test.each([
    ['HTTP', overHttp],
    ['a socket', overSocket],
  ] as const)('no path leads to what is hidden, over %s', async (transport, over) => {
    const found: string[] = [];
    const walked = new Set<string>();
    walks.set(`${viewer} over ${transport}`, walked);
    const ask = over(viewer);
    for (const start of startsOf(schema, side.world, viewer)) {
      for (const { edge, query } of walkFrom(schema, start, walked)) {
        const answer = (await ask(query)) as { errors?: { extensions: { code: string } }[] };
        const leaks = leaked(viewer, answer);
        if (leaks.length > 0) found.push(`${edge} tells ${leaks.join(', ')}: ${query}`);
        const fault = answer.errors?.find(({ extensions }) => extensions.code !== 'FORBIDDEN');
        if (fault) found.push(`${edge}: ${JSON.stringify(fault)}: ${query}`);
      }
    }
    expect(found).toEqual([]);
  });
});

/** Types that only a mutation or a subscription answers; payloads are asked for with every mutation above. */
const isPayload = (edge: string): boolean =>
  /^(\w+Payload|\w+Error|\w*Change|OrderEvent|Bulk\w+Result)\./.test(edge);

test('every field that leads to an object was walked by each of them', () => {
  for (const [who, walked] of walks) {
    const left = everyEdge(schema).filter((edge) => !walked.has(edge) && !isPayload(edge));
    expect([who, left]).toEqual([who, ['Session.user']]);
  }
});

describe('subscriptions', () => {
  const ofEverything = 'orderEvents(after: $after)';
  const subscriptions = [
    'orderEvents(after: $after, orderId: $id)',
    'fulfillmentStatusChanged(after: $after, filter: {})',
    ofEverything,
  ];
  /** They tell neither of the two anything at all. */
  const refused = ['dashboardChanged'];

  test('are all that there are', async () => {
    const names = [...new Set(subscriptions.map((text) => text.split('(')[0]!)), ...refused];
    expect(names.toSorted()).toEqual(Object.keys(schema.getSubscriptionType()!.getFields()).toSorted());
    for (const viewer of ['customer', 'warehouse_staff'] as const)
      for (const name of refused)
        expect(await overSocket(viewer)(`subscription { ${name} { __typename } }`)).toMatchObject({
          errors: [{ extensions: { code: 'FORBIDDEN' } }],
        });
  });

  /** What becomes of an order of the other side, while the viewer listens. */
  const happen = async (orderId: string, note: string): Promise<void> => {
    for (const isInternal of [false, true])
      await mutate(server.as.customer_service, 'addNote', { orderId, note, isInternal }, 'note { id }');
    await mutate(server.as.order_manager, 'addHistoryEntry', { orderId, description: note }, 'order { id }');
  };

  const confirmForRival = async (): Promise<string> => {
    const { sku, otherCustomerId: customerId } = side.world;
    return (await confirmedOrder(server, [{ sku, quantity: 1 }], { customerId })).id;
  };

  test.each(['customer', 'warehouse_staff'] as const)(
    'tell %s nothing of the other side, live and replayed',
    async (viewer) => {
      const { world, unconfirmed, rich } = side;
      const { data } = await overHttp(viewer)('{ eventCursor }');
      const others = viewer === 'customer' ? [rich, unconfirmed, world.guest] : [unconfirmed];
      const told: string[] = [];
      const stops: (() => void)[] = [];
      /** Those that are told of everything, and whether they have come to the end. */
      const isOver: boolean[] = [];
      const last = viewer === 'customer' ? world.held : world.finished;
      const follow = (after: string): void => {
        for (const text of subscriptions) {
          const field = schema.getSubscriptionType()!.getFields()[text.split('(')[0]!]!;
          const declared = text.includes('$id') ? '($after: String, $id: ID)' : '($after: String)';
          for (const id of text.includes('$id') ? others : [null]) {
            const index = text === ofEverything ? isOver.push(false) - 1 : -1;
            const query = `subscription ${declared} { root: ${text} ${everything(schema, field.type, 3)} }`;
            stops.push(
              sockets.get(viewer)!.subscribe(
                { query, variables: { after, ...(id && { id }) } },
                {
                  next: (event) => {
                    const line = JSON.stringify(event);
                    told.push(line);
                    if (index >= 0 && line.includes(last)) isOver[index] = true;
                  },
                  error: (error) => told.push(`failed: ${JSON.stringify(error)}`),
                  complete: () => {},
                },
              ),
            );
          }
        }
      };
      follow(data.eventCursor);
      for (const orderId of others) await happen(orderId, `Raven, live: ${viewer}`);
      // Of notes a customer is not told anyway: it has to be what they would be told of an order of theirs.
      if (viewer === 'customer') others.push(await confirmForRival());
      // From before all of that, and again from its end.
      follow(data.eventCursor);
      // Each is told of this; what came before it in the log has come before it here.
      if (viewer === 'customer')
        await mutate(manager(), 'cancelOrder', { orderId: last, reason: 'The end' }, 'order { id }');
      else
        await mutate(
          manager(),
          'addNote',
          { orderId: last, note: 'The end', isInternal: true },
          'note { id }',
        );
      // One that has been told twice would hide that the other has not been told.
      await vi.waitFor(() => expect(isOver).toEqual([true, true]), { timeout: 20_000, interval: 50 });
      for (const stop of stops) stop();
      const secrets = [
        ...(await hiddenOf(server, others, viewer === 'customer' ? world.otherCustomerId : null)),
      ].filter(({ kind }) => kind !== 'stock_movements.id');
      expect(told.filter((event) => event.startsWith('failed'))).toEqual([]);
      expect(
        told.flatMap((event) => secrets.filter(({ value }) => event.includes(value)).map(({ kind }) => kind)),
      ).toEqual([]);
    },
  );
});
