import type { OrderHistoryAction, OrderStatus } from '../db/tables/enumerations.ts';
import type { SampleOrder } from './sample-order.ts';
import type { Stage } from './scenarios.ts';

const boxSizes = ['S', 'M', 'L'];

/** What happens when an order of the sample reaches a stage. The commands of the API do the same. */
export const reachStage: Readonly<Record<Stage, (sample: SampleOrder, at: string) => void>> = {
  created: create,
  confirmed: confirm,
  pickingStarted: startPicking,
  pickingCompleted: completePicking,
  packingStarted: startPacking,
  packingCompleted: completePacking,
  shipped: ship,
  delivered: deliver,
  completed: complete,
};

function create(sample: SampleOrder, at: string): void {
  const { order, scenario, references } = sample;
  const { service } = references.users;
  const performer = order.channel === 'wholesale' ? service : null;
  sample.tell('created', at, `Placed with ${sample.items.length} lines.`, 'pending', performer);
  for (const item of sample.items) reserve(sample, item, at);
  sample.tell('inventory_reserved', at, `${order.unitsOrdered} units were reserved.`, 'pending', performer);
  if (scenario.paid) pay(sample, sample.at(0.1));
  if (scenario.paymentFailed) {
    sample.pay('payment', order.totalMinor, sample.at(0.1), false);
    order.lastPaymentFailed = true;
    sample.tell('payment_failed', sample.at(0.1), 'The card was refused.');
  }
  if (order.assignedToId) {
    sample.tell('assigned', sample.at(0.2), 'Assigned.', 'pending', references.users.manager);
  }
}

export function pay(sample: SampleOrder, at: string): void {
  sample.pay('payment', sample.order.totalMinor, at);
  sample.order.paidMinor = sample.order.totalMinor;
  sample.tell('payment_received', at, 'Paid in full.');
}

function reserve(sample: SampleOrder, item: SampleOrder['items'][number], at: string): void {
  sample.records.reservations.push({
    id: sample.identifier(at),
    orderId: sample.order.id,
    orderItemId: item.id,
    variantId: item.variantId,
    locationId: sample.locationId,
    quantityReserved: item.quantity,
    quantityFulfilled: 0,
    quantityReleased: 0,
    releasedAt: null,
    releaseReason: null,
    fulfilledAt: null,
    createdAt: at,
  });
  sample.move(item, at, { onHand: 0, reserved: item.quantity }, 'reserved');
}

function confirm(sample: SampleOrder, at: string): void {
  const { order, records, place, draft } = sample;
  const { manager, warehouse } = sample.references.users;
  order.confirmedAt = at;
  sample.tell('confirmed', at, 'The order was confirmed with 1 fulfillment.', 'confirmed', manager);
  sample.fulfillment = {
    id: sample.identifier(at),
    orderId: order.id,
    status: 'pending',
    locationId: sample.locationId,
    warehouseLocation: `${'ABCD'[place % 4]}-${String((place % 12) + 1).padStart(2, '0')}`,
    assignedToId: place % 3 === 0 ? warehouse : null,
    boxSize: null,
    weightGrams: null,
    packingMaterials: null,
    carrier: null,
    trackingNumber: null,
    misScanCount: 0,
    pickingStartedAt: null,
    pickingCompletedAt: null,
    packingStartedAt: null,
    packingCompletedAt: null,
    shippedAt: null,
    deliveredAt: null,
    createdAt: at,
  };
  records.fulfillments.push(sample.fulfillment);
  for (const item of sample.items) {
    records.fulfillmentItems.push({
      id: sample.identifier(at),
      fulfillmentId: sample.fulfillment.id,
      orderItemId: item.id,
      quantity: item.quantity,
      quantityPicked: 0,
      quantityMisScanned: 0,
      quantityShort: 0,
      shortReason: null,
      createdAt: at,
    });
  }
  const description = `A fulfillment was created at ${draft.locationCode}.`;
  sample.tellFulfillment('status_changed', at, description, 'pending', manager);
}

/** What an order does by itself when the warehouse works on it is told in the name of who worked. */
function byWarehouse(sample: SampleOrder, ...[action, at, description, to]: Told): void {
  sample.tell(action, at, description, to, sample.references.users.warehouse);
}

type Told = [action: OrderHistoryAction, at: string, description: string, to: OrderStatus];

function startPicking(sample: SampleOrder, at: string): void {
  const { order, fulfillment, records } = sample;
  fulfillment!.pickingStartedAt = at;
  fulfillment!.assignedToId = sample.references.users.warehouse;
  sample.tellFulfillment('status_changed', at, 'Picking was started.', 'picking');
  order.processingStartedAt = at;
  byWarehouse(sample, 'processing_started', at, 'The first picking has started.', 'processing');
  // The first line is picked already, and now and then something else was scanned for it.
  const [first] = records.fulfillmentItems;
  if (!sample.scenario.short) first!.quantityPicked = first!.quantity;
  first!.quantityMisScanned = sample.place % 4 === 0 ? 1 : 0;
  fulfillment!.misScanCount = sample.place % 6 === 0 ? 1 : 0;
}

function completePicking(sample: SampleOrder, at: string): void {
  sample.fulfillment!.pickingCompletedAt = at;
  for (const picked of sample.records.fulfillmentItems) picked.quantityPicked = picked.quantity;
  if (sample.scenario.short) pickShort(sample, at);
  sample.tellFulfillment('status_changed', at, 'Picking was completed.', 'packing');
}

/** One unit of the largest line is missing: its reservation gives that unit back. */
function pickShort(sample: SampleOrder, at: string): void {
  const largest = sample.items.reduce((one, other) => (other.quantity > one.quantity ? other : one));
  if (largest.quantity < 2) return;
  const line = sample.records.fulfillmentItems.find((each) => each.orderItemId === largest.id)!;
  line.quantityPicked = largest.quantity - 1;
  line.quantityShort = 1;
  line.shortReason = 'One is broken.';
  const reservation = sample.reservations.find((each) => each.orderItemId === largest.id)!;
  reservation.quantityReleased = 1;
  reservation.releasedAt = at;
  reservation.releaseReason = 'short_pick';
  sample.move(largest, at, { onHand: 0, reserved: -1 }, 'released');
  const description = '1 reserved unit was released: it could not be picked.';
  byWarehouse(sample, 'inventory_released', at, description, 'processing');
}

function startPacking(sample: SampleOrder, at: string): void {
  const { fulfillment, place } = sample;
  fulfillment!.packingStartedAt = at;
  fulfillment!.boxSize = boxSizes[place % boxSizes.length]!;
  sample.tellFulfillment('status_changed', at, 'Packing was started.', 'packing');
}

function completePacking(sample: SampleOrder, at: string): void {
  const { fulfillment, order, place } = sample;
  fulfillment!.packingCompletedAt = at;
  fulfillment!.weightGrams = 400 + (place % 17) * 250;
  fulfillment!.packingMaterials = [{ name: 'paper', quantity: 1 + (place % 3) }];
  sample.tellFulfillment('packed', at, 'Packing was completed.', 'ready_to_ship');
  order.packedAt = at;
  byWarehouse(sample, 'packed', at, 'Everything is packed.', 'packed');
}

function ship(sample: SampleOrder, at: string): void {
  const { fulfillment, order, draft, place } = sample;
  fulfillment!.shippedAt = at;
  fulfillment!.carrier = draft.carrier;
  fulfillment!.trackingNumber = `SAMPLE${String(100_000 + place * 7)}`;
  for (const reservation of sample.reservations) {
    const item = sample.items.find((each) => each.id === reservation.orderItemId)!;
    const units = reservation.quantityReserved - reservation.quantityReleased!;
    reservation.quantityFulfilled = units;
    reservation.fulfilledAt = at;
    item.quantityFulfilled = units;
    order.unitsFulfilled! += units;
    sample.move(item, at, { onHand: -units, reserved: -units }, 'shipped');
  }
  const description = `Shipped with ${draft.carrier}: ${order.unitsFulfilled} units.`;
  sample.tellFulfillment('shipped', at, description, 'shipped');
  order.shippedAt = at;
  byWarehouse(sample, 'shipped', at, 'Everything is shipped.', 'shipped');
}

function deliver(sample: SampleOrder, at: string): void {
  const { fulfillment, order } = sample;
  const short = order.unitsFulfilled! < order.unitsOrdered;
  fulfillment!.deliveredAt = at;
  const status = short ? 'partially_fulfilled' : 'fulfilled';
  sample.tellFulfillment('delivered', at, 'Delivered.', status, null);
  order.deliveredAt = at;
  sample.tell('delivered', at, 'Everything is delivered.', 'delivered');
}

function complete(sample: SampleOrder, at: string): void {
  sample.order.completedAt = at;
  sample.tell('status_changed', at, 'Completed.', 'completed', sample.references.users.manager);
}
