import { mutate, placeOrder, stockedVariant } from '../setup/fixtures.ts';
import type { Ask, TestServer } from '../setup/server.ts';

export interface BulkVerb {
  readonly name: string;
  readonly extra: () => object;
}

export interface BulkPayload {
  applied: boolean;
  accepted: number;
  refused: number;
  results:
    | {
        orderId: string;
        ok: boolean;
        newStatus: string | null;
        effects: string[];
        order: { id: string; status: string; version: number } | null;
        userErrors: any[];
      }[]
    | null;
  userErrors: any[];
}

const selection = `applied accepted refused results { orderId ok newStatus effects order { id status version }
  userErrors { __typename code message path ... on InvalidTransitionError { from attempted allowed } } }`;

export function bulk(ask: Ask, name: string, input: object): Promise<BulkPayload> {
  return mutate(ask, name, input, selection);
}

/** So many orders, each of one line, that are PENDING. */
export async function pendingOrders(server: TestServer, count: number): Promise<string[]> {
  const { sku } = await stockedVariant(server, { LONDON: count });
  const orders = [];
  for (let each = 0; each < count; each += 1) orders.push(await placeOrder(server, [{ sku, quantity: 1 }]));
  return orders.map(({ id }) => id);
}

/** Confirmed orders whose fulfillment was cancelled while its reservations were kept. */
export async function ordersWithKept(server: TestServer, count: number): Promise<string[]> {
  const manager = server.as.order_manager;
  const ids = await pendingOrders(server, count);
  for (const orderId of ids) {
    const { order } = await mutate(
      manager,
      'confirmOrder',
      { orderId },
      'order { fulfillments { nodes { id } } }',
    );
    const fulfillmentId = order.fulfillments.nodes[0].id;
    await mutate(
      manager,
      'cancelFulfillment',
      { fulfillmentId, keepReservations: true },
      'fulfillment { id }',
    );
  }
  return ids;
}

/** What each row came to: `CONFIRMED`, or the codes of its errors. */
export function outcomes({ results }: BulkPayload): string[] {
  return results!.map(
    ({ newStatus, userErrors }) => newStatus ?? userErrors.map(({ code }) => code).join(' '),
  );
}

export async function statusesOf(server: TestServer, ids: readonly string[]): Promise<string[]> {
  const fields = ids.map((id, index) => `order${index}: order(id: "${id}") { status }`);
  const { data } = await server.as.order_manager(`{ ${fields.join(' ')} }`);
  return ids.map((_, index) => data[`order${index}`].status);
}
