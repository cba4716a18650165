import type { Call } from './caller.ts';
import type { People } from './people.ts';

/** What the API has said that it has done. At the end the database must hold exactly this. */
export class Acknowledged {
  readonly orders: string[] = [];
  /** `fulfillment STATUS`, one for each change of a status. */
  readonly changes: string[] = [];
  readonly notes: string[] = [];
}

export const locations = ['LONDON', 'LEEDS', 'HULL'] as const;
export const channels = ['ECOMMERCE', 'WHOLESALE', 'RETAIL_POS'] as const;
/** Few, so that the writers meet at the stock levels. */
const variants = ['SOAK-1', 'SOAK-2', 'SOAK-3'] as const;
const stockOfEach = 1_000_000;

interface Fulfillment {
  readonly id: string;
  readonly status: string;
}
interface Order {
  readonly id: string;
  readonly fulfillments: { readonly nodes: readonly Fulfillment[] };
}
interface Part extends Fulfillment {
  readonly items: readonly { quantity: number; orderItem: { sku: string } }[];
}

/** What all writers share. */
export interface Work {
  readonly people: People;
  readonly acknowledged: Acknowledged;
  /** Orders that anybody may write notes on, so that some are changed by two at once. */
  readonly known: string[];
  isOver(): boolean;
}

export async function addStock(call: Call, { staff }: People): Promise<void> {
  const manager = staff.order_manager;
  for (const sku of variants) {
    const variant = { sku, barcode: sku, name: sku, price: { amountMinor: 250, currency: 'GBP' } };
    await call(manager, 'createProduct', { name: sku, variants: [variant] }, 'product { id }');
  }
  for (const locationCode of locations) {
    const lines = variants.map((sku) => ({ sku, quantity: stockOfEach }));
    await call(manager, 'receiveStock', { locationCode, lines }, 'stockLevels { onHand }');
  }
}

type Random = (below: number) => number;
const oneOf = <Value>(values: readonly Value[], random: Random): Value => values[random(values.length)]!;

/** Orders that are placed and taken through the warehouse, one after the other, until it is over. */
export async function keepWriting(work: Work, call: Call, random: Random): Promise<void> {
  while (!work.isOver()) {
    const order = await place(work, call, random);
    if (order) await takeThrough(work, call, random, order);
  }
}

/** An order that is placed, and nothing more. */
export async function place(work: Work, call: Call, random: Random): Promise<string | undefined> {
  const { people, acknowledged, known } = work;
  const line = () => ({
    sku: oneOf(variants, random),
    quantity: 1 + random(2),
    locationCode: oneOf(locations, random),
  });
  const lines = uniqueBySku(Array.from({ length: 1 + random(2) }, line));
  const customerId = oneOf(people.customers, random).customerId;
  const input = { channel: oneOf(channels, random), currency: 'GBP', customerId, lines };
  const placed = await call(people.staff.order_manager, 'createOrder', input, 'order { id }');
  if (!placed) return undefined;
  acknowledged.orders.push(placed.order.id);
  known.push(placed.order.id);
  return placed.order.id;
}

function uniqueBySku<Line extends { sku: string }>(lines: readonly Line[]): Line[] {
  return [...new Map(lines.map((line) => [line.sku, line] as const)).values()];
}

/** Confirms, and then ships, leaves or cancels the order, as it comes. */
export async function takeThrough(work: Work, call: Call, random: Random, orderId: string): Promise<void> {
  const manager = work.people.staff.order_manager;
  const selection = 'order { id fulfillments { nodes { id status } } }';
  const confirmed = await call(manager, 'confirmOrder', { orderId }, selection);
  if (!confirmed) return;
  // A repeated call is answered with the present state, in which nobody else has changed the parts of this order.
  remember(work, (confirmed.order as Order).fulfillments.nodes);
  if (random(6) === 0) {
    const cancelled = await call(manager, 'cancelOrder', { orderId, reason: 'Soak' }, selection);
    if (cancelled) remember(work, (cancelled.order as Order).fulfillments.nodes);
    return;
  }
  for (const { id } of (confirmed.order as Order).fulfillments.nodes) {
    await handle(work, call, random, id);
    if (random(4) === 0) await addNote(work, call, random);
  }
}

const steps = [
  'startPicking',
  'scan',
  'completePicking',
  'startPacking',
  'completePacking',
  'ship',
  'deliver',
] as const;

async function handle(work: Work, call: Call, random: Random, fulfillmentId: string): Promise<void> {
  const picker = work.people.staff.warehouse_staff;
  const selection = 'fulfillment { id status items { quantity orderItem { sku } } }';
  let part: Part | undefined;
  for (const step of steps) {
    // Some are left where they are, and what is left of the time decides over the rest.
    if (work.isOver() || random(20) === 0) return;
    const before: string | undefined = part?.status;
    if (step === 'scan') {
      for (const { quantity, orderItem } of part!.items) {
        const scan = { fulfillmentId, barcode: orderItem.sku, quantity };
        if (!(await call(picker, 'scanItem', scan, 'result'))) return;
      }
      continue;
    }
    const shipping = step === 'ship' ? { carrier: 'DPD', trackingNumber: 'T-1' } : {};
    const verb = step === 'ship' || step === 'deliver' ? `${step}Fulfillment` : step;
    const type = step === 'ship' || step === 'completePacking' ? undefined : 'FulfillmentInput';
    const done = await call(picker, verb, { fulfillmentId, ...shipping }, selection, type);
    if (!done) return;
    part = done.fulfillment as Part;
    if (part.status !== before) remember(work, [part]);
  }
}

async function addNote(work: Work, call: Call, random: Random): Promise<void> {
  // Of the last ones, which somebody else is probably working on.
  const orderId = oneOf(work.known.slice(-8), random);
  const input = { orderId, note: 'A note of the soak' };
  const added = await call(work.people.staff.customer_service, 'addNote', input, 'note { id }');
  if (added) work.acknowledged.notes.push(added.note.id);
}

function remember({ acknowledged }: Work, parts: readonly Fulfillment[]): void {
  for (const { id, status } of parts) acknowledged.changes.push(`${id} ${status}`);
}
