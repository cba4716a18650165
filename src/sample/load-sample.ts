import { sql } from 'drizzle-orm';
import { hashPassword } from '../auth/password.ts';
import type { Database, Executor } from '../db/driver/database.ts';
import { users } from '../db/tables/users.ts';
import type { Role } from '../db/tables/enumerations.ts';
import { ensureCustomers, ensureLocation, ensureVariants } from '../import/catalogue.ts';
import { insertRows } from '../import/insert-rows.ts';
import { emptyRecords, type OrderRecords } from '../import/order-records.ts';
import { receiveWhatIsMissing, unitsLeaving } from '../import/stock.ts';
import { writeOrders } from '../import/write-records.ts';
import { readSampleSources, type SampleSources } from './sample-drafts.ts';
import { playScenario } from './sample-endings.ts';
import { SampleOrder, type SampleReferences, type SampleUsers } from './sample-order.ts';
import { scenarios, shopScenario } from './scenarios.ts';

export interface SampleSummary {
  /** False: somebody can sign in already, and nothing was changed. */
  readonly loaded: boolean;
  readonly orders: number;
  readonly users: number;
}

export const samplePassword = 'sample-password';
const nothing: SampleSummary = { loaded: false, orders: 0, users: 0 };
/** Any number; servers that start at once take turns. */
const sampleLock = 4_150_230_109;
const dayMs = 86_400_000;
/** The oldest order is some days younger than this. */
const sampleDays = 29;
const locations = [
  { code: 'MAIN', name: 'Main warehouse', priority: 10 },
  { code: 'NORTHWIND', name: 'Northwind warehouse', priority: 20 },
  { code: 'SHOP', name: 'High street shop', priority: 30 },
];

/**
 * Gives a database that nobody can sign in to orders to look at and users to sign in as. In one transaction, so that it is there
 * whole or not at all; safe when several servers start at once.
 */
export async function loadSample(database: Database): Promise<SampleSummary> {
  if (await isInUse(database.read)) return nothing;
  const passwordHash = await hashPassword(samplePassword);
  const now = Date.now();
  const startedAt = new Date(now - sampleDays * dayMs).toISOString();
  const sources = readSampleSources(startedAt);
  await database.transaction((transaction) =>
    transaction.execute(sql`select ensure_history_partitions(${startedAt}::timestamptz, now())`),
  );
  return database.transaction(async (transaction) => {
    // Whoever waits for the first server must not give up before it is done.
    await transaction.execute(sql`set local lock_timeout = '25s'`);
    await transaction.execute(sql`set local statement_timeout = '25s'`);
    await transaction.execute(sql`select pg_advisory_xact_lock(${sampleLock})`);
    if (await isInUse(transaction)) return nothing;
    return fill(transaction, sources, passwordHash, now, startedAt);
  });
}

/** Users who cannot sign in, such as the employees that an import brings, do not count. */
async function isInUse(executor: Executor): Promise<boolean> {
  const [row] = await executor.execute<{ found: boolean }>(
    sql`select exists (select from users where active) as found`,
  );
  return row!.found;
}

async function fill(
  transaction: Executor,
  sources: SampleSources,
  passwordHash: string,
  now: number,
  startedAt: string,
): Promise<SampleSummary> {
  const locationIds = new Map<string, string>();
  for (const location of locations) {
    locationIds.set(location.code, await ensureLocation(transaction, location));
  }
  const customers = await ensureCustomers(transaction, sources.customers);
  const references: SampleReferences = {
    users: await addUsers(transaction, passwordHash, customers.get(regularCustomer(sources))!),
    variants: await ensureVariants(transaction, sources.variants),
    customers,
    locations: locationIds,
  };
  const records = playAll(sources, references, now);
  await stockUp(transaction, records, locationIds, startedAt);
  await writeOrders(transaction, records);
  return { loaded: true, orders: records.orders.length, users: 4 };
}

/** The customer with most orders: whoever signs in as a customer should see some. */
function regularCustomer({ drafts }: SampleSources): string {
  const counts = new Map<string, number>();
  for (const { customerReference } of drafts) {
    if (customerReference) counts.set(customerReference, (counts.get(customerReference) ?? 0) + 1);
  }
  return [...counts].reduce((most, each) => (each[1] > most[1] ? each : most))[0];
}

async function addUsers(
  transaction: Executor,
  passwordHash: string,
  customerId: string,
): Promise<SampleUsers> {
  const user = (mailbox: string, displayName: string, role: Role) => ({
    email: `${mailbox}@example.com`,
    displayName,
    role,
    customerId: role === 'customer' ? customerId : null,
    passwordHash,
  });
  await insertRows(transaction, users, [
    user('manager', 'Mara Manager', 'order_manager'),
    user('warehouse', 'Wim Warehouse', 'warehouse_staff'),
    user('service', 'Sana Service', 'customer_service'),
    user('customer', 'Cleo Customer', 'customer'),
  ]);
  const rows = await transaction.execute<{ id: string; role: Role }>(
    sql`select id, role from users where active`,
  );
  const idOf = (role: Role) => rows.find((row) => row.role === role)!.id;
  return {
    manager: idOf('order_manager'),
    warehouse: idOf('warehouse_staff'),
    service: idOf('customer_service'),
  };
}

function playAll(sources: SampleSources, references: SampleReferences, now: number): OrderRecords {
  const all = emptyRecords();
  sources.drafts.forEach((draft, place) => {
    const scenario = draft.channel === 'retail_pos' ? shopScenario : scenarios[place % scenarios.length]!;
    const sample = new SampleOrder(draft, scenario, references, place, now);
    playScenario(sample);
    for (const [kind, rows] of Object.entries(sample.records)) {
      (all[kind as keyof OrderRecords] as unknown[]).push(...(rows as unknown[]));
    }
  });
  all.history.sort((one, other) => Date.parse(one.occurredAt) - Date.parse(other.occurredAt));
  return all;
}

/** Goods for all orders came in before the first of them, and some remain: plenty of most, little of a few. */
async function stockUp(
  transaction: Executor,
  records: OrderRecords,
  locationIds: ReadonlyMap<string, string>,
  startedAt: string,
): Promise<void> {
  for (const locationId of locationIds.values()) {
    const movements = records.movements.filter((each) => each.locationId === locationId);
    const leaving = unitsLeaving(movements);
    const closing = new Map([...leaving.keys()].map((variantId, place) => [variantId, remaining(place)]));
    const first = { ...movements[0]!, createdAt: startedAt };
    await receiveWhatIsMissing(transaction, 'sample', { locationId, leaving, closing }, [
      first,
      ...movements.slice(1),
    ]);
  }
}

function remaining(place: number): number {
  return place % 7 === 0 ? place % 3 : 15 + ((place * 13) % 180);
}
