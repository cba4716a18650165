import type { SampleOrder } from './sample-order.ts';
import { reachStage, pay } from './sample-stages.ts';
import { endingHours, internalNotes, publicNotes, stages, type Ending } from './scenarios.ts';

/** Takes an order of the sample through its whole scenario. */
export function playScenario(sample: SampleOrder): void {
  const { scenario, order } = sample;
  if (order.channel === 'retail_pos') {
    sellOverTheCounter(sample);
    return;
  }
  for (const stage of stages.slice(0, stages.indexOf(scenario.reaches) + 1)) {
    reachStage[stage](sample, sample.stageAt(stage));
  }
  if (scenario.heldBecause) hold(sample, scenario.heldBecause);
  if (scenario.endsAs) end[scenario.endsAs](sample);
  addNotes(sample);
}

const end: Readonly<Record<Ending, (sample: SampleOrder) => void>> = {
  cancelled: cancel,
  returnRequested: requestReturn,
  returned: (sample) => {
    requestReturn(sample);
    receiveReturn(sample);
  },
  refunded: (sample) => {
    requestReturn(sample);
    receiveReturn(sample);
    refund(sample);
  },
};

/** Paid, handed over and completed at one moment. */
function sellOverTheCounter(sample: SampleOrder): void {
  const { order } = sample;
  const at = sample.at(0);
  sample.tell('created', at, `Sold over the counter with ${sample.items.length} lines.`, 'pending');
  pay(sample, at);
  for (const item of sample.items) {
    item.quantityFulfilled = item.quantity;
    sample.move(item, at, { onHand: -item.quantity, reserved: 0 }, 'sold');
  }
  order.unitsFulfilled = order.unitsOrdered;
  order.confirmedAt = order.shippedAt = order.deliveredAt = order.completedAt = at;
  sample.tell('status_changed', at, 'Taken away by the customer.', 'completed');
}

function hold(sample: SampleOrder, reason: string): void {
  const at = sample.later(0.5);
  const { manager } = sample.references.users;
  Object.assign(sample.order, { holdReason: reason, heldAt: at, heldById: manager });
  sample.tell('edited', at, 'The order was put on hold.', sample.order.status, manager);
}

function cancel(sample: SampleOrder): void {
  const at = sample.later(endingHours.cancelled);
  const { order, references } = sample;
  const { manager } = references.users;
  order.cancelledAt = at;
  order.cancelReason = 'The customer has changed their mind.';
  sample.tell('cancelled', at, 'The order was cancelled.', 'cancelled', manager);
  if (sample.fulfillment) {
    const description = 'The fulfillment was cancelled with its order.';
    sample.tellFulfillment('cancelled', at, description, 'cancelled', manager);
  }
  for (const item of sample.items) {
    item.quantityCancelled = item.quantity;
    sample.move(item, at, { onHand: 0, reserved: -item.quantity }, 'released');
  }
  for (const reservation of sample.reservations) {
    reservation.quantityReleased = reservation.quantityReserved;
    reservation.releasedAt = at;
    reservation.releaseReason = 'order_cancelled';
  }
  sample.tell(
    'inventory_released',
    at,
    `${order.unitsOrdered} reserved units were released.`,
    'cancelled',
    manager,
  );
  order.unitsOrdered = 0;
}

function requestReturn(sample: SampleOrder): void {
  const at = sample.later(endingHours.returnRequested);
  const { order, records } = sample;
  const before = order.status!;
  const returnId = sample.identifier(at);
  records.returns.push({
    id: returnId,
    orderId: order.id,
    status: 'requested',
    reason: 'It does not go with the curtains.',
    orderStatusBefore: before,
    receivedAt: null,
    createdAt: at,
  });
  for (const item of sample.items) {
    if (item.quantityFulfilled === 0) continue;
    records.returnItems.push({
      id: sample.identifier(at),
      returnId,
      orderItemId: item.id,
      quantity: item.quantityFulfilled!,
      quantityReceived: 0,
      refundMinor: item.totalMinor,
      disposition: null,
      locationId: null,
      createdAt: at,
    });
  }
  sample.tell('return_requested', at, 'The customer wants to return everything.', 'return_requested');
}

function receiveReturn(sample: SampleOrder): void {
  const at = sample.later(endingHours.returned);
  const { records, references } = sample;
  Object.assign(records.returns[0]!, { status: 'received', receivedAt: at });
  for (const returned of records.returnItems) {
    const item = sample.items.find((each) => each.id === returned.orderItemId)!;
    const restock = item !== sample.items[0];
    returned.quantityReceived = returned.quantity;
    returned.disposition = restock ? 'restock' : 'write_off';
    returned.locationId = restock ? sample.locationId : null;
    item.quantityReturned = returned.quantity;
    if (restock) sample.move(item, at, { onHand: returned.quantity, reserved: 0 }, 'returned');
  }
  const { warehouse } = references.users;
  sample.tell('returned', at, 'The goods have come back; one line is written off.', 'returned', warehouse);
}

function refund(sample: SampleOrder): void {
  const at = sample.later(endingHours.refunded);
  const { order, records, references } = sample;
  records.returns[0]!.status = 'refunded';
  sample.pay('refund', order.totalMinor, at);
  order.refundedMinor = order.totalMinor;
  sample.tell('refunded', at, 'Refunded in full.', 'refunded', references.users.manager);
}

function addNotes(sample: SampleOrder): void {
  const { place, references } = sample;
  const { service, manager } = references.users;
  if (place % 4 === 0) addNote(sample, internalNotes[place % internalNotes.length]!, true, service);
  if (place % 6 === 0) addNote(sample, publicNotes[place % publicNotes.length]!, false, null);
  if (place % 12 === 0) addNote(sample, 'Thank you, we will take care of it.', false, manager);
}

function addNote(sample: SampleOrder, note: string, isInternal: boolean, authorId: string | null): void {
  const at = sample.at(0.25 + sample.records.notes.length * 0.1);
  sample.records.notes.push({
    id: sample.identifier(at),
    orderId: sample.order.id,
    note,
    isInternal,
    notifyCustomer: false,
    createdById: authorId,
    createdAt: at,
  });
  const description = isInternal ? 'An internal note was added.' : 'A note was added.';
  sample.records.history.push({
    orderId: sample.order.id,
    action: 'note_added',
    description,
    additionalData: { isInternal },
    occurredAt: at,
    performedById: authorId,
  });
}
