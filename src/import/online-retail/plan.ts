import type { Entry, LeftOut } from '../account.ts';
import { fromMinorUnits, toMinorUnits, toMinorUnitsUp, type Millionths } from '../exact-amount.ts';
import { CreditMatcher, type CreditLine } from './match-credits.ts';
import type { Invoice, InvoiceLine } from './invoices.ts';

export interface PlannedItem {
  readonly sku: string;
  readonly name: string;
  readonly tracksStock: boolean;
  quantity: number;
  readonly price: Millionths;
  /** Units that no credit note has taken back. */
  left: number;
}

/** What one credit note takes back of one order. */
export interface PlannedCredit {
  readonly creditNote: string;
  readonly at: string;
  readonly items: Map<PlannedItem, { quantity: number; amount: Millionths }>;
  carriage: Millionths;
}

export interface PlannedOrder {
  readonly reference: string;
  readonly invoice: Invoice;
  readonly items: PlannedItem[];
  carriage: Millionths;
  readonly credits: PlannedCredit[];
}

export interface PlannedAdjustment {
  readonly reference: string;
  readonly at: string;
  readonly sku: string;
  readonly quantity: number;
}

export interface Plan {
  readonly orders: PlannedOrder[];
  readonly adjustments: PlannedAdjustment[];
  readonly creditLines: CreditLine[];
  /** What becomes of every line that is not on a credit note. */
  readonly entries: Entry[];
  readonly leftOut: LeftOut[];
}

/** Decides what becomes of every line of the file, without a database. */
export function planImport(invoices: readonly Invoice[]): Plan {
  const names = chooseNames(invoices);
  const matcher = new CreditMatcher();
  const plan: Plan = { orders: [], adjustments: [], creditLines: [], entries: [], leftOut: [] };
  for (const invoice of invoices) {
    if (invoice.isCreditNote) plan.creditLines.push(...matcher.match(invoice));
    else if (isStockCount(invoice)) planStockCount(plan, invoice);
    else planOrder(plan, matcher, invoice, names);
  }
  return plan;
}

/** An invoice to nobody over nothing is how the source's shop wrote down what it had counted, lost or found. */
function isStockCount(invoice: Invoice): boolean {
  return invoice.customer === null && invoice.lines.every((line) => line.amount === 0n);
}

function planStockCount(plan: Plan, invoice: Invoice): void {
  for (const line of invoice.lines) {
    if (line.kind !== 'goods') {
      leaveOut(plan, invoice, line, 'skipped: no goods, no money, no customer');
      continue;
    }
    const reference = `online-retail:${invoice.number}:${line.line}`;
    plan.adjustments.push({ reference, at: invoice.at, sku: line.sku, quantity: line.quantity });
    plan.entries.push({ outcome: 'imported: stock adjustment', lines: 1, amount: 0n, reference });
  }
}

function planOrder(
  plan: Plan,
  matcher: CreditMatcher,
  invoice: Invoice,
  names: ReadonlyMap<string, string>,
): void {
  const reference = `online-retail:${invoice.number}`;
  const order: PlannedOrder = { reference, invoice, items: [], carriage: 0n, credits: [] };
  const byPrice = new Map<string, PlannedItem>();
  for (const line of invoice.lines) {
    if (line.kind === 'ownFee') leaveOut(plan, invoice, line, "skipped: the shop's own fee, not a sale");
    else if (line.quantity < 0 || line.price < 0n)
      leaveOut(plan, invoice, line, 'skipped: negative on an ordinary invoice');
    else
      plan.entries.push({
        ...addLine(order, byPrice, line, names),
        lines: 1,
        amount: line.amount,
        reference,
      });
  }
  if (order.items.length === 0 && order.carriage === 0n) return;
  plan.orders.push(order);
  const rounding = orderAmount(order) - fromMinorUnits(orderTotalMinor(order));
  if (rounding !== 0n) {
    // The lines are entered as the source has them, so what was rounded is taken from them and shown by itself.
    plan.entries.push({ outcome: 'imported: order line', lines: 0, amount: -rounding, reference });
    plan.entries.push({ outcome: 'rounded to the penny', lines: 0, amount: rounding, reference });
  }
  matcher.offer(order);
}

function addLine(
  order: PlannedOrder,
  byPrice: Map<string, PlannedItem>,
  line: InvoiceLine,
  names: ReadonlyMap<string, string>,
): { outcome: string } {
  if (line.kind === 'carriage') {
    order.carriage += line.amount;
    return { outcome: 'imported: carriage' };
  }
  const key = `${line.sku}|${line.price}`;
  const equal = byPrice.get(key);
  if (equal) {
    equal.quantity += line.quantity;
    equal.left += line.quantity;
    return { outcome: 'imported: merged into an equal line of its invoice' };
  }
  const item: PlannedItem = {
    sku: line.sku,
    name: line.description || names.get(line.sku)!,
    tracksStock: line.kind === 'goods',
    quantity: line.quantity,
    price: line.price,
    left: line.quantity,
  };
  order.items.push(item);
  byPrice.set(key, item);
  return { outcome: 'imported: order line' };
}

function leaveOut(plan: Plan, invoice: Invoice, line: InvoiceLine, reason: string): void {
  plan.entries.push({ outcome: reason, lines: 1, amount: line.amount });
  plan.leftOut.push({ line: line.line, text: `${invoice.number} ${line.sku} x ${line.quantity}`, reason });
}

/**
 * A line's total is quantity times price, rounded half up to the penny. Where the price has fractions of a penny
 * the unit price is rounded up and the difference is the line's discount, so that the line adds up.
 */
export function lineMoney(item: PlannedItem): {
  unitPriceMinor: number;
  discountMinor: number;
  totalMinor: number;
} {
  const unitPriceMinor = toMinorUnitsUp(item.price);
  const totalMinor = toMinorUnits(BigInt(item.quantity) * item.price);
  return { unitPriceMinor, discountMinor: item.quantity * unitPriceMinor - totalMinor, totalMinor };
}

export function orderTotalMinor(order: PlannedOrder): number {
  const items = order.items.reduce((sum, item) => sum + lineMoney(item).totalMinor, 0);
  return items + toMinorUnits(order.carriage);
}

function orderAmount(order: PlannedOrder): Millionths {
  return order.items.reduce((sum, item) => sum + BigInt(item.quantity) * item.price, order.carriage);
}

/** The description that each code has most often on lines with a price; the others are remarks like "lost". */
export function chooseNames(invoices: readonly Invoice[]): Map<string, string> {
  const counts = new Map<string, Map<string, number>>();
  for (const line of invoices.flatMap((invoice) => invoice.lines)) {
    const ofCode = counts.get(line.sku) ?? new Map<string, number>();
    const weight = line.price > 0n ? 1_000 : 1;
    if (line.description) ofCode.set(line.description, (ofCode.get(line.description) ?? 0) + weight);
    counts.set(line.sku, ofCode);
  }
  return new Map([...counts].map(([sku, ofCode]) => [sku, mostFrequent(ofCode) ?? `Item ${sku}`]));
}

function mostFrequent(counts: ReadonlyMap<string, number>): string | undefined {
  return [...counts].sort((one, other) => other[1] - one[1])[0]?.[0];
}
