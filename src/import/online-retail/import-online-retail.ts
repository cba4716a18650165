import path from 'node:path';
import type { Database } from '../../db/driver/database.ts';
import { sumOutcomes, type Entry, type ImportSummary, type LeftOut } from '../account.ts';
import {
  ensureCustomers,
  ensureLocation,
  ensureVariants,
  type SourceCustomer,
  type SourceVariant,
} from '../catalogue.ts';
import { fromMinorUnits, toMinorUnitsUp } from '../exact-amount.ts';
import {
  importUnits,
  prepareHistory,
  takeImportTurn,
  type ImportUnit,
  type Progress,
} from '../import-units.ts';
import { matchEarlierOrders } from './earlier-orders.ts';
import { readInvoices, type Invoice } from './invoices.ts';
import type { CreditLine } from './match-credits.ts';
import { adjustmentUnit, currency, orderUnit, refundOf, statusOf, type References } from './order-unit.ts';
import { chooseNames, planImport, type Plan } from './plan.ts';

const location = { code: 'MAIN', name: 'Main warehouse', priority: 10 };

/** Imports one file of invoice lines. Safe to repeat, also after it was killed. */
export async function importOnlineRetail(
  database: Database,
  file: string,
  progress: Progress,
): Promise<ImportSummary> {
  const invoices = readInvoices(file);
  const plan = planImport(invoices);
  const references = await prepare(database, invoices, plan);
  const units = unitsInTime(plan, references);
  const closing = { locationId: references.locationId, stock: new Map<string, number>() };
  const there = await importUnits(database, 'online-retail', 'ecommerce', units, closing, progress);
  const ordersOfFile = plan.orders.map((order) => order.reference);
  const thereBefore = await matchEarlierOrders(
    database,
    plan.creditLines,
    references.locationId,
    ordersOfFile,
  );
  return summarize(path.basename(file), invoices, plan, new Set([...there, ...thereBefore]));
}

async function prepare(database: Database, invoices: readonly Invoice[], plan: Plan): Promise<References> {
  await prepareHistory(database, invoices[0]!.at, invoices.at(-1)!.at);
  return database.transaction(async (transaction) => {
    await takeImportTurn(transaction);
    return {
      locationId: await ensureLocation(transaction, location),
      variants: await ensureVariants(transaction, variantsOf(invoices, plan)),
      customers: await ensureCustomers(transaction, customersOf(plan)),
    };
  });
}

/** Every code that an order or a stock adjustment has, at its newest price. */
export function variantsOf(invoices: readonly Invoice[], plan: Plan): SourceVariant[] {
  const names = chooseNames(invoices);
  const variants = new Map<string, SourceVariant>();
  const remember = (sku: string, tracksStock: boolean, priceMinor: number, at: string): void => {
    const known = variants.get(sku);
    if (known) known.priceMinor = priceMinor || known.priceMinor;
    else variants.set(sku, { sku, name: names.get(sku)!, priceMinor, currency, tracksStock, createdAt: at });
  };
  for (const { items, invoice } of plan.orders) {
    for (const item of items) remember(item.sku, item.tracksStock, toMinorUnitsUp(item.price), invoice.at);
  }
  for (const { sku, at } of plan.adjustments) remember(sku, true, 0, at);
  return [...variants.values()];
}

export function customersOf(plan: Plan): SourceCustomer[] {
  const customers = new Map<string, SourceCustomer>();
  for (const { invoice } of plan.orders) {
    if (invoice.customer === null || customers.has(invoice.customer)) continue;
    customers.set(invoice.customer, {
      externalReference: `online-retail:${invoice.customer}`,
      name: `Customer ${invoice.customer}`,
      company: null,
      phone: null,
      email: null,
      kind: 'online',
      createdAt: invoice.at,
    });
  }
  return [...customers.values()];
}

function unitsInTime(plan: Plan, references: References): ImportUnit[] {
  const dated = [
    ...plan.orders.map((order) => ({ at: order.invoice.at, unit: orderUnit(order, references) })),
    ...plan.adjustments.map((each) => ({ at: each.at, unit: adjustmentUnit(each, references) })),
  ];
  return dated.sort((one, other) => Date.parse(one.at) - Date.parse(other.at)).map(({ unit }) => unit);
}

function summarize(
  name: string,
  invoices: readonly Invoice[],
  plan: Plan,
  alreadyThere: ReadonlySet<string>,
): ImportSummary {
  const fresh = plan.orders.filter((order) => !alreadyThere.has(order.reference));
  const lines = invoices.flatMap((invoice) => invoice.lines);
  const creditNotes = invoices.filter((invoice) => invoice.isCreditNote);
  const count = (status: string) => fresh.filter((order) => statusOf(order) === status).length;
  return {
    source: `online-retail, ${name}`,
    currency,
    figures: [
      ['invoices', invoices.length - creditNotes.length],
      ['credit notes', creditNotes.length],
      ['orders imported', fresh.length],
      ['of these returned whole', count('returned')],
      ['of these cancelled', count('cancelled')],
      ['orders already there', plan.orders.length - fresh.length],
    ],
    outcomes: sumOutcomes(
      [...plan.entries, ...plan.creditLines.flatMap(creditEntries), ...creditRounding(plan)],
      alreadyThere,
    ),
    sourceLines: lines.length,
    sourceAmount: lines.reduce((sum, line) => sum + line.amount, 0n),
    leftOut: [...plan.leftOut, ...plan.creditLines.flatMap(creditLeftOut)],
  };
}

/** A credit line's parts: one for each order that it takes back from, one for what found nothing. */
function creditEntries(credit: CreditLine): Entry[] {
  const { price } = credit.line;
  const partly = credit.left > 0 && credit.takes.length > 0;
  const entries: Entry[] = credit.takes.map((take, place) => ({
    outcome: partly ? 'imported: credit, in part' : `imported: credit, ${creditKind(take.order)}`,
    lines: place === 0 ? 1 : 0,
    amount: -BigInt(take.quantity) * price,
    reference: take.reference,
  }));
  if (credit.left === 0) return entries;
  const sign = credit.line.quantity < 0 ? -1n : 1n;
  return [
    ...entries,
    { outcome: credit.reason, lines: partly ? 0 : 1, amount: sign * BigInt(credit.left) * price },
  ];
}

function creditKind(order: CreditLine['takes'][number]['order']): string {
  return order && statusOf(order) === 'cancelled' ? 'order cancelled' : 'goods returned';
}

/** What rounding each refund to the penny adds or takes. */
function creditRounding(plan: Plan): Entry[] {
  return plan.orders.flatMap(({ credits, reference }) =>
    credits.flatMap((credit): Entry[] => {
      const amounts = [...credit.items.values()].map((taken) => taken.amount);
      const exact = amounts.reduce((sum, amount) => sum + amount, credit.carriage);
      const rounding = fromMinorUnits(refundOf(credit)) - exact;
      if (rounding === 0n) return [];
      return [
        { outcome: 'imported: credit, goods returned', lines: 0, amount: -rounding, reference },
        { outcome: 'rounded to the penny', lines: 0, amount: rounding, reference },
      ];
    }),
  );
}

function creditLeftOut({ invoice, line, left, reason }: CreditLine): LeftOut[] {
  return left === 0 ? [] : [{ line: line.line, text: `${invoice.number} ${line.sku} x -${left}`, reason }];
}
