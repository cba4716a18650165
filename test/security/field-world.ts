/** One real object at least of every type, in a state in which each of its fields has a value. */
import { sql } from 'drizzle-orm';
import { countEverything } from '../figures/count-everything.ts';
import { confirmedOrder, mutate, stockedVariant, work } from '../setup/fixtures.ts';
import type { Ask, TestServer } from '../setup/server.ts';

/** The ids that the ways of `field-access.ts` are made of. */
export interface World {
  /** Of the customer: sold, picked short, paid, shipped, delivered, refunded in part. */
  readonly finished: string;
  readonly finishedFulfillment: string;
  /** Of the customer: confirmed, assigned and on hold. */
  readonly held: string;
  /** Of the customer: cancelled by us after it was confirmed. */
  readonly cancelled: string;
  /** Of the customer: cancelled, and in the archive. */
  readonly archived: string;
  /** Of the customer: delivered; one return of it was received, one rejected. */
  readonly returned: string;
  /** Of a guest, confirmed. */
  readonly guest: string;
  /** Of another customer, confirmed. */
  readonly foreign: string;
  /** Of a customer who was erased. */
  readonly erased: string;
  readonly customerId: string;
  readonly otherCustomerId: string;
  readonly publicNote: string;
  readonly internalNote: string;
  readonly customersNote: string;
  readonly productId: string;
  readonly sku: string;
}

/** What only some may ever read, wherever it would turn up. */
export const secrets = {
  internalNote: 'Internal: he shouted at us',
  publicNote: 'Public: thank you for waiting',
  holdReason: 'Held: looks like fraud',
  bin: 'BIN-77-SECRET',
  shortReason: 'Short: rats',
  otherCustomer: { name: 'Eve Rival', email: 'eve@rival.example', phone: '0998 877 6655' },
  guest: { name: 'Gus Guest', email: 'gus@guest.example', phone: '0887 766 5544' },
  customer: { email: 'ada@buyer.example', phone: '020 7946 0018' },
} as const;

const gbp = (amountMinor: number) => ({ amountMinor, currency: 'GBP' });
const address = {
  name: 'Ada Buyer',
  company: 'Buyers Ltd',
  line1: '1 High St',
  line2: 'Floor 2',
  city: 'York',
  region: 'Yorkshire',
  postalCode: 'YO1 1AA',
  country: 'GB',
};
const details = {
  shippingAddress: address,
  billingAddress: address,
  tags: ['gift'],
  promisedShipAt: '2036-01-01T00:00:00Z',
  discount: { amountMinor: 5_051 },
};

/** A mutation that must succeed. */
async function act(ask: Ask, name: string, input: object, selection: string, inputType?: string) {
  const payload = await mutate(ask, name, input, selection, inputType);
  if (payload.userErrors.length > 0) throw new Error(`${name}: ${JSON.stringify(payload.userErrors)}`);
  return payload;
}

export async function arrangeWorld(server: TestServer): Promise<World> {
  const { sku, productId, otherCustomerId, erasedCustomerId } = await arrangePeopleAndGoods(server);
  const one = [{ sku, quantity: 1 }];
  const archived = await arrangeArchived(server, sku);
  const finished = await arrangeFinished(server, sku);
  const held = await arrangeHeld(server, sku);
  const cancelled = await confirmedOrder(server, one, details);
  const manager = server.as.order_manager;
  await act(manager, 'cancelOrder', { orderId: cancelled.id, reason: 'Sold out' }, 'order { id }');
  const guest = await confirmedOrder(server, one, { ...details, customerId: null, contact: secrets.guest });
  const foreign = await confirmedOrder(server, one, { ...details, customerId: otherCustomerId });
  const erased = await confirmedOrder(server, one, { ...details, customerId: erasedCustomerId });
  await work(server, erased.fulfillments[0]!.id, 'deliverFulfillment');
  await act(manager, 'eraseCustomer', { customerId: erasedCustomerId }, 'customer { id }', 'CustomerInput');
  const returned = await arrangeReturns(server, sku);
  await arrangeQuotes(server, sku, otherCustomerId);
  const notes = await arrangeNotes(server, finished.id);
  await failJob(server, finished.id, notes.publicNote);
  await breakTheBooks(server);
  await arrangeWebhooks(server, held);
  await arrangeFigures(server, guest.id);
  return {
    finished: finished.id,
    finishedFulfillment: finished.fulfillmentId,
    held,
    cancelled: cancelled.id,
    archived,
    returned,
    guest: guest.id,
    foreign: foreign.id,
    erased: erased.id,
    customerId: server.customerId,
    otherCustomerId,
    productId,
    sku,
    ...notes,
  };
}

async function arrangePeopleAndGoods(server: TestServer) {
  const manager = server.as.order_manager;
  const { customerId } = server;
  await act(manager, 'setTaxRate', { country: 'GB', basisPoints: 1_700 }, 'taxRates { country }');
  const shipping = { country: 'GB', currency: 'GBP', amountMinor: 1_414, freeFromMinor: 99_999_999 };
  await act(manager, 'setShippingRate', shipping, 'shippingRates { country }');
  const { sku } = await stockedVariant(server, { LONDON: 100 }, 31_337);
  await server.database.transaction(async (transaction) => {
    await transaction.execute(sql`update product_variants set weight_grams = 450`);
  });
  await act(manager, 'updateCustomer', { customerId, company: 'Buyers Ltd' }, 'customer { id }');
  const customer = async (fields: object): Promise<string> => {
    const payload = await act(manager, 'createCustomer', { kind: 'ONLINE', ...fields }, 'customer { id }');
    return payload.customer.id;
  };
  const otherCustomerId = await customer(secrets.otherCustomer);
  const erasedCustomerId = await customer({ name: 'Cy Gone' });
  for (const [whose, amountMinor] of [
    [customerId, 27_183],
    [otherCustomerId, 16_180],
  ] as const) {
    const price = { customerId: whose, sku, currency: 'GBP', amountMinor };
    await act(manager, 'setCustomerPrice', price, 'customer { id }');
  }
  const level = { locationCode: 'LONDON', sku };
  await act(manager, 'setLowStockThreshold', { ...level, threshold: 1_000 }, 'stockLevels { onHand }');
  await act(manager, 'adjustStock', { ...level, delta: -1, reason: 'Damaged' }, 'stockLevels { onHand }');
  const { data } = await manager(`{ variant(sku: "${sku}") { product { id } } }`);
  return { sku, productId: data.variant.product.id as string, otherCustomerId, erasedCustomerId };
}

/** Comes first: everything else that is finished would go along. */
async function arrangeArchived(server: TestServer, sku: string): Promise<string> {
  const { id } = await confirmedOrder(server, [{ sku, quantity: 1 }], details);
  await act(server.as.order_manager, 'cancelOrder', { orderId: id, reason: 'Sold out' }, 'order { id }');
  await server.database.transaction(async (transaction) => {
    await transaction.execute(sql`select archive.move_orders(0, 100)`);
  });
  return id;
}

async function arrangeFinished(server: TestServer, sku: string) {
  const extra = { ...details, externalReference: 'SHOP-1', customerId: server.customerId };
  const order = await confirmedOrder(server, [{ sku, quantity: 3 }], extra);
  await arrangePayments(server, order.id);
  const fulfillmentId = order.fulfillments[0]!.id;
  const picker = server.as.warehouse_staff;
  const step = (name: string, input: object = {}, inputType?: string) =>
    act(picker, name, { fulfillmentId, ...input }, 'fulfillment { id items { id } }', inputType);
  const started = await step('startPicking', {}, 'FulfillmentInput');
  for (const quantity of [2, 9]) {
    await mutate(picker, 'scanItem', { fulfillmentId, barcode: sku, quantity }, 'result');
  }
  const fulfillmentItemId = started.fulfillment.items[0].id;
  await step('reportShortPick', { fulfillmentItemId, reason: secrets.shortReason });
  await step('completePicking', {}, 'FulfillmentInput');
  await step('startPacking', {}, 'FulfillmentInput');
  const packingMaterials = [{ name: 'tape', quantity: 1 }];
  await step('completePacking', { boxSize: 'M', weightGrams: 850, packingMaterials });
  await step('assignFulfillment', { userId: server.userIds.warehouse_staff });
  await server.database.transaction(async (transaction) => {
    await transaction.execute(sql`update order_fulfillments set warehouse_location = ${secrets.bin}`);
  });
  await step('shipFulfillment', { carrier: 'DPD', trackingNumber: 'T-1' });
  await step('deliverFulfillment', {}, 'FulfillmentInput');
  const manager = server.as.order_manager;
  await act(manager, 'completeOrder', { orderId: order.id }, 'order { id }', 'OrderInput');
  await act(manager, 'refundOrder', { orderId: order.id, amount: gbp(7_717) }, 'order { id }');
  return { id: order.id, fulfillmentId };
}

/** A payment by card that fails, and one through a provider that comes in. */
async function arrangePayments(server: TestServer, orderId: string): Promise<void> {
  const manager = server.as.order_manager;
  const failed = { orderId, method: 'CARD', amount: gbp(2_719), succeeded: false };
  await act(manager, 'recordPayment', failed, 'payment { id }');
  const paid = { orderId, method: 'PROVIDER', provider: 'MANUAL', providerReference: 'bank-1' };
  await act(manager, 'recordPayment', { ...paid, amount: gbp(20_011) }, 'payment { id }');
  await server.database.transaction(async (transaction) => {
    await transaction.execute(sql`update payments set failure_code = 'card_declined' where state = 'failed'`);
  });
}

async function arrangeReturns(server: TestServer, sku: string): Promise<string> {
  const manager = server.as.order_manager;
  const order = await confirmedOrder(server, [{ sku, quantity: 2 }], details);
  const orderId = order.id;
  await work(server, order.fulfillments[0]!.id, 'deliverFulfillment');
  const { data } = await manager(`{ order(id: "${orderId}") { items { nodes { id } } } }`);
  const lines = [{ orderItemId: data.order.items.nodes[0].id, quantity: 1 }];
  const request = async () =>
    (await act(manager, 'requestReturn', { orderId, lines, reason: 'Too big' }, 'return { id items { id } }'))
      .return;
  const first = await request();
  const back = {
    returnItemId: first.items[0].id,
    quantity: 1,
    disposition: 'RESTOCK',
    locationCode: 'LONDON',
  };
  await act(
    server.as.warehouse_staff,
    'receiveReturn',
    { returnId: first.id, lines: [back] },
    'return { id }',
  );
  const second = await request();
  await act(manager, 'rejectReturn', { returnId: second.id, reason: 'Worn' }, 'return { id }');
  await server.database.transaction(async (transaction) => {
    await transaction.execute(
      sql`update returns set external_reference = 'RMA-1' where id = ${first.id}::uuid`,
    );
  });
  return orderId;
}

/** One that has become an order of the customer, and one of somebody else. */
async function arrangeQuotes(server: TestServer, sku: string, otherCustomerId: string): Promise<void> {
  const manager = server.as.order_manager;
  const offer = { currency: 'GBP', lines: [{ sku, quantity: 1 }], shippingAddress: address };
  const create = async (customerId: string) =>
    (await act(manager, 'createQuote', { ...offer, customerId }, 'quote { id }')).quote.id;
  await act(manager, 'convertQuote', { quoteId: await create(server.customerId) }, 'order { id }');
  await create(otherCustomerId);
}

async function arrangeHeld(server: TestServer, sku: string): Promise<string> {
  const manager = server.as.order_manager;
  const { id: orderId } = await confirmedOrder(server, [{ sku, quantity: 4 }], details);
  const { data } = await manager(`{ order(id: "${orderId}") { reservations { nodes { id } } } }`);
  const reservationId = data.order.reservations.nodes[0].id;
  const until = { reservationId, expiresAt: '2036-01-01T00:00:00Z' };
  await act(manager, 'extendReservation', until, 'order { id }');
  await act(manager, 'assignOrder', { orderId, userId: server.userIds.order_manager }, 'order { id }');
  await act(manager, 'holdOrder', { orderId, reason: secrets.holdReason }, 'order { id }');
  return orderId;
}

async function arrangeNotes(server: TestServer, orderId: string) {
  const note = async (ask: Ask, text: string, more: object): Promise<string> =>
    (await act(ask, 'addNote', { orderId, note: text, ...more }, 'note { id }')).note.id;
  const manager = server.as.order_manager;
  const publicNote = await note(manager, secrets.publicNote, { isInternal: false, notifyCustomer: true });
  const internalNote = await note(manager, secrets.internalNote, { isInternal: true });
  const customersNote = await note(server.as.customer, 'When does it come?', { isInternal: false });
  await server.database.transaction(async (transaction) => {
    await transaction.execute(sql`update order_notes set notified_at = now() where notify_customer`);
  });
  return { publicNote, internalNote, customersNote };
}

/** An e-mail that no mail server took. */
async function failJob(server: TestServer, orderId: string, noteId: string): Promise<void> {
  const payload = JSON.stringify({ orderId, noteId });
  await server.database.transaction(async (transaction) => {
    await transaction.execute(sql`
      select graphile_worker.permanently_fail_jobs(array[(job).id], 'MailNotAcceptedError')
      from graphile_worker.add_job('sendNoteMail', ${payload}::text::json) as job`);
  });
}

/** A level that its ledger does not explain. */
async function breakTheBooks(server: TestServer): Promise<void> {
  const { sku } = await stockedVariant(server, { LONDON: 5 });
  await server.database.transaction(async (transaction) => {
    await transaction.execute(sql`
      update stock_levels set on_hand = on_hand + 1
      where variant_id = (select id from product_variants where sku = ${sku})`);
  });
}

/** An endpoint that was switched off, with a new secret, and a delivery of which every field has a value. */
async function arrangeWebhooks(server: TestServer, orderId: string): Promise<void> {
  const manager = server.as.order_manager;
  const url = 'https://receiver.example/orders';
  const filters = {
    actions: ['EDITED'],
    channels: ['ECOMMERCE'],
    locationCodes: ['LONDON'],
    orderStatuses: ['SHIPPED'],
  };
  const { endpoint } = await act(manager, 'createWebhookEndpoint', { url, ...filters }, 'endpoint { id }');
  const change = { endpointId: endpoint.id, active: false, rotateSecret: true };
  await act(manager, 'updateWebhookEndpoint', change, 'endpoint { id }');
  await server.database.transaction(async (transaction) => {
    await transaction.execute(sql`
      insert into webhook_deliveries (endpoint_id, order_id, event_id, transaction_id, position, event_type, payload,
        attempts, last_attempt_at, last_status_code, last_duration_ms, last_error, last_response, delivered_at)
      values (${endpoint.id}::uuid, ${orderId}::uuid, gen_random_uuid(), '1'::xid8, 1, 'order.edited', '{}',
        1, now(), 500, 12, 'It answered 500.', 'No', now())`);
  });
}

/** One order was placed in the month before, so that there is something to compare with. */
async function arrangeFigures(server: TestServer, earlier: string): Promise<void> {
  await server.database.transaction(async (transaction) => {
    await transaction.execute(sql`alter table orders drop constraint orders_id_tells_time`);
    await transaction.execute(
      sql`update orders set created_at = created_at - interval '40 days' where id = ${earlier}::uuid`,
    );
  });
  await countEverything(server.database);
}
