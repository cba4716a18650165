import { randomBytes } from 'node:crypto';
import type { Ask, TestServer } from './server.ts';

/** The payload of a mutation; fails the test when the mutation failed as a whole. */
export async function mutate(
  ask: Ask,
  name: string,
  input: object,
  selection: string,
  inputType?: string,
): Promise<any> {
  const type = inputType ?? `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  const answer = await ask(
    `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} userErrors { ${userError} } } }`,
    {
      input,
    },
  );
  if (answer.errors) throw new Error(`${name}: ${JSON.stringify(answer.errors)}`);
  return answer.data[name];
}

export const userError = `__typename code message path remedy
  ... on InvalidTransitionError { from attempted allowed }
  ... on InsufficientStockError { shortages { sku locationCode requested available } }
  ... on VersionConflictError { currentVersion order { id version } fulfillment { id version }
    return { id version } }`;

export interface Stocked {
  sku: string;
  barcode: string;
}

/** A product of one variant with this much stock at each location. */
export async function stockedVariant(
  server: TestServer,
  stock: Record<string, number>,
  priceMinor = 250,
  currency = 'GBP',
): Promise<Stocked> {
  const sku = `SKU-${randomBytes(4).toString('hex')}`;
  const barcode = `BAR-${randomBytes(4).toString('hex')}`;
  const manager = server.as.order_manager;
  const variant = {
    sku,
    barcode,
    name: `Product ${sku}`,
    price: { amountMinor: priceMinor, currency },
  };
  const created = await mutate(
    manager,
    'createProduct',
    { name: `Product ${sku}`, variants: [variant] },
    'product { id }',
  );
  if (created.userErrors.length > 0) throw new Error(JSON.stringify(created.userErrors));
  for (const [locationCode, quantity] of Object.entries(stock)) {
    const received = await mutate(
      manager,
      'receiveStock',
      { locationCode, lines: [{ sku, quantity }] },
      'stockLevels { onHand }',
    );
    if (received.userErrors.length > 0) throw new Error(JSON.stringify(received.userErrors));
  }
  return { sku, barcode };
}

export interface PlacedOrder {
  id: string;
  number: string;
  status: string;
  version: number;
}

export async function placeOrder(
  server: TestServer,
  lines: { sku: string; quantity: number; locationCode?: string }[],
  extra: object = {},
): Promise<PlacedOrder> {
  const input = { channel: 'ECOMMERCE', currency: 'GBP', customerId: server.customerId, lines, ...extra };
  const placed = await mutate(
    server.as.order_manager,
    'createOrder',
    input,
    'order { id number status version }',
  );
  if (placed.userErrors.length > 0) throw new Error(JSON.stringify(placed.userErrors));
  return placed.order;
}

export interface ConfirmedOrder extends PlacedOrder {
  fulfillments: { id: string; number: string; status: string; version: number; location: { code: string } }[];
}

export async function confirmedOrder(
  server: TestServer,
  lines: { sku: string; quantity: number; locationCode?: string }[],
  extra: object = {},
): Promise<ConfirmedOrder> {
  const placed = await placeOrder(server, lines, extra);
  const confirmed = await mutate(
    server.as.order_manager,
    'confirmOrder',
    { orderId: placed.id },
    'order { id number status version fulfillments { nodes { id number status version location { code } } } }',
  );
  if (confirmed.userErrors.length > 0) throw new Error(JSON.stringify(confirmed.userErrors));
  return { ...confirmed.order, fulfillments: confirmed.order.fulfillments.nodes };
}

const steps = [
  'startPicking',
  'scan',
  'completePicking',
  'startPacking',
  'completePacking',
  'shipFulfillment',
  'deliverFulfillment',
] as const;
export type FulfillmentStep = (typeof steps)[number];

/** Takes a fulfillment through the warehouse up to and including a step. */
export async function work(server: TestServer, fulfillmentId: string, upTo: FulfillmentStep): Promise<void> {
  const ask = server.as.warehouse_staff;
  for (const step of steps.slice(0, steps.indexOf(upTo) + 1)) {
    if (step === 'scan') await scanEverything(ask, fulfillmentId);
    else {
      const extra = step === 'shipFulfillment' ? { carrier: 'DPD', trackingNumber: 'T-1' } : {};
      const type = step === 'completePacking' || step === 'shipFulfillment' ? undefined : 'FulfillmentInput';
      const done = await mutate(ask, step, { fulfillmentId, ...extra }, 'fulfillment { id status }', type);
      if (done.userErrors.length > 0) throw new Error(`${step}: ${JSON.stringify(done.userErrors)}`);
    }
  }
}

async function scanEverything(ask: Ask, fulfillmentId: string): Promise<void> {
  const answer = await ask(
    `query ($id: ID!) { fulfillment(id: $id) { items { quantity orderItem { sku } } } }`,
    { id: fulfillmentId },
  );
  for (const { quantity, orderItem } of answer.data.fulfillment.items) {
    const scanned = await mutate(
      ask,
      'scanItem',
      { fulfillmentId, barcode: orderItem.sku, quantity },
      'result',
    );
    if (scanned.result !== 'MATCH') throw new Error(`scanItem: ${JSON.stringify(scanned)}`);
  }
}
