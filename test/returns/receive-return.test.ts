import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeCommandRules, historyOf, shortHistory, unknownId } from '../setup/command-rules.ts';
import { confirmedOrder, stockedVariant, work } from '../setup/fixtures.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { expectUnchanged, rowsGained } from '../setup/snapshot.ts';
import {
  onHandOf,
  orderAfter,
  readOrder,
  requestedReturn,
  returnCommand,
  type RequestedReturn,
} from './arrange.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await stockedVariant(server, { LEEDS: 1, CLOSED: 1 });
  await server.database.transaction((transaction) =>
    transaction.execute(`update stock_locations set active = false where code = 'CLOSED'`),
  );
});
afterAll(async () => {
  await expectInvariants(server.databaseUrl);
  await server.stop();
});

const receive = (returnId: string, lines: readonly object[], more: object = {}) =>
  returnCommand(server.as.warehouse_staff, 'receiveReturn', { returnId, lines, ...more });
const restock = (returnItemId: string, quantity: number, locationCode = 'LONDON') => ({
  returnItemId,
  quantity,
  disposition: 'RESTOCK',
  locationCode,
});
const writeOff = (returnItemId: string, quantity: number) => ({
  returnItemId,
  quantity,
  disposition: 'WRITE_OFF',
});

test('what is restocked is on hand again, what is written off is not, and both are counted', async () => {
  const { id, orderId, itemIds, order } = await requestedReturn(server);
  expect(await onHandOf(server, order.skus[0]!)).toEqual({ LONDON: 7 });
  const [first, second] = itemIds as [string, string];
  const { userErrors, ...answer } = await receive(id, [writeOff(second, 3), restock(first, 2, 'LEEDS')]);
  expect(userErrors).toEqual([]);
  expect(answer.return).toMatchObject({ status: 'RECEIVED', version: 2, receivedAt: expect.any(String) });
  expect(answer.return.items).toMatchObject([
    { quantity: 2, quantityReceived: 2, disposition: 'RESTOCK', location: { code: 'LEEDS' } },
    { quantity: 3, quantityReceived: 3, disposition: 'WRITE_OFF', location: null },
  ]);
  // The warehouse sees no money.
  expect(answer.return).toMatchObject({ refundable: null, items: [{ refund: null }, { refund: null }] });
  expect(answer.order).toMatchObject({ status: 'RETURNED', version: order.version + 2 });
  const { items } = await readOrder(server, orderId);
  expect(items.nodes).toMatchObject([{ quantityReturned: 2 }, { quantityReturned: 3 }]);
  expect(await onHandOf(server, order.skus[0]!)).toEqual({ LONDON: 7, LEEDS: 2 });
  expect(await onHandOf(server, order.skus[1]!)).toEqual({ LONDON: 7 });

  const movements = await server.database.read.execute(
    `select on_hand_change, reserved_change, performed_by_id::text from stock_movements
     where reason = 'returned' and order_id = '${orderId}'`,
  );
  expect([...movements]).toEqual([
    { on_hand_change: 2, reserved_change: 0, performed_by_id: server.userIds.warehouse_staff },
  ]);
  const last = (await historyOf(server, orderId)).at(-1);
  expect(shortHistory([last])).toEqual(['RETURNED RETURN_REQUESTED>RETURNED']);
  expect(last).toMatchObject({
    description: '5 units came back: 2 restocked, 3 written off.',
    additionalData: {
      returnId: id,
      returnStatus: 'received',
      returnStatusBefore: 'requested',
      unitsRestocked: 2,
      unitsWrittenOff: 3,
    },
    performedBy: { id: server.userIds.warehouse_staff },
  });
  await expectInvariants(server.databaseUrl);
});

test('less may come than was asked for, and only that is refunded', async () => {
  const { id, orderId, itemIds } = await requestedReturn(server);
  await returnCommand(server.as.order_manager, 'approveReturn', { returnId: id });
  const lines = [restock(itemIds[0]!, 1)];
  const answer = await returnCommand(server.as.order_manager, 'receiveReturn', { returnId: id, lines });
  expect(answer.userErrors).toEqual([]);
  expect(answer.return).toMatchObject({
    status: 'RECEIVED',
    refundable: { amountMinor: 333, currency: 'GBP' },
    allowedActions: [],
    items: [
      { quantity: 2, quantityReceived: 1, disposition: 'RESTOCK', refund: { amountMinor: 333 } },
      { quantity: 3, quantityReceived: 0, disposition: null, refund: { amountMinor: 0 } },
    ],
  });
  const { items, allowedActions } = await readOrder(server, orderId);
  expect(items.nodes).toMatchObject([{ quantityReturned: 1 }, { quantityReturned: 0 }]);
  expect(allowedActions).toContain('requestReturn');
});

test('three returns of one unit each refund together what the line has cost, to the penny', async () => {
  const order = await orderAfter(server);
  await server.database.transaction(async (transaction) => {
    // A discount that three do not share evenly.
    await transaction.execute(
      `update order_items set discount_minor = 1, total_minor = total_minor - 1 where id = '${order.itemIds[0]}'`,
    );
    await transaction.execute(
      `update orders set subtotal_minor = subtotal_minor - 1, total_minor = total_minor - 1 where id = '${order.id}'`,
    );
  });
  const refunds: number[] = [];
  for (let unit = 1; unit <= 3; unit += 1) {
    const { id, itemIds } = await requestedReturn(server, order, [1]);
    const lines = [writeOff(itemIds[0]!, 1)];
    const answer = await returnCommand(server.as.order_manager, 'receiveReturn', { returnId: id, lines });
    refunds.push(answer.return.refundable.amountMinor);
  }
  expect(refunds.toSorted((one, other) => one - other)).toEqual([332, 333, 333]);
  const { items, returns } = await readOrder(server, order.id);
  expect(items.nodes[0]).toMatchObject({ quantityReturned: 3, total: { amountMinor: 998 } });
  expect(returns.totalCount).toBe(3);
});

test('a unit that is restocked twice to the same shelf by two lines of one SKU is counted twice', async () => {
  const order = await orderAfter(server);
  const [sku] = order.skus;
  await server.database.transaction((transaction) =>
    transaction.execute(
      `update order_items set variant_id = (select variant_id from order_items where id = '${order.itemIds[0]}')
       where id = '${order.itemIds[1]}'`,
    ),
  );
  const { id, itemIds } = await requestedReturn(server, order, [1, 2]);
  const { userErrors } = await receive(id, [restock(itemIds[0]!, 1), restock(itemIds[1]!, 2)]);
  expect(userErrors).toEqual([]);
  expect(await onHandOf(server, sku!)).toEqual({ LONDON: 10 });
  expect(await onHandOf(server, order.skus[1]!)).toEqual({ LONDON: 7 });
});

describe('lines are refused', () => {
  let requested: RequestedReturn;
  beforeAll(async () => {
    requested = await requestedReturn(server);
  });
  const refused = async (lines: readonly object[]) => {
    const { userErrors, return: made } = await expectUnchanged(server, () => receive(requested.id, lines));
    expect(made).toBeNull();
    return userErrors.map(({ code, path }: any) => `${code} ${path.join('.')}`);
  };

  test('each for its reason', async () => {
    const [first, second] = requested.itemIds as [string, string];
    expect(await refused([])).toEqual(['VALIDATION lines']);
    expect(await refused([writeOff(first, 0)])).toEqual(['VALIDATION lines.0.quantity']);
    expect(await refused([writeOff('1', 1)])).toEqual(['VALIDATION lines.0.returnItemId']);
    expect(await refused([writeOff(first, 3)])).toEqual(['VALIDATION lines.0.quantity']);
    expect(await refused([writeOff(unknownId, 1), writeOff(second, 1), writeOff(second, 1)])).toEqual([
      'NOT_FOUND lines.0.returnItemId',
      'VALIDATION lines.2.returnItemId',
    ]);
    expect(await refused([{ ...writeOff(first, 1), locationCode: 'LONDON' }])).toEqual([
      'VALIDATION lines.0.locationCode',
    ]);
    expect(await refused([{ ...restock(first, 1), locationCode: null }])).toEqual([
      'VALIDATION lines.0.locationCode',
    ]);
    expect(await refused([restock(first, 1, 'NOWHERE')])).toEqual(['NOT_FOUND lines.0.locationCode']);
    expect(await refused([restock(first, 1, 'CLOSED')])).toEqual(['VALIDATION lines.0.locationCode']);
  });

  test('of another return', async () => {
    const other = await requestedReturn(server);
    expect(await refused([writeOff(other.itemIds[0]!, 1)])).toEqual(['NOT_FOUND lines.0.returnItemId']);
  });

  test('that restock what has no stock to keep', async () => {
    const { id, itemIds, order } = await requestedReturn(server);
    const setTracked = (tracks: boolean) =>
      server.database.transaction((transaction) =>
        transaction.execute(
          `update product_variants set tracks_stock = ${tracks} where sku = '${order.skus[0]}'`,
        ),
      );
    await setTracked(false);
    const answer = await expectUnchanged(server, () => receive(id, [restock(itemIds[0]!, 1)]));
    expect(answer.userErrors).toMatchObject([{ code: 'VALIDATION', path: ['lines', '0', 'disposition'] }]);
    expect((await receive(id, [writeOff(itemIds[0]!, 1)])).userErrors).toEqual([]);
    await setTracked(true);
  });

  test('that are more than a shelf can count', async () => {
    const { id, itemIds, order } = await requestedReturn(server);
    await server.database.transaction((transaction) =>
      transaction.execute(`
        with full_shelf as (
          insert into stock_levels (variant_id, location_id, on_hand)
          select product_variants.id, stock_locations.id, 2147483647 from product_variants, stock_locations
          where sku = '${order.skus[0]}' and code = 'LEEDS'
          returning variant_id, location_id, on_hand
        )
        insert into stock_movements (variant_id, location_id, on_hand_change, reserved_change, reason)
        select variant_id, location_id, on_hand, 0, 'received' from full_shelf`),
    );
    const answer = await expectUnchanged(server, () => receive(id, [restock(itemIds[0]!, 1, 'LEEDS')]));
    expect(answer.userErrors).toMatchObject([{ code: 'VALIDATION', path: ['lines'] }]);
  });
});

test('received twice at once, the goods are on hand once', async () => {
  const { id, itemIds, order } = await requestedReturn(server);
  let answers: any[] = [];
  const gained = await rowsGained(server, async () => {
    answers = await Promise.all([1, 2, 3].map(() => receive(id, [restock(itemIds[0]!, 2)])));
  });
  expect(answers.filter(({ userErrors }) => userErrors.length === 0)).toHaveLength(1);
  expect(answers.flatMap(({ userErrors }) => userErrors)).toMatchObject([
    { code: 'INVALID_TRANSITION', from: 'RECEIVED', allowed: [] },
    { code: 'INVALID_TRANSITION', from: 'RECEIVED', allowed: [] },
  ]);
  expect(gained).toEqual({ order_history: 1, stock_movements: 1 });
  expect(await onHandOf(server, order.skus[0]!)).toEqual({ LONDON: 9 });
});

test('many returns onto the same shelves at once all arrive, in whatever order their lines are named', async () => {
  const stocked = [
    await stockedVariant(server, { LONDON: 10 }),
    await stockedVariant(server, { LONDON: 10 }),
  ];
  const orders = await Promise.all(
    [0, 1, 2, 3].map(async (index) => {
      const lines = stocked.map(({ sku }) => ({ sku, quantity: 2 }));
      const { id, fulfillments } = await confirmedOrder(server, index % 2 === 0 ? lines : lines.toReversed());
      await work(server, fulfillments[0]!.id, 'shipFulfillment');
      const { version, items } = await readOrder(server, id);
      return { id, version, skus: [], itemIds: items.nodes.map((item: any) => item.id) };
    }),
  );
  const requested = await Promise.all(orders.map((order) => requestedReturn(server, order, [2, 2])));
  const answers = await Promise.all(
    requested.map(({ id, itemIds }) =>
      receive(
        id,
        itemIds.map((itemId) => restock(itemId, 2)),
      ),
    ),
  );
  expect(answers.map(({ userErrors }) => userErrors)).toEqual([[], [], [], []]);
  for (const { sku } of stocked) expect(await onHandOf(server, sku)).toEqual({ LONDON: 10 });
});

const arranged = new Map<string, RequestedReturn>();
describeCommandRules(() => server, {
  name: 'receiveReturn',
  inputType: 'ReceiveReturnInput',
  subject: 'return',
  by: 'warehouse_staff',
  mayNot: ['customer_service', 'customer'],
  permissions: ['returns.receive'],
  arrange: async () => {
    const requested = await requestedReturn(server);
    arranged.set(requested.id, requested);
    return requested;
  },
  extra: (id) => ({ lines: [restock(arranged.get(id)?.itemIds[0] ?? unknownId, 1)] }),
  otherExtra: { expectedVersion: 7 },
  wrongState: {
    arrange: async () => {
      const { id } = await requestedReturn(server);
      await returnCommand(server.as.order_manager, 'rejectReturn', { returnId: id, reason: 'Worn' });
      return { id, version: 2 };
    },
    from: 'REJECTED',
    allowed: [],
  },
});
