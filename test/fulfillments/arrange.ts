import { sql } from 'drizzle-orm';
import type { Arranged } from '../setup/command-rules.ts';
import { confirmedOrder, stockedVariant, work, type FulfillmentStep } from '../setup/fixtures.ts';
import type { TestServer } from '../setup/server.ts';

export interface Arrangement extends Arranged {
  readonly orderId: string;
  readonly number: string;
  readonly sku: string;
  readonly barcode: string;
}

/** The fulfillment of an order of 2 units, taken through the warehouse up to a step. */
export async function fulfillmentAfter(
  server: TestServer,
  step: FulfillmentStep | 'confirmOrder',
): Promise<Arrangement> {
  const { sku, barcode } = await stockedVariant(server, { LONDON: 5 });
  const order = await confirmedOrder(server, [{ sku, quantity: 2 }]);
  const { id, number } = order.fulfillments[0]!;
  if (step !== 'confirmOrder') await work(server, id, step);
  const { version } = await readFulfillment(server, id);
  return { id, version, number, orderId: order.id, sku, barcode };
}

export async function readFulfillment(server: TestServer, id: string): Promise<any> {
  const answer = await server.as.order_manager(
    `query ($id: ID!) { fulfillment(id: $id) { id number status version allowedActions misScanCount
      pickingStartedAt pickingCompletedAt packingStartedAt packingCompletedAt shippedAt deliveredAt
      carrier trackingNumber boxSize weightGrams packingMaterials { name quantity } assignedTo { id }
      items { quantity quantityPicked quantityMisScanned quantityShort orderItem { sku quantityFulfilled } }
      order { id status version fulfillmentState processingStartedAt packedAt shippedAt deliveredAt } } }`,
    { id },
  );
  return answer.data.fulfillment;
}

export async function levelOf(
  server: TestServer,
  sku: string,
): Promise<{ onHand: number; reserved: number }> {
  const query = `query ($sku: String!) { availability(sku: $sku) { onHand reserved } }`;
  return (await server.as.order_manager(query, { sku })).data.availability[0];
}

/** There is no command for it yet. */
export async function hold(server: TestServer, orderId: string): Promise<void> {
  await server.database.transaction((transaction) =>
    transaction.execute(
      sql`update orders set held_at = now(), hold_reason = 'Fraud check' where id = ${orderId}::uuid`,
    ),
  );
}

export const mayNotWork = ['customer_service', 'customer'] as const;
