import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { forgetOrigin } from '../../src/history/forget-origin.repository.ts';
import { verifyHistories } from '../../src/history/verify-history.repository.ts';
import { historyOf } from '../setup/command-rules.ts';
import { confirmedOrder, mutate, placeOrder, stockedVariant, work } from '../setup/fixtures.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';

let server: TestServer;
let intruder: postgres.Sql;
let sku: string;
beforeAll(async () => {
  server = await startTestServer();
  intruder = postgres(server.databaseUrl, { max: 1, onnotice: () => {} });
  ({ sku } = await stockedVariant(server, { LONDON: 100 }));
});
afterAll(async () => {
  await intruder.end();
  await server.stop();
});

const verify = (orderId: string) => verifyHistories(server.database.read, { orderId }, 1, null);

test('the history has the address of the connection, whatever the client claims, and at most 300 characters of the program', async () => {
  const { id } = await placeOrder(server, [{ sku, quantity: 1 }]);
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${server.tokens.order_manager}`,
      'user-agent': `Till/2.1 ${'x'.repeat(400)}`,
      'x-forwarded-for': '203.0.113.7',
      'x-real-ip': '203.0.113.7',
      forwarded: 'for=203.0.113.7',
    },
    body: JSON.stringify({
      query: `mutation { addNote(input: { orderId: "${id}", note: "x", isInternal: true }) { userErrors { code } } }`,
    }),
  });
  expect(await response.json()).toEqual({ data: { addNote: { userErrors: [] } } });
  const entry = (await historyOf(server, id)).at(-1);
  expect(entry).toMatchObject({ action: 'NOTE_ADDED', ipAddress: '127.0.0.1' });
  expect(entry.userAgent).toBe(`Till/2.1 ${'x'.repeat(291)}`);
});

test('a person’s address and program are forgotten, everybody else’s kept, and the chain still verifies', async () => {
  const order = await confirmedOrder(server, [{ sku, quantity: 1, locationCode: 'LONDON' }]);
  const orderId = order.id;
  await work(server, order.fulfillments[0]!.id, 'shipFulfillment');
  const before = await intruder`
    select id, hash, origin_digest, ip_address, user_agent, performed_by_id from order_history
    where order_id = ${orderId} order by chain_place`;
  const { warehouse_staff: forgotten } = server.userIds;
  const count = await server.database.transaction((transaction) =>
    forgetOrigin(transaction, { userIds: [forgotten] }),
  );
  expect(count).toBeGreaterThanOrEqual(before.filter((each) => each['performed_by_id'] === forgotten).length);
  const after = await intruder`
    select id, hash, origin_digest, ip_address, user_agent, performed_by_id from order_history
    where order_id = ${orderId} order by chain_place`;
  expect(after).toEqual(
    before.map((each) =>
      each['performed_by_id'] === forgotten ? { ...each, ip_address: null, user_agent: null } : each,
    ),
  );
  const [left] = await intruder`
    select count(*)::integer as count from order_history
    where performed_by_id = ${forgotten} and (ip_address is not null or user_agent is not null or origin_salt is not null)`;
  expect(left).toEqual({ count: 0 });
  expect(after.some(({ ip_address }) => ip_address === '127.0.0.1')).toBe(true);
  expect((await verify(orderId)).breaks).toEqual([]);
  // The chain goes on from there, and putting an address back is found.
  await mutate(server.as.warehouse_staff, 'addNote', { orderId, note: 'x', isInternal: true }, 'note { id }');
  expect((await verify(orderId)).breaks).toEqual([]);
  const entry = before.find((each) => each['performed_by_id'] === forgotten)!;
  await intruder.begin(async (on) => {
    await on`set local session_replication_role = replica`;
    await on`update order_history set ip_address = '127.0.0.1' where id = ${entry['id']}`;
  });
  expect((await verify(orderId)).breaks).toMatchObject([{ entryId: entry['id'], reason: 'origin_changed' }]);
});
