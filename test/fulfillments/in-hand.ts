import { confirmedOrder, stockedVariant, work, type FulfillmentStep } from '../setup/fixtures.ts';
import type { TestServer } from '../setup/server.ts';

export interface FulfillmentInHand {
  readonly id: string;
  readonly version: number;
  readonly number: string;
  readonly orderId: string;
  readonly sku: string;
  readonly items: { id: string; quantity: number; orderItem: { id: string } }[];
}

/** A fulfillment of one line at LONDON, of a variant of its own, taken up to a step of the warehouse. */
export async function fulfillmentInHand(
  server: TestServer,
  options: { upTo?: FulfillmentStep; quantity?: number; stock?: Record<string, number> } = {},
): Promise<FulfillmentInHand> {
  const { quantity = 3, stock = { LONDON: 10 } } = options;
  const { sku } = await stockedVariant(server, stock);
  const order = await confirmedOrder(server, [{ sku, quantity, locationCode: 'LONDON' }]);
  const { id } = order.fulfillments[0]!;
  if (options.upTo) await work(server, id, options.upTo);
  const answer = await server.as.order_manager(
    'query ($id: ID!) { fulfillment(id: $id) { number version items { id quantity orderItem { id } } } }',
    { id },
  );
  return { id, orderId: order.id, sku, ...answer.data.fulfillment };
}

export async function levelsOf(
  server: TestServer,
  sku: string,
): Promise<Record<string, { onHand: number; reserved: number }>> {
  const answer = await server.as.order_manager(
    'query ($sku: String!) { availability(sku: $sku) { location { code } onHand reserved } }',
    { sku },
  );
  return Object.fromEntries(
    answer.data.availability.map(({ location, ...level }: any) => [location.code, level]),
  );
}

export const allowedBeforeShipping = ['cancelFulfillment', 'assignFulfillment', 'updateFulfillment'] as const;
