import type { ScaleWorld } from './scale-world.ts';
import type { Latencies } from './scale.ts';

/** One order after the other, from created to shipped, and one that is cancelled. */
export async function measureMutations(world: ScaleWorld, rounds: number): Promise<Latencies> {
  const latencies: Latencies = new Map();
  const skus = await world.client<{ sku: string; id: string }[]>`
    select sku, variant.id from product_variants as variant join stock_levels on variant_id = variant.id
    where on_hand - reserved > 20 order by sku limit 3`;
  const change = async (name: string, type: string, input: object, selection: string): Promise<any> => {
    const query = `mutation($input: ${type}!) { ${name}(input: $input) { userErrors { code message } ${selection} } }`;
    const { data, ms } = await world.ask(query, { input });
    const payload = data[name];
    if (payload.userErrors.length > 0) throw new Error(`${name}: ${JSON.stringify(payload.userErrors)}`);
    latencies.set(name, [...(latencies.get(name) ?? []), ms]);
    return payload;
  };
  const createOrder = async (): Promise<string> => {
    const lines = skus.map(({ sku }) => ({ sku, quantity: 1 }));
    const { order } = await change(
      'createOrder',
      'CreateOrderInput',
      { channel: 'ECOMMERCE', currency: 'GBP', lines },
      'order { id }',
    );
    return order.id;
  };
  for (let round = 0; round < rounds; round += 1) {
    await change(
      'cancelOrder',
      'CancelOrderInput',
      { orderId: await createOrder(), reason: 'Bench' },
      'order { id }',
    );
    await shipOne(await createOrder());
  }
  return latencies;

  async function shipOne(orderId: string): Promise<void> {
    await change('addNote', 'AddNoteInput', { orderId, note: 'Bench', isInternal: true }, 'note { id }');
    const { order } = await change(
      'confirmOrder',
      'ConfirmOrderInput',
      { orderId },
      'order { fulfillments(first: 10) { nodes { id items { id quantity orderItem { sku variant { barcode } } } } } }',
    );
    for (const { id: fulfillmentId, items } of order.fulfillments.nodes) {
      await change('startPicking', 'FulfillmentInput', { fulfillmentId }, 'fulfillment { id }');
      for (const { quantity, orderItem } of items)
        await change(
          'scanItem',
          'ScanItemInput',
          { fulfillmentId, barcode: orderItem.variant.barcode, quantity },
          'result',
        );
      await change('completePicking', 'FulfillmentInput', { fulfillmentId }, 'fulfillment { id }');
      await change(
        'completePacking',
        'CompletePackingInput',
        { fulfillmentId, boxSize: 'M', weightGrams: 900 },
        'fulfillment { id }',
      );
      await change(
        'shipFulfillment',
        'ShipFulfillmentInput',
        { fulfillmentId, carrier: 'DHL', trackingNumber: `BENCH${fulfillmentId.slice(-12)}` },
        'fulfillment { id }',
      );
    }
  }
}
