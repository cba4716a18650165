import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { unknownId } from '../setup/command-rules.ts';
import { placeOrder, stockedVariant } from '../setup/fixtures.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';

let server: TestServer;
let intruder: postgres.Sql;
const ids: string[] = [];
beforeAll(async () => {
  server = await startTestServer();
  intruder = postgres(server.databaseUrl, { max: 1, onnotice: () => {} });
  const { sku } = await stockedVariant(server, { LONDON: 100 });
  for (let each = 0; each < 5; each += 1) ids.push((await placeOrder(server, [{ sku, quantity: 1 }])).id);
});
afterAll(async () => {
  await intruder.end();
  await server.stop();
});

const document = `query ($orderId: ID, $from: DateTime, $before: DateTime, $first: Int, $after: String) {
  verifyHistory(orderId: $orderId, createdFrom: $from, createdBefore: $before, first: $first, after: $after) {
    isIntact ordersChecked entriesChecked breaks { orderId entryId place reason } hasNextPage endCursor } }`;

async function verify(variables: Record<string, unknown> = {}): Promise<any> {
  const answer = await server.as.order_manager(document, variables);
  expect(answer.errors).toBeUndefined();
  return answer.data.verifyHistory;
}

test('one order, and one that there is not', async () => {
  expect(await verify({ orderId: ids[0] })).toEqual({
    isIntact: true,
    ordersChecked: 1,
    entriesChecked: 2,
    breaks: [],
    hasNextPage: false,
    endCursor: expect.any(String),
  });
  expect(await verify({ orderId: unknownId })).toBeNull();
});

test('all orders, page by page, each once', async () => {
  const checked: number[] = [];
  let after: string | null = null;
  for (let page = 0; page < 5; page += 1) {
    const answer: any = await verify({ first: 2, after });
    checked.push(answer.ordersChecked);
    after = answer.endCursor;
    if (!answer.hasNextPage) break;
  }
  expect(checked).toEqual([2, 2, 1]);
  expect(await verify({ first: 5 })).toMatchObject({
    ordersChecked: 5,
    entriesChecked: 10,
    hasNextPage: false,
  });
  expect(await verify({ before: '2020-01-01T00:00:00Z' })).toMatchObject({
    isIntact: true,
    ordersChecked: 0,
    hasNextPage: false,
    endCursor: null,
  });
});

test('a range by when the orders were placed', async () => {
  const times = await intruder`select created_at::text as at from orders order by created_at`;
  const at = (index: number) => `${times[index]!['at'].slice(0, 10)}T${times[index]!['at'].slice(11, -3)}Z`;
  expect(await verify({ from: at(1), before: at(3) })).toMatchObject({ ordersChecked: 2, entriesChecked: 4 });
});

test('a break is named with its order, its entry and how it shows; the other orders hold', async () => {
  const [entry] = await intruder`
    select id from order_history where order_id = ${ids[3]!} and chain_place = 2`;
  await intruder.begin(async (sql) => {
    await sql`set local session_replication_role = replica`;
    await sql`update order_history set description = 'Nothing happened.' where id = ${entry!['id']}`;
    await sql`delete from order_history where order_id = ${ids[1]!} and chain_place = 2`;
  });
  const broken = { orderId: ids[3], entryId: entry!['id'], place: 2, reason: 'ENTRY_CHANGED' };
  const cut = { orderId: ids[1], entryId: null, place: 2, reason: 'END_MISSING' };
  expect(await verify()).toMatchObject({
    isIntact: false,
    ordersChecked: 5,
    entriesChecked: 9,
    breaks: [cut, broken],
  });
  expect(await verify({ orderId: ids[3] })).toMatchObject({ isIntact: false, breaks: [broken] });
  expect(await verify({ orderId: ids[2] })).toMatchObject({ isIntact: true, breaks: [] });
});

describe('is refused', () => {
  test.each(['warehouse_staff', 'customer_service', 'customer'] as const)('for %s', async (role) => {
    const answer = await server.as[role](document, { orderId: ids[0] });
    expect(answer.data?.verifyHistory ?? null).toBeNull();
    expect(answer.errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN', permissions: ['history.verify'] } },
    ]);
  });

  test.each([[{ orderId: 'x' }], [{ first: 0 }], [{ first: 10_001 }], [{ after: 'x' }], [{ from: 'x' }]])(
    'for %j',
    async (variables) => {
      const answer = await server.as.order_manager(document, variables);
      expect(answer.data?.verifyHistory ?? null).toBeNull();
      expect(answer.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    },
  );
});
