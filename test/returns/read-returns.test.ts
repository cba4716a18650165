import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { returns } from '../../src/db/tables/returns.ts';
import { placeOrder, stockedVariant } from '../setup/fixtures.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { requestedReturn, returnCommand, type RequestedReturn } from './arrange.ts';

let server: TestServer;
/** Three, oldest first: the first is received, the second that of a guest, the third requested. */
let made: RequestedReturn[];
beforeAll(async () => {
  server = await startTestServer();
  made = [await requestedReturn(server), await requestedReturn(server), await requestedReturn(server)];
  const [received, ofGuest] = made as [RequestedReturn, RequestedReturn];
  await returnCommand(server.as.warehouse_staff, 'receiveReturn', {
    returnId: received.id,
    lines: [{ returnItemId: received.itemIds[0], quantity: 1, disposition: 'WRITE_OFF' }],
  });
  await server.database.transaction((transaction) =>
    transaction.execute(`update orders set customer_id = null where id = '${ofGuest.orderId}'`),
  );
});
afterAll(async () => {
  await expectInvariants(server.databaseUrl);
  await server.stop();
});

const list = async (
  role: 'order_manager' | 'warehouse_staff' | 'customer_service' | 'customer',
  args: string,
) => {
  const answer = await server.as[role](
    `{ returns(${args}) { totalCount nodes { id status } pageInfo { hasNextPage endCursor } } }`,
  );
  return answer.data?.returns ?? answer;
};
const ids = (...places: number[]) => places.map((place) => made[place]!.id);

describe('returns', () => {
  test.each([
    ['order_manager', [2, 1, 0]],
    ['customer_service', [2, 1, 0]],
    ['warehouse_staff', [2, 1, 0]],
    ['customer', [2, 0]],
  ] as const)('shows the %s those of the orders that they see, latest first', async (role, places) => {
    const { nodes, totalCount } = await list(role, 'first: 100');
    expect(nodes.map(({ id }: any) => id)).toEqual(ids(...places));
    expect(totalCount).toBe(places.length);
  });

  test.each([
    ['statuses: [RECEIVED]', [0]],
    ['statuses: [REQUESTED, APPROVED]', [2, 1]],
    ['statuses: []', []],
  ] as const)('filtered by { %s }', async (filter, places) => {
    const { nodes, totalCount } = await list('order_manager', `filter: { ${filter} }`);
    expect([nodes.map(({ id }: any) => id), totalCount]).toEqual([ids(...places), places.length]);
  });

  test('filtered by the order', async () => {
    const filter = `filter: { orderId: "${made[1]!.orderId}" }`;
    expect((await list('order_manager', filter)).nodes).toEqual([{ id: made[1]!.id, status: 'REQUESTED' }]);
    expect((await list('customer', filter)).nodes).toEqual([]);
    const wrong = await list('order_manager', 'filter: { orderId: "1" }');
    expect(wrong.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  test('page by page gives each once', async () => {
    const seen: string[] = [];
    let after = 'null';
    for (let page = 1; page <= 3; page += 1) {
      const { nodes, pageInfo } = await list('order_manager', `first: 1, after: ${after}`);
      expect(pageInfo.hasNextPage).toBe(page < 3);
      seen.push(...nodes.map(({ id }: any) => id));
      after = JSON.stringify(pageInfo.endCursor);
    }
    expect(seen).toEqual(ids(2, 1, 0));
  });
});

test('a return is seen by whoever sees its order', async () => {
  const query = `query ($id: ID!) { return(id: $id) { id order { id } items { orderItem { quantity } } } }`;
  const [, ofGuest, own] = made as [RequestedReturn, RequestedReturn, RequestedReturn];
  for (const [role, seen] of [
    ['order_manager', [ofGuest, own]],
    ['customer_service', [ofGuest, own]],
    ['warehouse_staff', [ofGuest, own]],
    ['customer', [own]],
  ] as const) {
    for (const each of [ofGuest, own]) {
      const { data } = await server.as[role](query, { id: each.id });
      const expected = {
        id: each.id,
        order: { id: each.orderId },
        items: [{ orderItem: { quantity: 3 } }, { orderItem: { quantity: 3 } }],
      };
      expect(data.return).toEqual(seen.includes(each) ? expected : null);
    }
  }
});

test('the warehouse does not see those of orders that it does not fulfil', async () => {
  const { sku } = await stockedVariant(server, { LONDON: 1 });
  const order = await placeOrder(server, [{ sku, quantity: 1 }]);
  const { id } = await server.database.transaction(async (transaction) => {
    const [row] = await transaction
      .insert(returns)
      .values({ orderId: order.id, status: 'rejected', orderStatusBefore: 'shipped' })
      .returning({ id: returns.id });
    return row!;
  });
  const query = `{ return(id: "${id}") { id } returns(filter: { orderId: "${order.id}" }) { nodes { id } } }`;
  expect((await server.as.order_manager(query)).data).toEqual({
    return: { id },
    returns: { nodes: [{ id }] },
  });
  expect((await server.as.warehouse_staff(query)).data).toEqual({ return: null, returns: { nodes: [] } });
});

test('the returns of an order are a part of it, the latest first', async () => {
  const [received] = made as [RequestedReturn];
  const again = await requestedReturn(server, received.order, [1]);
  const { data } = await server.as.customer(
    `{ order(id: "${received.orderId}") { returns(first: 1) { totalCount nodes { id refundable { amountMinor } } pageInfo { hasNextPage } } } }`,
  );
  expect(data.order.returns).toEqual({
    totalCount: 2,
    nodes: [{ id: again.id, refundable: { amountMinor: 333 } }],
    pageInfo: { hasNextPage: true },
  });
});
