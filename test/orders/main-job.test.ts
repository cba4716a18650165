import { afterAll, beforeAll, expect, test } from 'vitest';
import { confirmedOrder, mutate, stockedVariant, work } from '../setup/fixtures.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

/** The query of the specification, word for word but for the filter. */
const dashboardQuery = `query ($number: ID!) { order(id: $number) {
    id number channel status paymentState fulfillmentState version createdAt promisedShipAt
    total { amountMinor currency } customer { id name email } assignedTo { id displayName }
    items(first: 100) { totalCount nodes { id sku name quantity unitPrice { amountMinor currency } total { amountMinor currency } variant { id sku barcode } } }
    history(first: 50) { nodes { id action oldStatus newStatus description performedBy { id displayName } createdAt } }
    notes(first: 10) { nodes { id note isInternal createdBy { id displayName } createdAt } }
    fulfillments(first: 10) { nodes { id number status location { id code } items { id quantity quantityPicked orderItem { id sku } }
      pickingStartedAt shippedAt carrier trackingNumber version } }
    reservations(first: 100) { nodes { id quantityReserved quantityFulfilled quantityRemaining isActive expiresAt location { id code } variant { id sku } } } } }`;

test('an order goes from the shop to the door, and everything about it can be asked in one query', async () => {
  const mug = await stockedVariant(server, { LONDON: 3, LEEDS: 5 }, 999);
  const lamp = await stockedVariant(server, { LONDON: 10 }, 2500);
  const order = await confirmedOrder(server, [
    { sku: mug.sku, quantity: 6 },
    { sku: lamp.sku, quantity: 2, locationCode: 'LONDON' },
  ]);
  const fulfillments = order.fulfillments.toSorted((left, right) =>
    left.location.code.localeCompare(right.location.code),
  );
  expect(fulfillments.map(({ location, status }) => [location.code, status])).toEqual([
    ['LEEDS', 'PENDING'],
    ['LONDON', 'PENDING'],
  ]);
  await mutate(
    server.as.customer_service,
    'addNote',
    { orderId: order.id, note: 'Leave it at the door.' },
    'note { id }',
  );
  for (const { id } of fulfillments) await work(server, id, 'deliverFulfillment');

  const { data, errors } = await server.as.order_manager(dashboardQuery, { number: order.id });
  expect(errors).toBeUndefined();
  expect(data.order).toMatchObject({
    status: 'DELIVERED',
    fulfillmentState: 'FULFILLED',
    paymentState: 'UNPAID',
    total: { amountMinor: 6 * 999 + 2 * 2500, currency: 'GBP' },
    customer: { name: 'Ada Buyer', email: 'ada@buyer.example' },
    items: { totalCount: 2 },
  });
  expect(
    data.order.history.nodes
      .map((entry: any) => `${entry.action} ${entry.oldStatus}>${entry.newStatus}`)
      .reverse(),
  ).toEqual([
    'CREATED null>PENDING',
    'INVENTORY_RESERVED null>null',
    'CONFIRMED PENDING>CONFIRMED',
    'STATUS_CHANGED null>PENDING',
    'STATUS_CHANGED null>PENDING',
    'NOTE_ADDED CONFIRMED>CONFIRMED',
    'STATUS_CHANGED PENDING>PICKING',
    'PROCESSING_STARTED CONFIRMED>PROCESSING',
    'EDITED PICKING>PICKING',
    'STATUS_CHANGED PICKING>PACKING',
    'STATUS_CHANGED PACKING>PACKING',
    'PACKED PACKING>READY_TO_SHIP',
    'SHIPPED READY_TO_SHIP>SHIPPED',
    'DELIVERED SHIPPED>FULFILLED',
    'STATUS_CHANGED PENDING>PICKING',
    'EDITED PICKING>PICKING',
    'EDITED PICKING>PICKING',
    'STATUS_CHANGED PICKING>PACKING',
    'STATUS_CHANGED PACKING>PACKING',
    'PACKED PACKING>READY_TO_SHIP',
    'PACKED PROCESSING>PACKED',
    'SHIPPED READY_TO_SHIP>SHIPPED',
    'SHIPPED PACKED>SHIPPED',
    'DELIVERED SHIPPED>FULFILLED',
    'DELIVERED SHIPPED>DELIVERED',
  ]);
  const availability = await server.as.order_manager(
    `query ($sku: String!) { availability(sku: $sku) { location { code } onHand reserved available } }`,
    {
      sku: mug.sku,
    },
  );
  expect(availability.data.availability.reduce((sum: number, level: any) => sum + level.onHand, 0)).toBe(2);
  expect(availability.data.availability.reduce((sum: number, level: any) => sum + level.reserved, 0)).toBe(0);
});
