import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { sql } from 'drizzle-orm';
import { hashPassword } from '../../auth/password.ts';
import type { Database, Executor } from '../../db/driver/database.ts';
import { users } from '../../db/tables/users.ts';
import { sumOutcomes, type Entry, type ImportSummary } from '../account.ts';
import { ensureCustomers, ensureLocation, ensureVariants } from '../catalogue.ts';
import { fromMinorUnits, toMinorUnits, type Millionths } from '../exact-amount.ts';
import { importUnits, prepareHistory, takeImportTurn, type Progress } from '../import-units.ts';
import { insertRows } from '../insert-rows.ts';
import { currency, lineMoney, orderUnit, referenceOf, skuOf, type References } from './order-unit.ts';
import { readNorthwind, type Northwind, type NorthwindEmployee, type NorthwindLine } from './source.ts';

const location = { code: 'NORTHWIND', name: 'Northwind warehouse', priority: 20 };

/** Imports a folder with Northwind's tables. Safe to repeat, also after it was killed. */
export async function importNorthwind(
  database: Database,
  folder: string,
  progress: Progress,
): Promise<ImportSummary> {
  const northwind = readNorthwind(folder);
  const references = await prepare(database, northwind);
  const units = northwind.orders.map((order) => orderUnit(order, northwind, references));
  const stock = new Map(
    [...northwind.products.values()].map((each) => [
      references.variants.get(skuOf(each.id))!,
      each.unitsInStock,
    ]),
  );
  const closing = { locationId: references.locationId, stock };
  const there = await importUnits(database, 'northwind', 'wholesale', units, closing, progress);
  return summarize(path.basename(folder), northwind, there);
}

async function prepare(database: Database, northwind: Northwind): Promise<References> {
  const from = northwind.orders[0]!.orderedAt;
  const times = northwind.orders.map((order) => order.shippedAt ?? order.orderedAt);
  const to = times.reduce((latest, at) => (at > latest ? at : latest));
  await prepareHistory(database, from, to);
  const passwordHash = await unusablePasswordHash();
  return database.transaction(async (transaction) => {
    await takeImportTurn(transaction);
    return {
      locationId: await ensureLocation(transaction, location),
      variants: await ensureVariants(transaction, variantsOf(northwind, from)),
      customers: await ensureCustomers(transaction, customersOf(northwind, from)),
      users: await ensureEmployees(transaction, [...northwind.employees.values()], passwordHash),
    };
  });
}

export function variantsOf(northwind: Northwind, createdAt: string) {
  return [...northwind.products.values()].map((each) => ({
    sku: skuOf(each.id),
    name: each.unit ? `${each.name}, ${each.unit}` : each.name,
    priceMinor: toMinorUnits(each.price),
    currency,
    tracksStock: true,
    createdAt,
  }));
}

export function customersOf(northwind: Northwind, createdAt: string) {
  return [...northwind.customers.values()].map((each) => ({
    externalReference: `northwind:${each.id}`,
    name: each.contact,
    company: each.company,
    phone: each.phone,
    email: null,
    kind: 'wholesale' as const,
    createdAt,
  }));
}

/** Of a password that nobody has ever seen. */
function unusablePasswordHash(): Promise<string> {
  return hashPassword(randomBytes(32).toString('hex'));
}

/** The employees become users who cannot sign in, so that their orders can name them. */
async function ensureEmployees(
  transaction: Executor,
  employees: readonly NorthwindEmployee[],
  passwordHash: string,
): Promise<Map<number, string>> {
  const emailOf = ({ firstName, lastName }: NorthwindEmployee) =>
    `${firstName}.${lastName}@northwind.example.com`.toLowerCase();
  await insertRows(
    transaction,
    users,
    employees.map((each) => ({
      email: emailOf(each),
      displayName: `${each.firstName} ${each.lastName}`,
      role: 'customer_service' as const,
      passwordHash,
      active: false,
    })),
    sql`on conflict (lower(email)) do nothing`,
  );
  const emails = JSON.stringify(employees.map(emailOf));
  const rows = await transaction.execute<{ id: string; email: string }>(sql`
    select id, lower(email) as email from users
    where lower(email) in (select jsonb_array_elements_text(${emails}::text::jsonb))`);
  const byEmail = new Map(rows.map((row) => [row.email, row.id]));
  return new Map(employees.map((each) => [each.id, byEmail.get(emailOf(each))!]));
}

function summarize(name: string, northwind: Northwind, alreadyThere: ReadonlySet<string>): ImportSummary {
  const { orders } = northwind;
  const fresh = orders.filter((order) => !alreadyThere.has(referenceOf(order)));
  const entries = orders.flatMap((order): Entry[] => {
    const reference = referenceOf(order);
    return [
      ...order.lines.flatMap((line) => lineEntries(line, reference)),
      { outcome: 'imported: freight of an order', lines: 1, amount: order.freight, reference },
    ];
  });
  const lines = orders.flatMap((order) => order.lines);
  return {
    source: name,
    currency,
    figures: [
      ['customers', northwind.customers.size],
      ['products', northwind.products.size],
      ['orders imported', fresh.length],
      ['of these shipped', fresh.filter((order) => order.shippedAt).length],
      ['orders already there', orders.length - fresh.length],
    ],
    outcomes: sumOutcomes(entries, alreadyThere),
    sourceLines: lines.length + orders.length,
    sourceAmount: orders.reduce(
      (sum, order) => sum + order.freight,
      lines.reduce((sum, line) => sum + exactAmount(line), 0n),
    ),
    leftOut: [],
  };
}

/** Prices have two places and discounts at most four, so that this division leaves no rest. */
function exactAmount(line: NorthwindLine): Millionths {
  return (BigInt(line.quantity) * line.unitPrice * (1_000_000n - line.discount)) / 1_000_000n;
}

function lineEntries(line: NorthwindLine, reference: string): Entry[] {
  const amount = fromMinorUnits(lineMoney(line).totalMinor);
  const rounding = exactAmount(line) - amount;
  return [
    { outcome: 'imported: order line', lines: 1, amount, reference },
    ...(rounding === 0n ? [] : [{ outcome: 'rounded to the cent', lines: 0, amount: rounding, reference }]),
  ];
}
