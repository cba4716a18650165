import postgres from 'postgres';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { placeOrder, stockedVariant } from '../setup/fixtures.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { waitUntil } from '../setup/wait-until.ts';
import { openSubscribed } from './raw-socket.ts';

vi.setConfig({ testTimeout: 60_000 });

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server?.stop());

async function change(statements: string): Promise<void> {
  const client = postgres(server.databaseUrl, { max: 1, fetch_types: false });
  await client.unsafe(statements);
  await client.end();
}

const query = `subscription ($after: String) { orderEvents(after: $after, filter: { actions: [ASSIGNED] }) {
  cursor entry { action } order { id items { nodes { sku } } } } }`;

test('an event that cannot be told whole is not told: the socket closes, and resuming tells it', async () => {
  const { sku } = await stockedVariant(server, { LONDON: 10 });
  const order = await placeOrder(server, [{ sku, quantity: 1 }]);
  const { data } = await server.as.order_manager('{ eventCursor }');
  const token = server.tokens.order_manager;
  const socket = await openSubscribed(server.url, token, query, data.eventCursor);
  // What PostgreSQL says while it starts up, to whoever reads the lines: the change does not need them.
  await change(`
    create function not_now() returns boolean language plpgsql as
      $$ begin raise exception 'not now' using errcode = '57P03'; end $$;
    alter table order_items rename to order_items_away;
    create view order_items as select * from order_items_away where not_now()`);
  try {
    const done = await server.as.order_manager(
      'mutation ($input: AssignOrderInput!) { assignOrder(input: $input) { userErrors { code } } }',
      { input: { orderId: order.id, userId: server.userIds.order_manager } },
    );
    expect(done.data).toEqual({ assignOrder: { userErrors: [] } });
    expect(await socket.closed).toEqual({
      code: 1013,
      reason: 'The database is away: connect again and resume from your last cursor',
    });
  } finally {
    await change('drop view order_items; alter table order_items_away rename to order_items');
  }
  expect(socket.messages.filter(({ type }) => type !== 'connection_ack')).toEqual([]);

  const again = await openSubscribed(server.url, token, query, data.eventCursor);
  await waitUntil(() => again.messages.length > 1, 'it is told');
  expect(again.messages[1]).toMatchObject({
    type: 'next',
    payload: {
      data: {
        orderEvents: {
          entry: { action: 'ASSIGNED' },
          order: { id: order.id, items: { nodes: [{ sku }] } },
        },
      },
    },
  });
  again.end();
});
