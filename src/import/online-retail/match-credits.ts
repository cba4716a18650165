import type { Millionths } from '../exact-amount.ts';
import type { Invoice, InvoiceLine } from './invoices.ts';
import type { PlannedCredit, PlannedItem, PlannedOrder } from './plan.ts';

/** A part of a credit line that takes back something of an order. */
export interface Take {
  /** The order's external reference. */
  readonly reference: string;
  readonly quantity: number;
  /** Present for an order of the same file. */
  readonly order?: PlannedOrder;
}

/** A line of a credit note and what could be found for it. */
export interface CreditLine {
  readonly invoice: Invoice;
  readonly line: InvoiceLine;
  readonly takes: Take[];
  /** Units for which nothing was found, and why. */
  left: number;
  reason: string;
}

/** A part of an order that can be taken back: an item, or carriage when there is none. */
interface Takeable {
  readonly order: PlannedOrder;
  readonly item: PlannedItem | null;
  readonly price: Millionths;
  left: number;
}

const neverSold = 'not matched: not sold to this customer before';
export const moreThanSold = 'not matched: more than was sold to this customer';
const soldForLess = 'not matched: more money than it was sold for';
/** What orders of an earlier file can still answer. */
export const earlierOrdersMayHelp: ReadonlySet<string> = new Set([neverSold, moreThanSold, soldForLess]);
const noCustomer = 'not matched: names no customer';
const discountLater = 'not matched: a discount granted later, no goods';
const ownFee = "skipped: the shop's own fee, not a sale";

/**
 * Finds what a credit note takes back: the same customer's earlier lines of the same code with units left,
 * newest first; lines of the same price before dearer ones. Nobody gets more back than the goods had cost.
 */
export class CreditMatcher {
  private readonly offered = new Map<string, Takeable[]>();

  offer(order: PlannedOrder): void {
    const { customer } = order.invoice;
    if (customer === null) return;
    for (const item of order.items) this.add(customer, item.sku, { order, item, ...item });
    for (const line of order.invoice.lines) {
      if (line.kind !== 'carriage' || line.quantity < 0) continue;
      this.add(customer, line.sku, { order, item: null, price: line.price, left: line.quantity });
    }
  }

  match(invoice: Invoice): CreditLine[] {
    return invoice.lines.map((line) => this.matchLine(invoice, line));
  }

  private add(customer: string, sku: string, takeable: Takeable): void {
    const { order, item, price, left } = takeable;
    const key = `${customer}|${sku}`;
    const list = this.offered.get(key) ?? [];
    list.unshift({ order, item, price, left });
    this.offered.set(key, list);
  }

  private matchLine(invoice: Invoice, line: InvoiceLine): CreditLine {
    const credit: CreditLine = { invoice, line, takes: [], left: Math.abs(line.quantity), reason: '' };
    const refusal = refuse(invoice, line);
    if (refusal) return { ...credit, reason: refusal };
    const candidates = this.offered.get(`${invoice.customer}|${line.sku}`) ?? [];
    const fitting = candidates.filter((each) => each.price >= line.price);
    const samePriceFirst = [
      ...fitting.filter((each) => each.price === line.price),
      ...fitting.filter((each) => each.price > line.price),
    ];
    for (const candidate of samePriceFirst) takeBack(credit, candidate);
    if (credit.left > 0) credit.reason = reasonFor(candidates, credit);
    return credit;
  }
}

function refuse(invoice: Invoice, line: InvoiceLine): string | null {
  if (line.kind === 'ownFee') return ownFee;
  if (line.quantity > 0 || line.price < 0n) return 'not matched: takes nothing back';
  if (invoice.customer === null) return noCustomer;
  return line.sku === 'D' ? discountLater : null;
}

function reasonFor(candidates: readonly Takeable[], credit: CreditLine): string {
  if (candidates.some((each) => each.left > 0)) return soldForLess;
  return candidates.length === 0 && credit.takes.length === 0 ? neverSold : moreThanSold;
}

function takeBack(credit: CreditLine, candidate: Takeable): void {
  const quantity = Math.min(credit.left, candidate.left);
  if (quantity === 0) return;
  const { order, item } = candidate;
  candidate.left -= quantity;
  credit.left -= quantity;
  credit.takes.push({ reference: order.reference, quantity, order });
  const amount = BigInt(quantity) * credit.line.price;
  const planned = creditOf(order, credit.invoice);
  if (item === null) {
    planned.carriage += amount;
    return;
  }
  item.left -= quantity;
  const taken = planned.items.get(item) ?? { quantity: 0, amount: 0n };
  planned.items.set(item, { quantity: taken.quantity + quantity, amount: taken.amount + amount });
}

function creditOf(order: PlannedOrder, invoice: Invoice): PlannedCredit {
  const last = order.credits.at(-1);
  if (last?.creditNote === invoice.number) return last;
  const credit: PlannedCredit = {
    creditNote: invoice.number,
    at: invoice.at,
    items: new Map(),
    carriage: 0n,
  };
  order.credits.push(credit);
  return credit;
}
