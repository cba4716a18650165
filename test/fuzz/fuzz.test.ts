import { readFileSync } from 'node:fs';
import { sql } from 'drizzle-orm';
import { createClient, type Client } from 'graphql-ws';
import { buildSchema, type GraphQLField } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { Chooser } from '../graphql/random-query.ts';
import { confirmedOrder, placeOrder, stockedVariant, work } from '../setup/fixtures.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { hostileOperation, type HostileOperation } from './hostile-operation.ts';
import type { ExistingValues } from './hostile-values.ts';

/** `npm run fuzz` sends a hundred thousand; a seed that is told is repeated by FUZZ_SEED. */
const operations = Number(process.env['FUZZ_OPERATIONS'] ?? 600);
const seed = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const atOnce = 6;
const longRun = 20_000;

const schema = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));
const roots = {
  query: Object.values(schema.getQueryType()!.getFields()),
  mutation: Object.values(schema.getMutationType()!.getFields()),
  subscription: Object.values(schema.getSubscriptionType()!.getFields()),
};
type Kind = keyof typeof roots;

/** What no answer may have in it: statements, places in the code, names of libraries. */
const telltale =
  /\b(select|insert into|update|delete from)\b[^"]{0,60}\b(from|values|set|where)\b|\.(ts|js):\d+|node_modules|postgres(ql)?error|drizzle|typeerror|rangeerror|syntaxerror:|failed query|violates|relation "/i;
const faults = new Set(['INTERNAL_SERVER_ERROR', 'SERVICE_UNAVAILABLE', 'OUTCOME_UNKNOWN']);

let server: TestServer;
let existing: ExistingValues;
let people: (string | null)[];

beforeAll(async () => {
  server = await startTestServer();
  const { sku, barcode } = await stockedVariant(server, { LONDON: 5_000, LEEDS: 5_000 });
  for (let each = 0; each < 6; each += 1) {
    await placeOrder(server, [{ sku, quantity: 2 }]);
    const { fulfillments } = await confirmedOrder(server, [{ sku, quantity: 2, locationCode: 'LONDON' }]);
    if (each > 1)
      await work(
        server,
        fulfillments[0]!.id,
        (['startPicking', 'completePicking', 'shipFulfillment', 'deliverFulfillment'] as const)[each - 2]!,
      );
  }
  people = [...Object.values(server.tokens), null];
  existing = {
    ids: await idsOf(server),
    byName: {
      sku: [sku],
      barcode: [barcode],
      locationCode: ['LONDON', 'LEEDS'],
      currency: ['GBP'],
      first: [0, 1, 2, 100, 101, -1],
      confirm: ['yes'],
    },
  };
});
afterAll(() => server.stop());

/** Of everything that there is, but not of those who are signed in: to be locked out would end the game. */
async function idsOf({ database, userIds }: TestServer): Promise<string[]> {
  const tables = [
    'orders',
    'order_items',
    'order_fulfillments',
    'fulfillment_items',
    'inventory_reservations',
    'order_notes',
    'payments',
    'products',
    'product_variants',
    'stock_locations',
    'customers',
  ];
  const rows = await database.read.execute<{ id: string }>(
    sql.raw(tables.map((table) => `(select id from ${table} limit 20)`).join(' union all ')),
  );
  const own = new Set(Object.values(userIds));
  return rows.map(({ id }) => id).filter((id) => !own.has(id));
}

function nth(index: number): {
  kind: Kind;
  field: GraphQLField<unknown, unknown>;
  operation: HostileOperation;
  token: string | null;
  isSocket: boolean;
} {
  const choose = new Chooser(seed + index * 7919);
  const kind = choose.from<Kind>(['query', 'query', 'mutation', 'mutation', 'mutation', 'subscription']);
  const field = choose.from(roots[kind]);
  const operation = hostileOperation(choose, existing, kind, field);
  // Those who may do more come further.
  const token = choose.oneIn(3) ? choose.from(people) : server.tokens.order_manager;
  return {
    kind,
    field,
    operation,
    token,
    isSocket: token !== null && (kind === 'subscription' || choose.oneIn(25)),
  };
}

async function overHttp(
  { query, variables }: HostileOperation,
  token: string | null,
): Promise<{ status: number; text: string }> {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, text: await response.text() };
}

/** The first message that comes of it; of a subscription that is taken, nothing may come. */
function overSocket(client: Client, { query, variables }: HostileOperation, kind: Kind): Promise<string> {
  return new Promise((resolve, reject) => {
    let stop: (() => void) | undefined;
    const end = (text: string): void => {
      clearTimeout(timer);
      resolve(text);
      queueMicrotask(() => stop?.());
    };
    const timer = setTimeout(
      () => (kind === 'subscription' ? end('') : reject(new Error('no answer'))),
      kind === 'subscription' ? 30 : 20_000,
    );
    stop = client.subscribe(
      { query, variables: { ...variables } },
      {
        next: (value) => end(JSON.stringify(value)),
        error: (error) =>
          Array.isArray(error) ? end(JSON.stringify({ errors: error })) : reject(error as Error),
        complete: () => end(''),
      },
    );
  });
}

function complaintAbout(text: string, status: number): string | undefined {
  if (status >= 500) return `status ${status}`;
  if (text === '') return undefined;
  const { errors = [] } = JSON.parse(text) as {
    errors?: { message: string; extensions?: { code?: string } }[];
  };
  const fault = errors.find(({ extensions }) => faults.has(extensions?.code ?? ''));
  if (fault) return `${fault.extensions?.code}: ${fault.message}`;
  const told = errors.find(({ message }) => telltale.test(message));
  return told && `a message that tells too much: ${told.message}`;
}

test(
  `nothing that is sent makes the server fail, tell what it is made of, or break what must hold (seed ${seed})`,
  { timeout: 120_000 + operations * 100 },
  async () => {
    const clients = new Map(
      Object.values(server.tokens).map(
        (token) =>
          [
            token,
            createClient({
              url: `${server.url.replace('http', 'ws')}/graphql`,
              webSocketImpl: WebSocket,
              connectionParams: token ? { authorization: `Bearer ${token}` } : {},
            }),
          ] as const,
      ),
    );
    const found: string[] = [];
    const reached = new Set<string>();
    const heap: number[] = [];
    let next = 0;
    const send = async (): Promise<void> => {
      while (next < operations && found.length < 5) {
        const index = next;
        next += 1;
        if (index % Math.ceil(operations / 10) === 0) heap.push(process.memoryUsage().heapUsed);
        const { kind, field, operation, token, isSocket } = nth(index);
        try {
          const { status, text } = isSocket
            ? { status: 200, text: await overSocket(clients.get(token!)!, operation, kind) }
            : await overHttp(operation, token);
          const complaint = complaintAbout(text, status);
          if (complaint)
            found.push(
              `${complaint}\n  ${operation.query}\n  ${JSON.stringify(operation.variables)?.slice(0, 2_000)}`,
            );
          if (/"root":(\{|\[|"|\d)/.test(text)) reached.add(field.name);
        } catch (error) {
          found.push(
            `${String(error)}\n  ${operation.query}\n  ${JSON.stringify(operation.variables).slice(0, 2_000)}`,
          );
        }
      }
    };
    await Promise.all(Array.from({ length: atOnce }, send));
    for (const client of clients.values()) await client.dispose();
    expect(found, `FUZZ_SEED=${seed} FUZZ_OPERATIONS=${operations}`).toEqual([]);
    // Many got further than to the first check, or the values have become too wild.
    expect(reached.size).toBeGreaterThan(30);
    await expectInvariants(server.databaseUrl);
    if (operations >= longRun) expect(heap.at(-1)!).toBeLessThan(2 * heap[2]! + 100e6);
  },
);
