import type { Arranged } from '../setup/command-rules.ts';
import { confirmedOrder, mutate, stockedVariant, work, type FulfillmentStep } from '../setup/fixtures.ts';
import type { Ask, TestServer } from '../setup/server.ts';

export interface ReturnableOrder extends Arranged {
  readonly itemIds: readonly string[];
  readonly skus: readonly string[];
}

/** An order of 3 units of each of two SKUs (at 333 and 250 a unit) in LONDON, which had 10 of each. */
export async function orderAfter(
  server: TestServer,
  step: FulfillmentStep = 'shipFulfillment',
): Promise<ReturnableOrder> {
  const stocked = [
    await stockedVariant(server, { LONDON: 10 }, 333),
    await stockedVariant(server, { LONDON: 10 }),
  ];
  const skus = stocked.map(({ sku }) => sku);
  const order = await confirmedOrder(
    server,
    skus.map((sku) => ({ sku, quantity: 3 })),
  );
  await work(server, order.fulfillments[0]!.id, step);
  const { version, items } = await readOrder(server, order.id);
  return { id: order.id, version, skus, itemIds: items.nodes.map(({ id }: any) => id) };
}

export async function readOrder(server: TestServer, id: string): Promise<any> {
  const { data } = await server.as.order_manager(
    `query ($id: ID!) { order(id: $id) { id status version allowedActions shippedAt deliveredAt completedAt
      items { nodes { id quantityFulfilled quantityReturned total { amountMinor } } }
      returns { totalCount nodes { id status } } fulfillments { nodes { id } } } }`,
    { id },
  );
  return data.order;
}

export interface RequestedReturn extends Arranged {
  readonly orderId: string;
  readonly order: ReturnableOrder;
  readonly itemIds: readonly string[];
}

const returnSelection = `return { id status version reason rejectReason receivedAt refundable { amountMinor currency }
  allowedActions items { id quantity quantityReceived disposition refund { amountMinor } location { code }
    orderItem { id } } }
  order { id status version }`;

/** Any of the four mutations, with all that it can answer. */
export const returnCommand = (ask: Ask, name: string, input: object): Promise<any> =>
  mutate(ask, name, input, returnSelection, name === 'approveReturn' ? 'ReturnInput' : undefined);

/** A return of 2 units of the order's first line and 3 of its second. */
export async function requestedReturn(
  server: TestServer,
  of?: ReturnableOrder,
  quantities: readonly number[] = [2, 3],
): Promise<RequestedReturn> {
  const order = of ?? (await orderAfter(server));
  const lines = quantities.map((quantity, index) => ({ orderItemId: order.itemIds[index]!, quantity }));
  const answer = await returnCommand(server.as.order_manager, 'requestReturn', {
    orderId: order.id,
    lines,
    reason: 'Mrs Miller does not like the colour.',
  });
  if (answer.userErrors.length > 0) throw new Error(JSON.stringify(answer.userErrors));
  const { id, version, items } = answer.return;
  return { id, version, orderId: order.id, order, itemIds: items.map((item: any) => item.id) };
}

export async function onHandOf(server: TestServer, sku: string): Promise<Record<string, number>> {
  const query = `query ($sku: String!) { availability(sku: $sku) { location { code } onHand } }`;
  const { data } = await server.as.order_manager(query, { sku });
  return Object.fromEntries(data.availability.map((level: any) => [level.location.code, level.onHand]));
}
