import { afterAll, beforeAll, expect, test } from 'vitest';
import { bulk } from '../orders/bulk-cases.ts';
import { confirmedOrder, mutate, stockedVariant } from '../setup/fixtures.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { expectUnchanged } from '../setup/snapshot.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await expectInvariants(server.databaseUrl);
  await server.stop();
});

const create = (orderIds: readonly string[], more: object = {}) =>
  bulk(server.as.order_manager, 'bulkCreateFulfillments', { orderIds, ...more });

/** A confirmed order with units at two locations, whose fulfillments were cancelled and its units kept. */
async function keptAtTwo(): Promise<string> {
  const { sku } = await stockedVariant(server, { LONDON: 5, LEEDS: 5 });
  const order = await confirmedOrder(server, [
    { sku, quantity: 1, locationCode: 'LEEDS' },
    { sku, quantity: 2, locationCode: 'LONDON' },
  ]);
  for (const { id } of order.fulfillments) {
    const input = { fulfillmentId: id, keepReservations: true };
    await mutate(server.as.warehouse_staff, 'cancelFulfillment', input, 'fulfillment { id }');
  }
  return order.id;
}

/** The open fulfillments as `CODE units`. */
async function openFulfillments(orderId: string): Promise<string[]> {
  const { data } = await server.as.order_manager(
    'query ($id: ID!) { order(id: $id) { fulfillments { nodes { status location { code } items { quantity } } } } }',
    { id: orderId },
  );
  return data.order.fulfillments.nodes
    .filter(({ status }: any) => status === 'PENDING')
    .map(
      ({ location, items }: any) =>
        `${location.code} ${items.map(({ quantity }: any) => quantity).join('+')}`,
    )
    .toSorted();
}

test('everywhere: one fulfillment for each location that keeps something', async () => {
  const orders = [await keptAtTwo(), await keptAtTwo()];
  const answer = await create(orders);
  expect(answer).toMatchObject({ applied: true, accepted: 2, refused: 0 });
  for (const id of orders) expect(await openFulfillments(id)).toEqual(['LEEDS 1', 'LONDON 2']);
  expect(answer.results![0]!.effects).toEqual([
    '2 fulfillments were created.',
    expect.stringMatching(/^Fulfillment FUL-\S+ was created at (LONDON|LEEDS)\.$/),
    expect.stringMatching(/^Fulfillment FUL-\S+ was created at (LONDON|LEEDS)\.$/),
  ]);
});

test('at a named location: what is kept elsewhere stays kept', async () => {
  const id = await keptAtTwo();
  expect(await create([id], { locationCode: 'LEEDS' })).toMatchObject({ accepted: 1 });
  expect(await openFulfillments(id)).toEqual(['LEEDS 1']);
  expect(await create([id])).toMatchObject({ accepted: 1 });
  expect(await openFulfillments(id)).toEqual(['LEEDS 1', 'LONDON 2']);
});

test('an order that keeps nothing is refused, as one is for a location that does not exist', async () => {
  const planned = await keptAtTwo();
  await create([planned]);
  const nothing = await expectUnchanged(server, () => create([planned]));
  expect(nothing.results![0]!.userErrors).toMatchObject([{ code: 'VALIDATION', path: ['orderIds', '0'] }]);
  const kept = await keptAtTwo();
  for (const [id, locationCode, code] of [
    [planned, 'LEEDS', 'VALIDATION'],
    [kept, 'NOWHERE', 'NOT_FOUND'],
  ]) {
    const answer = await expectUnchanged(server, () => create([id!], { locationCode }));
    expect(answer.results![0]!.userErrors).toMatchObject([{ code, path: ['locationCode'] }]);
  }
});
