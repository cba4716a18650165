import { afterAll, beforeAll, expect, test } from 'vitest';
import { orderHistoryAction } from '../../src/db/tables/enumerations.ts';
import { publicActions } from '../../src/auth/visibility.ts';
import { timelineTexts } from '../../src/orders/timeline.texts.ts';
import { confirmedOrder, mutate, stockedVariant, work, type ConfirmedOrder } from '../setup/fixtures.ts';
import { startTestServer, type Ask, type TestServer } from '../setup/server.ts';

let server: TestServer;
let order: ConfirmedOrder;
let number: string;
beforeAll(async () => {
  server = await startTestServer();
  const { sku } = await stockedVariant(server, { LONDON: 10 });
  order = await confirmedOrder(server, [{ sku, quantity: 1, locationCode: 'LONDON' }]);
  number = order.fulfillments[0]!.number;
  const note = { orderId: order.id, note: 'Careful', isInternal: true };
  await mutate(server.as.customer_service, 'addNote', note, 'note { id }');
  await work(server, order.fulfillments[0]!.id, 'deliverFulfillment');
});
afterAll(() => server.stop());

const query = `query ($id: ID!, $first: Int!, $after: String) { order(id: $id) {
  timeline(first: $first, after: $after) { totalCount pageInfo { hasNextPage endCursor }
    nodes { id occurredAt action title text by shipments { fulfillmentNumber carrier trackingNumber } } } } }`;

async function timelineFor(ask: Ask, first = 100, after: string | null = null): Promise<any> {
  const answer = await ask(query, { id: order.id, first, after });
  expect(answer.errors).toBeUndefined();
  return answer.data.order.timeline;
}

test('a customer is told the milestones, by us, with the tracking number', async () => {
  const { nodes, totalCount } = await timelineFor(server.as.customer);
  const shipments = [{ fulfillmentNumber: number, carrier: 'DPD', trackingNumber: 'T-1' }];
  const told = (action: string, title: string, text: string, sent: object[] = []) => ({
    id: expect.any(String),
    occurredAt: expect.stringMatching(/Z$/),
    action,
    title,
    text,
    by: null,
    shipments: sent,
  });
  expect(nodes.toReversed()).toEqual([
    told('CREATED', 'Order placed', 'We have received your order.'),
    told('CONFIRMED', 'Order confirmed', 'We have confirmed your order.'),
    told('PROCESSING_STARTED', 'In preparation', 'We have begun to prepare your order.'),
    told('PACKED', 'Packed', 'We have packed your order.'),
    told('SHIPPED', 'Shipped', 'We have shipped your order. Tracking: DPD T-1.', shipments),
    told('DELIVERED', 'Delivered', 'Your order was delivered.', shipments),
  ]);
  expect(totalCount).toBe(6);
});

test.each(['order_manager', 'warehouse_staff', 'customer_service'] as const)(
  '%s reads all of it, with who did it and on which fulfillment',
  async (role) => {
    const { nodes } = await timelineFor(server.as[role]);
    const told = nodes.toReversed().map(({ text }: any) => text);
    const manager = 'Test order_manager';
    const warehouse = 'Test warehouse_staff';
    expect(told.slice(0, 4)).toEqual([
      `${manager} placed the order.`,
      `${manager} reserved stock for the order.`,
      `${manager} confirmed the order.`,
      expect.stringMatching(`^${manager}: .+`),
    ]);
    expect(told).toEqual(
      expect.arrayContaining([
        'Test customer_service added a note.',
        `${warehouse} moved fulfillment ${number} from pending to picking.`,
        `${warehouse} began to work on the order.`,
        `${warehouse} packed fulfillment ${number}.`,
        `${warehouse} shipped fulfillment ${number}. Tracking: DPD T-1.`,
        `The whole order is shipped; ${warehouse} shipped the last of it. Tracking: DPD T-1.`,
        `${warehouse} recorded that fulfillment ${number} was delivered.`,
      ]),
    );
    expect(told.join(' ')).not.toMatch(/[{}]|undefined|null|_(?!staff|manager|service)/);
    expect(new Set(nodes.map(({ by }: any) => by))).toEqual(
      new Set([manager, warehouse, 'Test customer_service']),
    );
  },
);

test('it is the history, entry by entry and page by page', async () => {
  const ids: string[] = [];
  let after: string | null = null;
  for (let page = 0; page < 20; page += 1) {
    const { nodes, pageInfo } = await timelineFor(server.as.order_manager, 3, after);
    ids.push(...nodes.map(({ id }: any) => id));
    after = pageInfo.endCursor;
    if (!pageInfo.hasNextPage) break;
  }
  const { data } = await server.as.order_manager(
    `query ($id: ID!) { order(id: $id) { history(first: 100) { nodes { id } } } }`,
    { id: order.id },
  );
  expect(ids).toEqual(data.order.history.nodes.map(({ id }: any) => id));
});

test('there are words for every action, and for customers exactly of what they see', () => {
  expect(Object.keys(timelineTexts).toSorted()).toEqual(orderHistoryAction.enumValues.toSorted());
  const forCustomers = Object.entries(timelineTexts).filter(([, { customer }]) => customer !== undefined);
  expect(forCustomers.map(([action]) => action).toSorted()).toEqual(publicActions.toSorted());
});
