import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { GraphQLField } from 'graphql';
import { isAnswer, rolesOf } from '../security/roles-of.ts';
import { unknownId } from '../setup/command-rules.ts';
import { expectUnchanged } from '../setup/snapshot.ts';
import {
  everyEdge,
  everything,
  mutationWith,
  operation,
  variablesOf,
  waysToAsk,
  type Way,
} from './made-operations.ts';
import {
  openOtherSide,
  signedIn,
  type AskWith,
  type OpenSide,
  type SignedIn,
  type Viewer,
} from './open-other-side.ts';
import { oneOfEach, telltales, type Hidden } from './other-side-world.ts';
import { edgesIn, walk, type Start } from './walk.ts';

let open: OpenSide;
beforeAll(async () => {
  open = await openOtherSide();
});
afterAll(() => open?.close());

const rootFields = (kind: 'Query' | 'Mutation'): GraphQLField<unknown, unknown>[] =>
  Object.values(
    (kind === 'Query' ? open.schema.getQueryType()! : open.schema.getMutationType()!).getFields(),
  );

/** What of the hidden stands in an answer, beside what was asked for. */
function leaked(viewer: Viewer, answer: unknown, asked = ''): string[] {
  const text = JSON.stringify(answer);
  return open.hidden[viewer]
    .filter(({ value }) => value !== asked && text.includes(value))
    .map(({ kind }) => kind);
}

const unknownFor = (value: string): string =>
  value.length === unknownId.length ? unknownId : 'unknown-4711';
const without = (answer: unknown, value: string): string => JSON.stringify(answer).replaceAll(value, 'VALUE');

/** What stands in the place of a value in this way of asking; one is enough to be told that nobody is asked. */
function valuesFor(viewer: Viewer, { takes }: Way): Hidden[] {
  const each = oneOfEach(open.hidden[viewer]);
  if (takes === 'nothing' || viewer === 'nobody') return each.slice(0, 1);
  // A text can be an id as well; of these one will do.
  const [ids, texts] = [true, false].map((isId) => each.filter(({ kind }) => kind.endsWith('.id') === isId));
  return takes === 'id' ? ids! : [...texts!, ids![0]!];
}

/** A text finds orders with one that resembles it, where nothing has it: compared in other-paths.test.ts. */
const findsResembling = (name: string, way: Way): boolean =>
  name === 'orders' && way.text.includes('filter: { text:');

/** Asks everything for everything hidden, and for what there is not: the answers must be the same, and tell nothing. */
async function askForHidden(viewer: Viewer, ask: AskWith, kindsAtMost = Infinity): Promise<number> {
  const found: string[] = [];
  let asked = 0;
  for (const field of rootFields('Query')) {
    const selection = everything(open.schema, field.type, 1);
    for (const way of waysToAsk(field)) {
      const query = operation('query', `${field.name}${way.text} ${selection}`);
      const askFor = (value: string): Promise<unknown> => ask(query, variablesOf(query, value));
      const unknown = new Map<string, string>();
      for (const { kind, value } of valuesFor(viewer, way).slice(0, kindsAtMost)) {
        const answer = await askFor(value);
        asked += 1;
        const what = `${field.name}${way.text} by ${kind}`;
        const leaks = leaked(viewer, answer, value);
        if (leaks.length > 0) found.push(`${what} tells ${leaks.join(', ')}`);
        const other = unknownFor(value);
        if (!unknown.has(other)) unknown.set(other, without(await askFor(other), other));
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

describe.each([...signedIn, 'nobody'] as const)('%s', (viewer) => {
  test('there is something to hide, of many kinds', () => {
    const kinds = new Set(open.hidden[viewer].map(({ kind }) => kind));
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
    expect(await askForHidden(viewer, open.overHttp(viewer))).toBeGreaterThan(viewer === 'nobody' ? 50 : 300);
  });

  test('every mutation of what is hidden is refused as of what there is not, and changes nothing', async () => {
    const found: string[] = [];
    const ids = valuesFor(viewer, { takes: 'id', text: '' });
    const fields = rootFields('Mutation').filter(({ name }) => !opensSessions.has(name));
    const ask = open.overHttp(viewer);
    await expectUnchanged(open.server, async () => {
      for (const field of fields) {
        const mutation = mutationWith(open.schema, field);
        const askFor = (value: string): Promise<unknown> => ask(mutation, variablesOf(mutation, value));
        const unknown = without(await askFor(unknownId), unknownId);
        for (const { kind, value } of ids) {
          const answer = await askFor(value);
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

describe.each(signedIn)('%s, over a socket', (viewer) => {
  test('every query answers as if what is hidden were not there', async () => {
    // The same resolvers answer as over HTTP: a few kinds show that they know who asks.
    expect(await askForHidden(viewer, open.overSocket(viewer), 3)).toBeGreaterThan(100);
  });
});

/** Who has placed an order is in its history, and is its customer, whom the warehouse is shown. */
const besides: Readonly<Record<SignedIn, readonly string[]>> = {
  customer: [],
  warehouse_staff: ['User.customer'],
};

/** Where what one may see begins: every query that can be asked without saying of what, and what there is to be seen. */
function starts(viewer: SignedIn): Start[] {
  const { world } = open.side;
  const note = viewer === 'customer' ? world.publicNote : world.internalNote;
  const { finished, held, cancelled, archived, returned, guest } = world;
  const known: Readonly<Record<string, readonly string[]>> = {
    // The warehouse sees the rich order too, and must not be led on from it to the other one of its customer.
    order: [open.side.rich, finished, held, cancelled, archived, returned, guest].map(
      (id) => `(id: "${id}")`,
    ),
    fulfillment: [`(id: "${world.finishedFulfillment}")`],
    product: [`(id: "${world.productId}")`],
    variant: [`(sku: "${world.sku}")`],
    scan: [`(code: "${world.sku}")`],
    availability: [`(sku: "${world.sku}")`],
    note: [`(id: "${note}")`],
  };
  return rootFields('Query').flatMap(({ name, args, type }) => {
    const isFree = !args.some((each) => String(each.type).endsWith('!') && each.defaultValue === undefined);
    const texts = known[name] ?? (isFree ? [''] : []);
    return texts.map((text) => ({ text: `${name}${text}`, type }));
  });
}

describe.each(signedIn)('%s, from what one may see', (viewer) => {
  let found: string[] = [];
  beforeEach(() => {
    found = [];
  });
  function look(query: string, answer: unknown): void {
    const text = JSON.stringify(answer);
    const leaks = [...leaked(viewer, answer), ...telltales[viewer].filter((each) => text.includes(each))];
    if (leaks.length > 0) found.push(`${leaks.join(', ')} by ${query}`);
    const { errors = [] } = answer as { errors?: { extensions: { code: string } }[] };
    const fault = errors.find(({ extensions }) => extensions.code !== 'FORBIDDEN');
    if (fault) found.push(`${JSON.stringify(fault)} by ${query}`);
  }
  /** All that this viewer is to get by section 6 has led to an object, and nothing else has. */
  function expectWhole(reached: ReadonlySet<string>): void {
    const edges = everyEdge(open.schema).filter((edge) => !isAnswer(edge.split('.')[0]!));
    const expected = edges.filter((edge) => rolesOf(edge).includes(viewer) || besides[viewer].includes(edge));
    expect(edges.filter((edge) => reached.has(edge)).toSorted()).toEqual(expected.toSorted());
  }
  /** The queries by which the walk came on. */
  const further: string[] = [];

  test('no path leads to what is hidden', async () => {
    const reached = new Set<string>();
    for (const start of starts(viewer)) {
      await walk(open.schema, start, reached, open.overHttp(viewer), (query, answer, isFurther) => {
        look(query, answer);
        if (isFurther) further.push(query);
      });
    }
    expect(found).toEqual([]);
    expectWhole(reached);
  });

  test('nor does it over a socket', async () => {
    const reached = new Set<string>();
    for (const query of further) {
      const answer = await open.overSocket(viewer)(query);
      look(query, answer);
      edgesIn(answer.data, reached);
    }
    expect(found).toEqual([]);
    expectWhole(reached);
  });
});
