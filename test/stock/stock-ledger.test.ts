import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { confirmedOrder, stockedVariant, work } from '../setup/fixtures.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await expectInvariants(server.databaseUrl);
  await server.stop();
});

const ask = async (query: string, variables: Record<string, unknown> = {}): Promise<any> => {
  const answer = await server.as.warehouse_staff(query, variables);
  expect(answer.errors).toBeUndefined();
  return answer.data;
};

const discrepancies = async (): Promise<any[]> =>
  (
    await ask(`{ stockDiscrepancies {
      location { code } variant { sku } onHand reserved ledgerOnHand ledgerReserved heldByReservations } }`)
  ).stockDiscrepancies;

test('levels are paged by SKU and location, counted, and filtered', async () => {
  const skus = [];
  for (let count = 0; count < 3; count += 1) {
    skus.push((await stockedVariant(server, { PARIS: count + 1, ROME: 50 })).sku);
  }
  const expected = skus.toSorted().flatMap((sku) => [`${sku} PARIS`, `${sku} ROME`]);
  const found = [];
  let after: string | null = null;
  for (let page = 0; page < 4; page += 1) {
    const { stockLevels } = await ask(
      `query ($after: String) { stockLevels(first: 2, after: $after) { totalCount
        nodes { variant { sku } location { code } } pageInfo { hasNextPage endCursor } } }`,
      { after },
    );
    expect(stockLevels.totalCount).toBe(6);
    found.push(...stockLevels.nodes.map(({ variant, location }: any) => `${variant.sku} ${location.code}`));
    after = stockLevels.pageInfo.endCursor;
    if (!stockLevels.pageInfo.hasNextPage) break;
  }
  expect(found).toEqual(expected);
  const low = await ask(
    `{ stockLevels(filter: {locationCode: "PARIS", availableBelow: 3}) { totalCount nodes { available } } }`,
  );
  expect(low.stockLevels.totalCount).toBe(2);
  expect(low.stockLevels.nodes.every(({ available }: any) => available < 3)).toBe(true);
});

test('the ledger has every movement of an order, latest first, and is filtered and paged', async () => {
  const { sku } = await stockedVariant(server, { LONDON: 5 });
  const order = await confirmedOrder(server, [{ sku, quantity: 2 }]);
  await work(server, order.fulfillments[0]!.id, 'shipFulfillment');
  const { stockMovements } = await ask(
    `query ($sku: String!) { stockMovements(filter: {sku: $sku}) { totalCount
      nodes { reason onHandChange reservedChange order { id } } } }`,
    { sku },
  );
  expect(stockMovements).toEqual({
    totalCount: 3,
    nodes: [
      { reason: 'SHIPPED', onHandChange: -2, reservedChange: -2, order: { id: order.id } },
      { reason: 'RESERVED', onHandChange: 0, reservedChange: 2, order: { id: order.id } },
      { reason: 'RECEIVED', onHandChange: 5, reservedChange: 0, order: null },
    ],
  });
  const filters = [
    [{ orderId: order.id }, 2],
    [{ sku, reasons: ['RECEIVED', 'ADJUSTED'] }, 1],
    [{ sku, locationCode: 'PARIS' }, 0],
    [{ sku, createdBefore: '2020-01-01T00:00:00Z' }, 0],
    [{ sku, createdFrom: '2020-01-01T00:00:00Z' }, 3],
  ] as const;
  for (const [filter, count] of filters) {
    const answer = await ask(
      'query ($filter: StockMovementFilter) { stockMovements(filter: $filter) { totalCount } }',
      { filter },
    );
    expect(answer.stockMovements.totalCount, JSON.stringify(filter)).toBe(count);
  }
  const paged = `query ($sku: String!, $after: String) { stockMovements(first: 2, after: $after, filter: {sku: $sku}) {
    nodes { reason } pageInfo { hasNextPage endCursor } } }`;
  const first = (await ask(paged, { sku })).stockMovements;
  const second = (await ask(paged, { sku, after: first.pageInfo.endCursor })).stockMovements;
  expect([...first.nodes, ...second.nodes].map(({ reason }: any) => reason)).toEqual([
    'SHIPPED',
    'RESERVED',
    'RECEIVED',
  ]);
  expect([first.pageInfo.hasNextPage, second.pageInfo.hasNextPage]).toEqual([true, false]);
});

test('there is no discrepancy, until one is planted: against the ledger, and against the reservations', async () => {
  const { sku } = await stockedVariant(server, { OSLO: 9 });
  await confirmedOrder(server, [{ sku, quantity: 4 }]);
  expect(await discrepancies()).toEqual([]);
  const plant = (onHand: number, reserved: number): Promise<unknown> =>
    server.database.transaction((transaction) =>
      transaction.execute(sql`
        update stock_levels set on_hand = on_hand + ${onHand}, reserved = reserved + ${reserved}
        where variant_id = (select id from product_variants where sku = ${sku})`),
    );
  const agreed = { location: { code: 'OSLO' }, variant: { sku }, ledgerOnHand: 9, ledgerReserved: 4 };
  await plant(-1, 0);
  expect(await discrepancies()).toEqual([{ ...agreed, onHand: 8, reserved: 4, heldByReservations: 4 }]);
  await plant(1, 0);
  await plant(0, 2);
  expect(await discrepancies()).toEqual([{ ...agreed, onHand: 9, reserved: 6, heldByReservations: 4 }]);
  await plant(0, -2);
  const release = (units: number): Promise<unknown> =>
    server.database.transaction((transaction) =>
      transaction.execute(sql`
        update inventory_reservations set quantity_released = quantity_released + ${units}
        where variant_id = (select id from product_variants where sku = ${sku})`),
    );
  await release(1);
  expect(await discrepancies()).toEqual([{ ...agreed, onHand: 9, reserved: 4, heldByReservations: 3 }]);
  await release(-1);
  expect(await discrepancies()).toEqual([]);
});

test('customers see no stock, and customer service does not search for discrepancies', async () => {
  for (const query of [
    'stockLevels { totalCount }',
    'stockMovements { totalCount }',
    'stockDiscrepancies { onHand }',
  ]) {
    const { errors } = await server.as.customer(`{ ${query} }`);
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect((await server.anonymous(`{ ${query} }`)).errors).toMatchObject([
      { extensions: { code: 'UNAUTHENTICATED' } },
    ]);
  }
  const service = await server.as.customer_service('{ stockDiscrepancies { onHand } }');
  expect(service.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
});

test('what is no cursor of the list, and a page of more than 100, are refused', async () => {
  for (const query of [
    '{ stockLevels(after: "nonsense") { totalCount } }',
    '{ stockMovements(after: "nonsense") { totalCount } }',
    '{ stockLevels(first: 101) { totalCount } }',
    '{ stockMovements(filter: {orderId: "7"}) { totalCount } }',
  ]) {
    const { errors } = await server.as.order_manager(query);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  }
});
