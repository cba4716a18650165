import { confirmedOrder, mutate, work } from '../setup/fixtures.ts';
import type { TestServer } from '../setup/server.ts';

/** Everything that names it or a part of it. */
export interface ReturnedOrder {
  readonly orderId: string;
  readonly number: string;
  readonly itemId: string;
  readonly fulfillmentId: string;
  readonly fulfillmentItemId: string;
  readonly returnId: string;
  readonly returnItemId: string;
}

/** An order that was delivered, with a return that was asked for. */
export async function arrangeReturned(
  server: TestServer,
  sku: string,
  extra: { readonly customerId: string; readonly externalReference: string },
): Promise<ReturnedOrder> {
  const manager = server.as.order_manager;
  const placed = await confirmedOrder(server, [{ sku, quantity: 3 }], extra);
  const fulfillmentId = placed.fulfillments[0]!.id;
  await work(server, fulfillmentId, 'deliverFulfillment');
  const { data } = await manager(`{ order(id: "${placed.id}") {
    items { nodes { id } } fulfillments { nodes { items { id } } } } }`);
  const itemId: string = data.order.items.nodes[0].id;
  const request = { orderId: placed.id, lines: [{ orderItemId: itemId, quantity: 1 }], reason: 'Too big' };
  const requested = await mutate(manager, 'requestReturn', request, 'return { id items { id } }');
  return {
    orderId: placed.id,
    number: placed.number,
    itemId,
    fulfillmentId,
    fulfillmentItemId: data.order.fulfillments.nodes[0].items[0].id,
    returnId: requested.return.id,
    returnItemId: requested.return.items[0].id,
  };
}
