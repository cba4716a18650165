import { placeOrder, stockedVariant } from '../setup/fixtures.ts';
import type { TestServer } from '../setup/server.ts';

export interface Reserved {
  /** Of the order. */
  readonly id: string;
  readonly version: number;
  readonly sku: string;
  readonly orderItemId: string;
  readonly reservationId: string;
}

/** An order, still pending, with 5 units reserved at LONDON of 10. */
export async function reservedOrder(server: TestServer, extra: object = {}): Promise<Reserved> {
  const { sku } = await stockedVariant(server, { LONDON: 10 });
  const order = await placeOrder(server, [{ sku, quantity: 5 }], extra);
  const { data } = await server.as.order_manager(
    `query ($id: ID!) { order(id: $id) { id version items { nodes { id } } reservations { nodes { id } } } }`,
    { id: order.id },
  );
  const { version, items, reservations } = data.order;
  return {
    id: order.id,
    version,
    sku,
    orderItemId: items.nodes[0].id,
    reservationId: reservations.nodes[0].id,
  };
}
