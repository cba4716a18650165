import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunningServer } from '../../src/server.ts';
import { confirmedOrder, mutate, stockedVariant, type ConfirmedOrder } from '../setup/fixtures.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { asker, startTestServer, type Ask, type TestServer } from '../setup/server.ts';
import { makeRandom } from './random.ts';

let server: TestServer;
let another: RunningServer;
beforeAll(async () => {
  server = await startTestServer();
  another = await server.startAnother();
});
afterAll(async () => {
  await another.stop();
  await server.stop();
});

const writersPerOrder = 6;
const attempts = 30;

/** Somebody who tries whatever comes to mind on one order, mostly in vain. */
async function writeAtRandom(ask: Ask, order: ConfirmedOrder, sku: string, seed: number): Promise<number> {
  const random = makeRandom(seed);
  const onFulfillment = (verb: string, extra: object = {}, type = 'FulfillmentInput') => {
    const { id } = order.fulfillments[random(order.fulfillments.length)]!;
    // Half of them with a key: claiming it must not come before the lock.
    const key = random(2) === 0 ? { idempotencyKey: `${seed} ${random(1_000_000)}` } : {};
    return mutate(ask, verb, { fulfillmentId: id, ...extra, ...key }, 'fulfillment { id }', type);
  };
  const verbs = [
    () => onFulfillment('startPicking'),
    () => onFulfillment('scanItem', { barcode: sku, quantity: 1 }, 'ScanItemInput'),
    () => onFulfillment('scanItem', { barcode: sku, quantity: 1 }, 'ScanItemInput'),
    () => onFulfillment('completePicking'),
    () => onFulfillment('startPacking'),
    () => onFulfillment('completePacking', {}, 'CompletePackingInput'),
    () => onFulfillment('shipFulfillment', { carrier: 'PICKUP' }, 'ShipFulfillmentInput'),
    () => onFulfillment('deliverFulfillment'),
    () => mutate(ask, 'addNote', { orderId: order.id, note: 'A note' }, 'note { id }'),
  ];
  let changes = 0;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const { userErrors } = await verbs[random(verbs.length)]!();
    if (userErrors.length === 0) changes += 1;
  }
  return changes;
}

interface Entry extends Record<string, unknown> {
  orderId: string;
  fulfillmentId: string | null;
  oldStatus: string | null;
  newStatus: string | null;
  transactionId: string;
  createdAt: string;
}

/** In log order, each row of a thing goes on from where its row before it ended. */
function expectChain(rows: readonly Entry[], what: string): void {
  let status: string | null = null;
  for (const { oldStatus, newStatus } of rows) {
    expect(oldStatus, `${what}: the row that makes it ${newStatus}`).toBe(status);
    status = newStatus;
  }
}

test(
  'the log, in its own order, is the order of the changes of each order and fulfillment',
  { timeout: 180_000 },
  async () => {
    const { sku } = await stockedVariant(server, { LONDON: 100, LEEDS: 100 });
    const orders = await Promise.all(
      Array.from({ length: 3 }, () =>
        confirmedOrder(server, [
          { sku, quantity: 2, locationCode: 'LONDON' },
          { sku, quantity: 2, locationCode: 'LEEDS' },
        ]),
      ),
    );
    const askers = [server.as.order_manager, asker(another.url, server.tokens.warehouse_staff)];
    const changes = await Promise.all(
      orders.flatMap((order, place) =>
        Array.from({ length: writersPerOrder }, (_, writer) =>
          writeAtRandom(askers[writer % 2]!, order, sku, 100 * place + writer),
        ),
      ),
    );
    expect(changes.reduce((total, each) => total + each, 0)).toBeGreaterThan(100);
    const rows = await server.database.read.execute<Entry>(sql`
    select order_id as "orderId", fulfillment_id as "fulfillmentId", old_status as "oldStatus",
      new_status as "newStatus", transaction_id::text as "transactionId", created_at::text as "createdAt"
    from order_history order by transaction_id, position`);
    for (const order of orders) {
      const own = rows.filter(({ orderId }) => orderId === order.id);
      const times = own.map(({ createdAt }) => createdAt);
      expect(times).toEqual(times.toSorted());
      // Each transaction's rows are together: nobody else's come between.
      const transactions = own.map(({ transactionId }) => transactionId);
      const runs = transactions.filter((id, index) => id !== transactions[index - 1]);
      expect(runs).toHaveLength(new Set(transactions).size);
      expectChain(
        own.filter(({ fulfillmentId, newStatus }) => fulfillmentId === null && newStatus !== null),
        `order ${order.number}`,
      );
      for (const { id, number } of order.fulfillments) {
        expectChain(
          own.filter(({ fulfillmentId }) => fulfillmentId === id),
          `fulfillment ${number}`,
        );
      }
    }
    await expectInvariants(server.databaseUrl);
  },
);
