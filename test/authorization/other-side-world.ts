/** Two customers of one house, and all that each has which the other must never learn of. */
import { sql } from 'drizzle-orm';
import { arrangeWorld, secrets, type World } from '../security/field-world.ts';
import { confirmedOrder, mutate, placeOrder, work } from '../setup/fixtures.ts';
import type { TestServer } from '../setup/server.ts';

/** Something by which an object can be asked for or recognised. */
export interface Hidden {
  /** Which table and column it stands in: one of each is asked for. */
  readonly kind: string;
  readonly value: string;
}

export interface OtherSide {
  readonly world: World;
  /** Of another customer: delivered, paid, with notes, and a return of it. */
  readonly rich: string;
  /** Of the same, and nobody has begun to work on it: the warehouse does not know of it either. */
  readonly unconfirmed: string;
}

const address = { name: 'Rival Raven', line1: '66 Raven Row', city: 'Ravenscar', country: 'GB' };

export async function arrangeOtherSide(server: TestServer): Promise<OtherSide> {
  const world = await arrangeWorld(server);
  const manager = server.as.order_manager;
  const extra = { customerId: world.otherCustomerId, shippingAddress: address, billingAddress: address };
  const lines = [{ sku: world.sku, quantity: 2 }];
  const rich = await confirmedOrder(server, lines, { ...extra, externalReference: 'RAVEN-SHOP-1' });
  const gbp = { amountMinor: 6_613, currency: 'GBP' };
  await mutate(manager, 'recordPayment', { orderId: rich.id, method: 'CASH', amount: gbp }, 'payment { id }');
  await addNotes(server, rich.id, 'rich');
  await work(server, rich.fulfillments[0]!.id, 'deliverFulfillment');
  // The fixture gives every parcel the same.
  await server.database.transaction((transaction) =>
    transaction.execute(sql`
      update order_fulfillments set tracking_number = 'RAVEN-PARCEL-1' where order_id = ${rich.id}::uuid`),
  );
  const { data } = await manager(`{ order(id: "${rich.id}") { items { nodes { id } } } }`);
  const back = [{ orderItemId: data.order.items.nodes[0].id, quantity: 1 }];
  const request = { orderId: rich.id, lines: back, reason: 'Raven: too big' };
  await mutate(manager, 'requestReturn', request, 'return { id }');
  const unconfirmed = await placeOrder(server, lines, { ...extra, externalReference: 'RAVEN-SHOP-2' });
  await addNotes(server, unconfirmed.id, 'unconfirmed');
  return { world, rich: rich.id, unconfirmed: unconfirmed.id };
}

async function addNotes(server: TestServer, orderId: string, which: string): Promise<void> {
  for (const isInternal of [true, false]) {
    const note = `Raven: ${isInternal ? 'internal' : 'public'} note of ${which}`;
    await mutate(server.as.customer_service, 'addNote', { orderId, note, isInternal }, 'note { id }');
  }
}

/** Texts by which something is known, beside the ids, which every table has. */
const texts: Readonly<Record<string, readonly string[]>> = {
  orders: ['number', 'external_reference'],
  order_fulfillments: ['number', 'tracking_number'],
  order_notes: ['note'],
  returns: ['number', 'reason'],
  quotes: ['number'],
  customers: ['name', 'email', 'phone'],
};

/** The tables that say whose they are, by the column that says it. */
const owners = ['order_id', 'fulfillment_id', 'return_id', 'quote_id', 'customer_id'] as const;

/**
 * Every id and every telling text of what belongs to these orders, and to the customer where one is named, through every
 * table that says so: a table that is added is looked into without being named here.
 */
export async function hiddenOf(
  { database }: TestServer,
  orderIds: readonly string[],
  customerId: string | null,
): Promise<Hidden[]> {
  const columns = await database.read.execute<{ table: string; column: string }>(sql`
    select columns.table_name as table, column_name as column
    from information_schema.columns join information_schema.tables using (table_schema, table_name)
    where table_schema = 'public' and table_type = 'BASE TABLE' and data_type in ('uuid', 'text')`);
  const has = (table: string, column: string): boolean =>
    columns.some((each) => each.table === table && each.column === column);
  const tables = [...new Set(columns.map(({ table }) => table))].filter(
    // Parts of the history are read with it.
    (table) => has(table, 'id') && !table.startsWith('order_history_'),
  );
  const idsOf = new Map<string, Set<string>>([['orders', new Set(orderIds)]]);
  if (customerId) idsOf.set('customers', new Set([customerId]));
  const ownerTables = {
    order_id: 'orders',
    fulfillment_id: 'order_fulfillments',
    return_id: 'returns',
    quote_id: 'quotes',
    customer_id: 'customers',
  };
  // Twice: what belongs to a fulfillment is found when the fulfillments are.
  for (let pass = 0; pass < 2; pass += 1) {
    for (const table of tables) {
      for (const owner of owners.filter((column) => has(table, column))) {
        if (owner === 'customer_id' && table === 'orders') continue;
        const wanted = [...(idsOf.get(ownerTables[owner]) ?? [])];
        if (wanted.length === 0) continue;
        const rows = await database.read.execute<{ id: string }>(
          sql.raw(
            `select id::text from "${table}" where "${owner}" in (${wanted.map((id) => `'${id}'`).join(', ')})`,
          ),
        );
        const ids = idsOf.get(table) ?? new Set();
        for (const { id } of rows) ids.add(id);
        idsOf.set(table, ids);
      }
    }
  }
  const hidden: Hidden[] = [];
  for (const [table, ids] of idsOf) {
    if (ids.size === 0) continue;
    for (const value of ids) hidden.push({ kind: `${table}.id`, value });
    const list = [...ids].map((id) => `'${id}'`).join(', ');
    for (const column of texts[table]?.filter((name) => has(table, name)) ?? []) {
      const rows = await database.read.execute<{ value: string | null }>(
        sql.raw(`select "${column}" as value from "${table}" where id in (${list})`),
      );
      // What the fixtures give to everybody tells nothing.
      for (const { value } of rows)
        if (value && value !== 'T-1') hidden.push({ kind: `${table}.${column}`, value });
    }
  }
  return hidden;
}

/** All notes of a kind, whatever order they are on. */
export async function notesOf({ database }: TestServer, kind: 'internal' | 'public'): Promise<Hidden[]> {
  const rows = await database.read.execute<{ id: string; note: string }>(
    sql`select id, note from order_notes where is_internal = ${kind === 'internal'}`,
  );
  return rows.flatMap(({ id, note }) => [
    { kind: `order_notes.id (${kind})`, value: id },
    { kind: `order_notes.note (${kind})`, value: note },
  ]);
}

/** What the warehouse has no need of: quotes, and how people are reached. */
export async function offersAndContacts({ database }: TestServer): Promise<Hidden[]> {
  const rows = await database.read.execute<{ kind: string; value: string }>(sql`
    select 'quotes.id' as kind, id::text as value from quotes
    union all select 'customers.email', email from customers where email is not null
    union all select 'customers.phone', phone from customers where phone is not null`);
  return [...rows];
}

/** The first of each kind. */
export function oneOfEach(hidden: readonly Hidden[]): Hidden[] {
  return [...new Map(hidden.toReversed().map((each) => [each.kind, each])).values()];
}

/**
 * Texts that stand in what belongs to the other side, in its addresses and reasons too, and nowhere else; not beside what is
 * asked for by them.
 */
export const telltales = {
  customer: ['Raven', 'RAVEN', ...Object.values(secrets.guest), ...Object.values(secrets.otherCustomer)],
  warehouse_staff: ['note of unconfirmed', 'RAVEN-SHOP-2'],
} as const;
