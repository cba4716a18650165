import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { reservedOrder } from '../reservations/arrange.ts';
import { mutate, placeOrder, stockedVariant } from '../setup/fixtures.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { changesBy, metricsToken, scrape, type Series } from './scrape.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ metricsToken });
});
afterAll(() => server?.stop());

const read = async (): Promise<Series> => (await scrape(server.url, metricsToken)).series;
const counted = (work: () => Promise<unknown>) =>
  changesBy(read, work, /^orders_(commands|command_refusals|oversell_\w+|reservations_expired_\w+)_total/);
const ended = (command: string, outcome: string, count = 1) => ({
  [`orders_commands_total{command="${command}",outcome="${outcome}"}`]: count,
});
const refused = (command: string, code: string, count = 1) => ({
  [`orders_command_refusals_total{command="${command}",code="${code}"}`]: count,
});
const cancel = (orderId: string, more: object = {}) =>
  mutate(server.as.order_manager, 'cancelOrder', { orderId, reason: 'Not wanted.', ...more }, 'order { id }');

test('what is not on the shelf is refused, and counted once however many lines are short', async () => {
  const { sku } = await stockedVariant(server, { LONDON: 3 });
  const other = await stockedVariant(server, { LONDON: 1 });
  const lines = [
    { sku, quantity: 4 },
    { sku: other.sku, quantity: 2 },
  ];
  const input = { channel: 'ECOMMERCE', currency: 'GBP', customerId: server.customerId, lines };
  expect(await counted(() => mutate(server.as.order_manager, 'createOrder', input, 'order { id }'))).toEqual({
    ...ended('createOrder', 'refused'),
    ...refused('createOrder', 'INSUFFICIENT_STOCK'),
    orders_oversell_refusals_total: 1,
  });
});

test('done, repeated with its key, key used for another, not possible any more, no such order', async () => {
  const { sku } = await stockedVariant(server, { LONDON: 3 });
  const order = await placeOrder(server, [{ sku, quantity: 1 }]);
  const idempotencyKey = randomUUID();
  expect(
    await counted(async () => {
      await cancel(order.id, { idempotencyKey });
      await cancel(order.id, { idempotencyKey });
      await cancel(order.id, { idempotencyKey, reason: 'Another.' });
      await cancel(order.id);
      await cancel(randomUUID());
      await cancel(order.id, { reason: 'x'.repeat(10_000) });
    }),
  ).toEqual({
    ...ended('cancelOrder', 'done'),
    ...ended('cancelOrder', 'replayed'),
    ...ended('cancelOrder', 'refused', 4),
    ...refused('cancelOrder', 'IDEMPOTENCY_CONFLICT'),
    ...refused('cancelOrder', 'INVALID_TRANSITION'),
    ...refused('cancelOrder', 'NOT_FOUND'),
    ...refused('cancelOrder', 'VALIDATION'),
  });
});

test('each order of a bulk mutation counts, those of a dry run do not', async () => {
  const { sku } = await stockedVariant(server, { LONDON: 10 });
  const [first, second] = [
    await placeOrder(server, [{ sku, quantity: 1 }]),
    await placeOrder(server, [{ sku, quantity: 1 }]),
  ];
  await cancel(second.id);
  const input = { orderIds: [first.id, second.id], status: 'CONFIRMED' };
  const bulk = (more: object) =>
    mutate(server.as.order_manager, 'bulkUpdateOrderStatus', { ...input, ...more }, 'applied');
  const [done, refusal] = [ended('bulkUpdateOrderStatus', 'done'), ended('bulkUpdateOrderStatus', 'refused')];
  const code = refused('bulkUpdateOrderStatus', 'INVALID_TRANSITION');
  const idempotencyKey = randomUUID();
  expect(await counted(() => bulk({ dryRun: true }))).toEqual({});
  expect(await counted(() => bulk({ atomic: true }))).toEqual({ ...refusal, ...code });
  expect(await counted(() => bulk({ idempotencyKey }))).toEqual({ ...done, ...refusal, ...code });
  expect(await counted(() => bulk({ idempotencyKey }))).toEqual(
    ended('bulkUpdateOrderStatus', 'replayed', 2),
  );
  expect(await counted(() => bulk({ orderIds: [] }))).toEqual({
    ...refusal,
    ...refused('bulkUpdateOrderStatus', 'VALIDATION'),
  });
});

test('reservations past their time count when they are released, by whomever', async () => {
  const { id } = await reservedOrder(server);
  await server.database.transaction((transaction) =>
    transaction.execute(sql`
      update inventory_reservations set expires_at = now() - interval '1 second' where order_id = ${id}::uuid`),
  );
  const release = () => mutate(server.as.order_manager, 'releaseExpiredReservations', {}, 'units');
  expect(await counted(release)).toEqual({
    // The order, and the sum of the call.
    ...ended('releaseExpiredReservations', 'done', 2),
    orders_reservations_expired_orders_total: 1,
    orders_reservations_expired_units_total: 5,
  });
  expect(await counted(release)).toEqual(ended('releaseExpiredReservations', 'done'));
});
