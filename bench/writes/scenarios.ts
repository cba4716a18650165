import { readFileSync } from 'node:fs';
import postgres from 'postgres';
import { mutation, requireDone } from '../api-server.ts';
import type { ChildServer } from '../child-server.ts';
import { sendWalks, type BenchRequest } from '../load.ts';
import type { Side } from '../measure.ts';

export const locations = ['NORTH', 'SOUTH', 'WEST', 'SHOP'];
const locationCode = locations[0]!;
const skuCount = 1_000;
export const skuAt = (place: number): string => `BENCH-${String(place % skuCount).padStart(4, '0')}`;
const hotSku = skuAt(0);
const requestVariants = 997;
const transitionsPerFulfillment = 8;
const readyStatements = readFileSync(new URL('ready.sql', import.meta.url), 'utf8');

/** What was answered as done, to be compared with what is stored. */
export interface Acknowledged {
  orders: number;
  shipped: number;
}

/** One of the two that write: our API, or what somebody wrote by hand. */
export interface Writer {
  readonly server: ChildServer;
  placeOrder(lines: readonly object[]): BenchRequest;
  walk(fulfillment: Ready): BenchRequest[];
  check(answer: Buffer): void;
}

export interface Ready {
  readonly id: string;
  readonly barcodes: readonly string[];
}

export function ourWriter(server: ChildServer, manager: string, picker: string): Writer {
  const step = (name: string, inputType: string, input: object): BenchRequest =>
    mutation(server.url, picker, name, inputType, input, 'fulfillment { id status version }');
  return {
    server,
    placeOrder: (lines) =>
      mutation(
        server.url,
        manager,
        'createOrder',
        'CreateOrderInput',
        { channel: 'ECOMMERCE', currency: 'GBP', lines },
        'order { id number }',
      ),
    walk: ({ id: fulfillmentId, barcodes }) => [
      step('startPicking', 'FulfillmentInput', { fulfillmentId }),
      ...barcodes.map((barcode) =>
        step('scanItem', 'ScanItemInput', { fulfillmentId, barcode, quantity: 1 }),
      ),
      step('completePicking', 'FulfillmentInput', { fulfillmentId }),
      step('startPacking', 'FulfillmentInput', { fulfillmentId }),
      step('completePacking', 'CompletePackingInput', { fulfillmentId, boxSize: 'M', weightGrams: 900 }),
      step('shipFulfillment', 'ShipFulfillmentInput', {
        fulfillmentId,
        carrier: 'UPS',
        trackingNumber: fulfillmentId,
      }),
    ],
    check: requireDone,
  };
}

export function handWriter(server: ChildServer): Writer {
  const headers = { 'content-type': 'application/json' };
  const post = (path: string, body: object): BenchRequest => ({
    url: `${server.url}${path}`,
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
  return {
    server,
    placeOrder: (lines) => post('/orders', { lines }),
    walk: ({ id, barcodes }) =>
      [
        ['start', {}] as const,
        ...barcodes.map((barcode) => ['scan', { barcode }] as const),
        ['picked', {}] as const,
        ['pack', {}] as const,
        ['packed', {}] as const,
        ['ship', { trackingNumber: id }] as const,
      ].map(([step, body]) => post(`/fulfillments/${id}/${step}`, body)),
    // It answers with another code than 200 when something was not done.
    check: () => {},
  };
}

/** Orders of three lines; where one is hot, each of them has it. */
export function orderSide(writer: Writer, isHot: boolean, acknowledged: Acknowledged): Side {
  const requests = Array.from({ length: requestVariants }, (_, index) =>
    writer.placeOrder(
      [0, 1, 2].map((line) => ({
        sku: isHot && line === 0 ? hotSku : skuAt(1 + index * 3 + line),
        quantity: 1,
        locationCode,
      })),
    ),
  );
  const { name, pid } = writer.server;
  let next = 0;
  return {
    name,
    pid,
    async run(count, concurrency) {
      const walks = Array.from({ length: count }, () => {
        next += 1;
        return [requests[next % requests.length]!];
      });
      return sendWalks(walks, concurrency, (answer) => {
        writer.check(answer);
        acknowledged.orders += 1;
      });
    },
  };
}

/** Fulfillments from the start of picking until they are shipped; they are made before each turn. */
export function transitionSide(writer: Writer, client: postgres.Sql, acknowledged: Acknowledged): Side {
  const { name, pid } = writer.server;
  let ready: Ready[] = [];
  return {
    name,
    pid,
    async prepare(count, concurrency) {
      ready = await makeReady(client, Math.max(Math.ceil(count / transitionsPerFulfillment), concurrency));
    },
    async run(_count, concurrency) {
      const walks = ready.map((fulfillment) => writer.walk(fulfillment));
      const latencies = await sendWalks(walks, concurrency, (answer) => writer.check(answer));
      acknowledged.shipped += walks.length;
      return latencies;
    },
  };
}

export async function makeReady(client: postgres.Sql, count: number): Promise<Ready[]> {
  return client.begin(async (transaction) => {
    await transaction`select set_config('bench.count', ${String(count)}, true)`;
    await transaction.unsafe(readyStatements).simple();
    return transaction<Ready[]>`
      select fulfillment_id as id, jsonb_agg(sku order by position) as barcodes from ready_line group by fulfillment_id`;
  });
}

/** Goods of the bench's own, more than it will ever sell. */
export async function addStock(client: postgres.Sql): Promise<void> {
  const skus = JSON.stringify(Array.from({ length: skuCount }, (_, place) => skuAt(place)));
  await client.begin(async (transaction) => {
    await transaction`
      with product as (insert into products (name) values ('Goods of the bench') returning id), variant as (
        insert into product_variants (product_id, sku, barcode, name, price_minor, currency)
        select product.id, sku, sku, 'Goods of the bench', 500, 'GBP'
        from product, jsonb_array_elements_text(${skus}::text::jsonb) as sku
        returning id
      ), level as (
        insert into stock_levels (variant_id, location_id, on_hand)
        select variant.id, stock_locations.id, 1000000
        from variant, stock_locations where code = any (${`{${locations.join(',')}}`}::text[])
        returning variant_id, location_id, on_hand
      )
      insert into stock_movements (variant_id, location_id, on_hand_change, reserved_change, reason)
      select variant_id, location_id, on_hand, 0, 'received' from level`;
  });
}
