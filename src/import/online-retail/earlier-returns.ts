import { sql } from 'drizzle-orm';
import type { Executor } from '../../db/driver/database.ts';
import { fromMinorUnits, toMinorUnits } from '../exact-amount.ts';
import type { RecordsUnderOrders } from '../order-records.ts';
import { sourceIdentifier } from '../source-identifier.ts';
import { writeUnderOrders } from '../write-records.ts';
import { moreThanSold, type CreditLine } from './match-credits.ts';
import { currency } from './order-unit.ts';

/** An item of an order that an earlier file had brought, with units that nobody has taken back. */
export interface EarlierItem {
  customer: string;
  reference: string;
  order_id: string;
  item_id: string;
  variant_id: string;
  tracks_stock: boolean;
  sku: string;
  quantity: number;
  total_minor: number;
  left: number;
}

/** What an earlier run had found for a credit note. */
export interface Recorded {
  reference: string;
  credit_note: string;
  sku: string;
  quantity: number;
}

/** Of what one credit note takes back of one order. */
export function referenceOf(order: string, creditNote: string): string {
  return `${order}+${creditNote}`;
}

/** Matches credit lines with items of earlier orders, and writes the returns that come of it. */
export class EarlierReturns {
  private readonly records: RecordsUnderOrders = {
    payments: [],
    returns: [],
    returnItems: [],
    movements: [],
    history: [],
  };
  private readonly refunds = new Map<
    string,
    { orderId: string; creditNote: string; at: string; amount: number }
  >();
  private readonly recorded: Recorded[];

  constructor(
    private readonly locationId: string,
    recorded: readonly Recorded[],
    private readonly earlier: EarlierItem[],
  ) {
    this.recorded = recorded.map((each) => ({ ...each }));
  }

  match(credit: CreditLine): CreditLine {
    const creditNote = credit.invoice.number;
    for (const each of this.recorded) {
      if (each.credit_note === creditNote && each.sku === credit.line.sku)
        this.take(credit, each, each.reference);
    }
    const done = new Set(
      this.recorded.filter((each) => each.credit_note === creditNote).map((each) => each.reference),
    );
    for (const item of this.earlier) {
      if (!done.has(item.reference) && fits(credit, item)) {
        const left = { quantity: item.left };
        const quantity = this.take(credit, left, item.reference);
        item.left = left.quantity;
        if (quantity > 0) this.addItem(credit, item, quantity);
      }
    }
    if (credit.left > 0 && credit.takes.length > 0) credit.reason = moreThanSold;
    return credit;
  }

  /** Takes as many as there are of what is wanted. */
  private take(credit: CreditLine, from: { quantity: number }, order: string): number {
    const quantity = Math.min(credit.left, from.quantity);
    if (quantity === 0) return 0;
    from.quantity -= quantity;
    credit.left -= quantity;
    credit.takes.push({ reference: referenceOf(order, credit.invoice.number), quantity });
    return quantity;
  }

  private addItem(credit: CreditLine, item: EarlierItem, quantity: number): void {
    const { number: creditNote, at } = credit.invoice;
    const key = referenceOf(item.reference, creditNote);
    const returnId = sourceIdentifier(at, `return:${key}`);
    const amount = toMinorUnits(BigInt(quantity) * credit.line.price);
    const refund = this.refunds.get(key) ?? this.startReturn(credit, item, returnId);
    refund.amount += amount;
    this.refunds.set(key, refund);
    const row = this.records.returnItems.find(
      (each) => each.returnId === returnId && each.orderItemId === item.item_id,
    );
    if (row) {
      row.quantity += quantity;
      row.refundMinor = (row.refundMinor ?? 0) + amount;
    } else {
      this.records.returnItems.push({
        id: sourceIdentifier(at, `return:${key}:${item.item_id}`),
        returnId,
        orderItemId: item.item_id,
        quantity,
        quantityReceived: quantity,
        refundMinor: amount,
        disposition: item.tracks_stock ? 'restock' : null,
        createdAt: at,
      });
    }
    if (item.tracks_stock) this.restock(credit, item, quantity);
  }

  private startReturn(credit: CreditLine, item: EarlierItem, returnId: string) {
    const { number: creditNote, at } = credit.invoice;
    this.records.returns.push({
      id: returnId,
      orderId: item.order_id,
      externalReference: creditNote,
      status: 'refunded',
      reason: `Credit note ${creditNote}`,
      orderStatusBefore: 'completed',
      receivedAt: at,
      createdAt: at,
    });
    return { orderId: item.order_id, creditNote, at, amount: 0 };
  }

  private restock(credit: CreditLine, item: EarlierItem, quantity: number): void {
    const { at } = credit.invoice;
    this.records.movements.push({
      id: sourceIdentifier(at, `returned:${credit.invoice.number}:${credit.line.line}:${item.item_id}`),
      variantId: item.variant_id,
      locationId: this.locationId,
      onHandChange: quantity,
      reservedChange: 0,
      reason: 'returned',
      orderId: item.order_id,
      performedById: null,
      createdAt: at,
    });
  }

  async write(transaction: Executor): Promise<void> {
    if (this.refunds.size === 0) return;
    const whollyReturned = await this.updateOrders(transaction);
    for (const refund of this.refunds.values()) this.tell(refund, whollyReturned);
    await writeUnderOrders(transaction, this.records);
  }

  /** Returns the orders of which everything has come back. */
  private async updateOrders(transaction: Executor): Promise<Set<string>> {
    await transaction.execute(sql`
      update order_items set quantity_returned = quantity_returned + taken.quantity
      from (
        select "orderItemId" as id, sum(quantity) as quantity
        from jsonb_to_recordset(${JSON.stringify(this.records.returnItems)}::text::jsonb) as row (
          "orderItemId" uuid, quantity integer)
        group by "orderItemId"
      ) as taken
      where order_items.id = taken.id`);
    const orders = await transaction.execute<{ id: string; status: string }>(sql`
      update orders set refunded_minor = refunded_minor + refund.amount, version = version + 1,
        status = case when exists (
          select from order_items
          where order_id = orders.id and quantity > quantity_cancelled + quantity_returned
        ) then orders.status else 'returned' end
      from (
        select "orderId" as id, sum(amount) as amount
        from jsonb_to_recordset(${JSON.stringify([...this.refunds.values()])}::text::jsonb) as row (
          "orderId" uuid, amount bigint)
        group by "orderId"
      ) as refund
      where orders.id = refund.id
      returning orders.id, orders.status`);
    return new Set(orders.filter((order) => order.status === 'returned').map((order) => order.id));
  }

  private tell(
    refund: { orderId: string; creditNote: string; at: string; amount: number },
    whollyReturned: ReadonlySet<string>,
  ): void {
    const { orderId, creditNote, at, amount } = refund;
    const newStatus = whollyReturned.has(orderId) ? 'returned' : 'completed';
    const data = { source: 'online-retail', creditNote };
    this.records.history.push({
      orderId,
      action: 'returned',
      oldStatus: 'completed',
      newStatus,
      description: `Goods taken back by credit note ${creditNote}.`,
      additionalData: data,
      occurredAt: at,
    });
    if (amount === 0) return;
    this.records.payments.push({
      id: sourceIdentifier(at, `refund:${orderId}:${creditNote}`),
      orderId,
      kind: 'refund',
      method: 'card',
      state: 'succeeded',
      amountMinor: amount,
      currency,
      createdAt: at,
    });
    this.records.history.push({
      orderId,
      action: 'refunded',
      oldStatus: newStatus,
      newStatus,
      description: `Refunded by credit note ${creditNote}.`,
      additionalData: { ...data, amountMinor: amount, currency },
      occurredAt: at,
    });
  }
}

/** The same customer and code, and no more money back than the goods had cost. */
function fits(credit: CreditLine, item: EarlierItem): boolean {
  return (
    item.customer === `online-retail:${credit.invoice.customer}` &&
    item.sku === credit.line.sku &&
    BigInt(item.quantity) * credit.line.price <= fromMinorUnits(item.total_minor)
  );
}
