import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startFiguresProjector } from '../../src/figures/figures-projector.ts';
import { projectNextEvents } from '../../src/figures/project-figures.ts';
import { rebuildFigures } from '../../src/figures/rebuild-figures.ts';
import { makeRandom } from '../concurrency/random.ts';
import { mutate, stockedVariant } from '../setup/fixtures.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { startTestServer, type Ask, type TestServer } from '../setup/server.ts';
import { waitUntil } from '../setup/wait-until.ts';
import { countEverything, isEverythingCounted } from './count-everything.ts';
import { expectDocumentedFigures, type Asked } from './documented.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
const random = makeRandom(seed);
const pick = <Value>(values: readonly Value[]): Value => values[random(values.length)]!;
const locations = ['LONDON', 'LEEDS', 'YORK'] as const;
const orderCount = 60;

let server: TestServer;
/** An order takes SKUs that are sold in its currency alone. */
const currencies = ['GBP', 'EUR'] as const;
const skus = { GBP: [] as string[], EUR: [] as string[] };
const orderIds: string[] = [];
/** Refusals that the figures are to know. */
let stockOuts = 0;

beforeAll(async () => {
  server = await startTestServer();
  const stock = { LONDON: 60, LEEDS: 60, YORK: 60 };
  for (const currency of currencies) {
    for (const priceMinor of [250, 1_999]) {
      skus[currency].push((await stockedVariant(server, stock, priceMinor, currency)).sku);
    }
  }
});
afterAll(() => server.stop());

/** A mutation that may be refused. */
async function attempt(
  ask: Ask,
  name: string,
  input: object,
  selection: string,
  type?: string,
): Promise<any> {
  const payload = await mutate(ask, name, input, selection, type);
  stockOuts += payload.userErrors.filter(({ code }: any) => code === 'INSUFFICIENT_STOCK').length;
  return payload;
}

async function placeRandomOrder(): Promise<void> {
  const days = random(9) - 4;
  const channel = pick(['ECOMMERCE', 'WHOLESALE', 'RETAIL_POS']);
  const currency = pick(currencies);
  const lines = Array.from({ length: 1 + random(2) }, () => ({
    sku: pick(skus[currency]),
    // Now and then more than there is.
    quantity: random(8) === 0 ? 500 : 1 + random(3),
    ...(random(3) > 0 && { locationCode: pick(locations) }),
  }));
  const takeAway = channel === 'RETAIL_POS' && random(2) === 0;
  const promised = !takeAway && random(3) > 0 && new Date(Date.now() + days * 86_400_000).toISOString();
  const { order } = await attempt(
    server.as.order_manager,
    'createOrder',
    {
      channel,
      currency,
      customerId: server.customerId,
      lines,
      ...(takeAway && { takeAway }),
      ...(promised && { promisedShipAt: promised }),
    },
    'order { id }',
  );
  if (order) orderIds.push(order.id);
}

const read = `query ($id: ID!) { order(id: $id) { id total { amountMinor currency }
  items { nodes { id quantityFulfilled } } returns { nodes { id status items { id quantity } } }
  fulfillments { nodes { id status items { id orderItem { sku } quantity quantityPicked quantityShort } } } } }`;

/** One more step of a random order, whether it is allowed or not. */
async function changeRandomOrder(): Promise<void> {
  const manager = server.as.order_manager;
  const { data } = await manager(read, { id: pick(orderIds) });
  const order = data.order;
  const orderId = order.id;
  const parcel = order.fulfillments.nodes.length > 0 ? pick<any>(order.fulfillments.nodes) : undefined;
  const kind = random(20);
  const onOrder = (name: string, extra: object = {}, type?: string) =>
    attempt(manager, name, { orderId, ...extra }, 'order { id }', type);
  if (kind === 0) return onOrder('cancelOrder', { reason: 'Changed their mind' });
  if (kind === 1) return onOrder('holdOrder', { reason: 'Check' });
  if (kind === 2) return onOrder('releaseHold', {}, 'OrderInput');
  if (kind === 3) return addNote(orderId);
  if (kind === 4) {
    await onOrder('recordPayment', { method: 'CARD', amount: order.total });
    if (random(2) === 0)
      return onOrder('refundOrder', { amount: { ...order.total, amountMinor: 1 + random(200) } });
    return;
  }
  if (kind === 5) return sendBack(order);
  if (kind === 6) return onOrder('completeOrder', {}, 'OrderInput');
  if (kind === 7) return onOrder('releaseOrderReservations');
  if (!parcel) return onOrder('confirmOrder');
  return workOn(parcel);
}

async function addNote(orderId: string): Promise<void> {
  const by = pick([server.as.order_manager, server.as.customer_service, server.as.customer]);
  const isInternal = by !== server.as.customer && random(2) === 0;
  await attempt(by, 'addNote', { orderId, note: 'A note', isInternal }, 'note { id }');
}

async function sendBack(order: any): Promise<void> {
  const requested = order.returns.nodes.find(({ status }: any) => status === 'REQUESTED');
  if (requested) {
    const lines = requested.items.map(({ id, quantity }: any) => ({
      returnItemId: id,
      quantity,
      disposition: 'RESTOCK',
      locationCode: 'YORK',
    }));
    const input = { returnId: requested.id, lines };
    await attempt(server.as.warehouse_staff, 'receiveReturn', input, 'return { id }');
    return;
  }
  const lines = [{ orderItemId: order.items.nodes[0].id, quantity: 1 }];
  const input = { orderId: order.id, lines, reason: 'Too big' };
  await attempt(server.as.order_manager, 'requestReturn', input, 'return { id }');
}

async function workOn(parcel: any): Promise<void> {
  const ask = server.as.warehouse_staff;
  const step = (name: string, extra: object = {}, type?: string) =>
    attempt(ask, name, { fulfillmentId: parcel.id, ...extra }, 'fulfillment { id }', type);
  if (parcel.status === 'PENDING') return step('startPicking', {}, 'FulfillmentInput');
  if (parcel.status === 'PICKING') {
    const barcode = random(4) === 0 ? 'NOTHING' : pick([...skus.GBP, ...skus.EUR]);
    await attempt(ask, 'scanItem', { fulfillmentId: parcel.id, barcode, quantity: 1 }, 'result');
    for (const item of parcel.items) {
      const quantity = item.quantity - item.quantityPicked - item.quantityShort;
      await attempt(
        ask,
        'scanItem',
        { fulfillmentId: parcel.id, barcode: item.orderItem.sku, quantity },
        'result',
      ).catch(() => undefined);
    }
    if (random(4) === 0) return step('cancelFulfillment');
    return step('completePicking', {}, 'FulfillmentInput');
  }
  if (parcel.status === 'PACKING') {
    if (random(2) === 0) await step('startPacking', {}, 'FulfillmentInput');
    return step('completePacking');
  }
  if (parcel.status === 'READY_TO_SHIP') {
    return step('shipFulfillment', { carrier: 'DPD', trackingNumber: 'T-1' });
  }
  if (parcel.status === 'SHIPPED') return step('deliverFulfillment', {}, 'FulfillmentInput');
}

async function expectRightFigures(): Promise<void> {
  const today = new Date();
  const day = (back: number) => new Date(today.getTime() - back * 86_400_000).toISOString().slice(0, 10);
  const asked: Asked[] = [
    { from: day(200), to: day(-1), channel: null, locationCode: null },
    { from: day(70), to: day(3), channel: 'wholesale', locationCode: null },
    { from: day(40), to: day(0), channel: null, locationCode: 'LEEDS' },
    { from: day(150), to: day(20), channel: 'ecommerce', locationCode: 'LONDON' },
    { from: day(9), to: day(9), channel: null, locationCode: null },
  ];
  for (const each of asked) {
    await expectDocumentedFigures(server.as.order_manager, server.databaseUrl, each);
  }
}

/** Everything that is derived, but for sums that have come to nothing. */
const snapshot = () =>
  server.database.read.execute(sql`
    select 'daily' as kind, to_jsonb(daily)::text as row from figures.daily where amount <> 0
    union all select 'durations', to_jsonb(durations)::text from figures.durations where count <> 0
    union all select 'orders', to_jsonb(facts)::text from figures.order_facts as facts
    union all select 'fulfillments', to_jsonb(facts)::text from figures.fulfillment_facts as facts
    union all select 'reservations', to_jsonb(facts)::text from figures.reservation_facts as facts
    order by 1, 2`);

test(`what two workers count while orders come in is what the tables say (SEED=${seed})`, async () => {
  const log = {
    warn: (details: object, message: string) => expect.fail(`${message} ${JSON.stringify(details)}`),
  };
  const workers = [1, 2].map(() => startFiguresProjector({ database: server.database, log }));
  // As many as there are, whatever is refused, so that each change finds an order.
  while (orderIds.length < 8) await placeRandomOrder();
  for (let each = 0; each < orderCount; each += 1) {
    await Promise.all([placeRandomOrder(), changeRandomOrder(), changeRandomOrder(), changeRandomOrder()]);
  }
  for (let each = 0; each < 4 * orderCount; each += 4) {
    await Promise.all([changeRandomOrder(), changeRandomOrder(), changeRandomOrder(), changeRandomOrder()]);
  }
  await waitUntil(() => isEverythingCounted(server.database), 'everything is counted');
  for (const worker of workers) await worker.stop();
  await expectRightFigures();
  const { data } = await server.as.order_manager('{ statistics { stockOutIncidents } }');
  expect(data.statistics.stockOutIncidents).toBe(stockOuts);
  expect(stockOuts).toBeGreaterThan(0);
  await expectInvariants(server.databaseUrl);
});

test('what is moved to other days, and looked at again, is counted there and nowhere else', async () => {
  await server.database.transaction(async (transaction) => {
    await transaction.execute(sql`alter table orders drop constraint orders_id_tells_time`);
    await transaction.execute(sql`
      with moved as (
        select id, hashtext(id::text) % 90 * interval '1 day' - interval '95 days' as first_part,
          abs(hashtext(number)) % 500000 * interval '1 second' as second_part from orders
      ), orders_moved as (
        update orders set created_at = created_at + first_part, shipped_at = shipped_at + first_part + second_part
        from moved where moved.id = orders.id
      ), notes_moved as (
        update order_notes set created_at = order_notes.created_at + first_part from moved where moved.id = order_id
      )
      update order_fulfillments set created_at = created_at + first_part, shipped_at = shipped_at + first_part + second_part,
        picking_completed_at = picking_completed_at + first_part, packing_started_at = packing_started_at + first_part,
        packing_completed_at = packing_completed_at + first_part + second_part / 100
      from moved where moved.id = order_id`);
  });
  for (const orderId of orderIds) {
    await mutate(
      server.as.order_manager,
      'addNote',
      { orderId, note: 'Moved', isInternal: true },
      'note { id }',
    );
  }
  await countEverything(server.database);
  await expectRightFigures();
});

/** As if the workers had counted nothing yet. */
async function forgetFigures(): Promise<void> {
  await server.database.transaction(async (transaction) => {
    await transaction.execute(sql`
      truncate figures.order_facts, figures.fulfillment_facts, figures.reservation_facts, figures.daily, figures.durations`);
    await transaction.execute(sql`update figures.progress set transaction_id = '0', position = 0`);
  });
}

const rebuild = (ordersPerPart: number) => rebuildFigures(server.database, () => {}, { ordersPerPart });

test('to count from the first event again gives the same rows', async () => {
  const before = await snapshot();
  expect(before.length).toBeGreaterThan(200);
  await forgetFigures();
  expect(await snapshot()).toEqual([]);
  await countEverything(server.database);
  expect(await snapshot()).toEqual(before);
});

const definitions = () =>
  server.database.read.execute(sql`
    select tablename as table, indexdef as definition from pg_indexes where schemaname = 'figures'
    union all
    select conrelid::regclass::text, conname || ' ' || pg_get_constraintdef(oid) from pg_constraint
    where connamespace = 'figures'::regnamespace
    union all
    select oid::regclass::text, reloptions::text from pg_class
    where relnamespace = 'figures'::regnamespace and relkind = 'r' and reloptions is not null
    order by 1, 2`);

test('a rebuild from the tables gives the rows that the workers counted, in tables like those before', async () => {
  const [rows, tables] = [await snapshot(), await definitions()];
  await server.database.transaction(async (transaction) => {
    await transaction.execute(sql`update figures.daily set amount = amount + 1`);
    await transaction.execute(sql`delete from figures.order_facts`);
  });
  const parts = await rebuild(3);
  expect(parts).toBeGreaterThan(5);
  expect(await isEverythingCounted(server.database)).toBe(true);
  expect(await snapshot()).toEqual(rows);
  expect(await definitions()).toEqual(tables);
  expect(await server.database.read.execute(sql`select to_regnamespace('figures_rebuilt') as left`)).toEqual([
    { left: null },
  ]);
});

test('a rebuild while orders come in misses none and counts none twice', async () => {
  const log = {
    warn: (details: object, message: string) => expect.fail(`${message} ${JSON.stringify(details)}`),
  };
  const worker = startFiguresProjector({ database: server.database, log });
  let isOver = false;
  const changing = (async () => {
    while (!isOver) await Promise.all([placeRandomOrder(), changeRandomOrder(), changeRandomOrder()]);
  })();
  for (let round = 0; round < 3; round += 1) await rebuild(3);
  isOver = true;
  await changing;
  await waitUntil(() => isEverythingCounted(server.database), 'everything is counted');
  await worker.stop();
  const rebuilt = await snapshot();
  await forgetFigures();
  await countEverything(server.database);
  expect(await snapshot()).toEqual(rebuilt);
});

test('a worker that dies before it commits has counted nothing, and the next one counts all', async () => {
  const before = await snapshot();
  await forgetFigures();
  const dying = {
    ...server.database,
    transaction: (work: (transaction: never) => Promise<unknown>) =>
      server.database.transaction(async (transaction) => {
        await work(transaction as never);
        throw new Error('killed');
      }),
  };
  const hasDied = () =>
    projectNextEvents(dying as never).then(
      () => false,
      () => true,
    );
  await waitUntil(hasDied, 'it has counted some and died');
  expect(await snapshot()).toEqual([]);
  await countEverything(server.database);
  expect(await snapshot()).toEqual(before);
});
