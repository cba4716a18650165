import { toMinorUnits, type Millionths } from '../exact-amount.ts';
import type { ImportUnit } from '../import-units.ts';
import { emptyRecords, type OrderRecords, type OrderRow } from '../order-records.ts';
import { sourceIdentifier } from '../source-identifier.ts';
import type { OrderStatus } from '../../db/tables/enumerations.ts';
import {
  lineMoney,
  orderTotalMinor,
  type PlannedAdjustment,
  type PlannedCredit,
  type PlannedItem,
  type PlannedOrder,
} from './plan.ts';

/** The identifiers that the database gave to what the orders refer to. */
export interface References {
  readonly variants: ReadonlyMap<string, string>;
  readonly customers: ReadonlyMap<string, string>;
  readonly locationId: string;
}

const source = 'online-retail';
export const currency = 'GBP';

/** Completed, unless everything came back: then returned, or cancelled when that was on the same day. */
export function statusOf(order: PlannedOrder): 'completed' | 'returned' | 'cancelled' {
  const wholly = order.items.length > 0 && order.items.every((item) => item.left === 0);
  if (!wholly) return 'completed';
  const day = order.invoice.at.slice(0, 10);
  return order.credits.every((credit) => credit.at.startsWith(day)) ? 'cancelled' : 'returned';
}

export function adjustmentUnit(adjustment: PlannedAdjustment, references: References): ImportUnit {
  const { reference, at, sku, quantity } = adjustment;
  return {
    kind: 'adjustment',
    reference,
    movement: {
      id: sourceIdentifier(at, `movement:${reference}`),
      variantId: references.variants.get(sku)!,
      locationId: references.locationId,
      onHandChange: quantity,
      reservedChange: 0,
      reason: 'adjusted',
      orderId: null,
      performedById: null,
      createdAt: at,
    },
  };
}

export function orderUnit(order: PlannedOrder, references: References): ImportUnit {
  return { kind: 'order', reference: order.reference, records: new OrderBuilder(order, references).build() };
}

class OrderBuilder {
  private readonly records: OrderRecords = emptyRecords();
  private readonly status: 'completed' | 'returned' | 'cancelled';
  private readonly orderId: string;
  private readonly at: string;

  constructor(
    private readonly order: PlannedOrder,
    private readonly references: References,
  ) {
    this.status = statusOf(order);
    this.at = order.invoice.at;
    this.orderId = this.identifier('order');
  }

  build(): OrderRecords {
    const { order, records } = this;
    records.orders.push(this.orderRow());
    const total = orderTotalMinor(order);
    const data = { source, invoice: order.invoice.number };
    this.tell('created', this.at, null, 'pending', `Imported from invoice ${order.invoice.number}.`, data);
    if (total > 0) this.pay('payment', total, this.at, 'Paid with the invoice.');
    order.items.forEach((item, place) => this.addItem(item, place + 1));
    if (this.status === 'cancelled') this.cancel();
    else {
      this.tell(
        'status_changed',
        this.at,
        'pending',
        'completed',
        'An invoice is a sale that is done.',
        data,
      );
      this.takeBack();
    }
    return records;
  }

  private identifier(what: string): string {
    return sourceIdentifier(this.order.invoice.at, `${this.order.reference}:${what}`);
  }

  private orderRow(): OrderRow {
    const { order, status, at } = this;
    const cancelled = status === 'cancelled';
    const total = orderTotalMinor(order);
    const goods = order.items.filter((item) => item.tracksStock);
    const units = cancelled ? 0 : goods.reduce((sum, item) => sum + item.quantity, 0);
    const customer = order.invoice.customer;
    return {
      id: this.orderId,
      channel: 'ecommerce',
      externalReference: order.reference,
      status,
      customerId: customer ? this.references.customers.get(`${source}:${customer}`)! : null,
      currency,
      subtotalMinor: total - toMinorUnits(order.carriage),
      shippingMinor: toMinorUnits(order.carriage),
      totalMinor: total,
      paidMinor: total,
      refundedMinor: order.credits.reduce((sum, credit) => sum + refundOf(credit), 0),
      unitsOrdered: units,
      unitsFulfilled: units,
      // The source tells the country alone.
      shippingAddress: { line1: '', city: '', country: order.invoice.country },
      confirmedAt: cancelled ? null : at,
      completedAt: cancelled ? null : at,
      cancelledAt: cancelled ? order.credits.at(-1)!.at : null,
      cancelReason: cancelled ? `Taken back by ${creditNotes(order)}` : null,
      createdAt: at,
    };
  }

  private addItem(item: PlannedItem, position: number): void {
    const { records, at } = this;
    const cancelled = this.status === 'cancelled';
    records.items.push({
      id: this.itemIdentifier(position),
      orderId: this.orderId,
      position,
      variantId: this.references.variants.get(item.sku)!,
      sku: item.sku,
      name: item.name,
      quantity: item.quantity,
      ...lineMoney(item),
      quantityFulfilled: cancelled ? 0 : item.quantity,
      quantityCancelled: cancelled ? item.quantity : 0,
      quantityReturned: cancelled ? 0 : item.quantity - item.left,
      createdAt: at,
    });
    if (!cancelled) this.move(item, `sold:${position}`, -item.quantity, at);
  }

  private itemIdentifier(position: number): string {
    return this.identifier(`item:${position}`);
  }

  private move(item: PlannedItem, what: string, quantity: number, at: string): void {
    if (!item.tracksStock) return;
    this.records.movements.push({
      id: this.identifier(what),
      variantId: this.references.variants.get(item.sku)!,
      locationId: this.references.locationId,
      onHandChange: quantity,
      reservedChange: 0,
      reason: quantity < 0 ? 'sold' : 'returned',
      orderId: this.orderId,
      performedById: null,
      createdAt: at,
    });
  }

  private cancel(): void {
    const { order } = this;
    const reason = `Taken back on the same day by ${creditNotes(order)}.`;
    this.tell('cancelled', order.credits.at(-1)!.at, 'pending', 'cancelled', reason, {
      source,
      creditNotes: order.credits.map((credit) => credit.creditNote),
    });
    for (const credit of order.credits) this.refund(credit, 'cancelled');
  }

  private takeBack(): void {
    for (const credit of this.order.credits) {
      const isLast = credit === this.order.credits.findLast((each) => each.items.size > 0);
      const after = isLast ? this.status : 'completed';
      if (credit.items.size > 0) this.addReturn(credit, after);
      this.refund(credit, after);
    }
  }

  private addReturn(credit: PlannedCredit, after: OrderStatus): void {
    const { creditNote, at } = credit;
    const returnId = this.identifier(`return:${creditNote}`);
    this.records.returns.push({
      id: returnId,
      orderId: this.orderId,
      externalReference: creditNote,
      status: 'refunded',
      reason: `Credit note ${creditNote}`,
      orderStatusBefore: 'completed',
      receivedAt: at,
      createdAt: at,
    });
    for (const [item, taken] of credit.items) {
      const position = this.order.items.indexOf(item) + 1;
      this.records.returnItems.push({
        id: this.identifier(`return:${creditNote}:${position}`),
        returnId,
        orderItemId: this.itemIdentifier(position),
        quantity: taken.quantity,
        quantityReceived: taken.quantity,
        refundMinor: toMinorUnits(taken.amount),
        disposition: item.tracksStock ? 'restock' : null,
        createdAt: at,
      });
      this.move(item, `returned:${creditNote}:${position}`, taken.quantity, at);
    }
    this.tell('returned', at, 'completed', after, `Goods taken back by credit note ${creditNote}.`, {
      source,
      creditNote,
    });
  }

  private refund(credit: PlannedCredit, status: OrderStatus): void {
    const amount = refundOf(credit);
    if (amount === 0) return;
    this.pay('refund', amount, credit.at, `Refunded by credit note ${credit.creditNote}.`, credit, status);
  }

  private pay(
    kind: 'payment' | 'refund',
    amountMinor: number,
    at: string,
    description: string,
    credit?: PlannedCredit,
    status: OrderStatus = 'pending',
  ): void {
    this.records.payments.push({
      id: this.identifier(credit ? `refund:${credit.creditNote}` : 'payment'),
      orderId: this.orderId,
      kind,
      method: 'card',
      state: 'succeeded',
      amountMinor,
      currency,
      createdAt: at,
    });
    const action = kind === 'payment' ? 'payment_received' : 'refunded';
    this.tell(action, at, status, status, description, { source, amountMinor, currency });
  }

  private tell(
    action: 'created' | 'payment_received' | 'status_changed' | 'cancelled' | 'returned' | 'refunded',
    occurredAt: string,
    oldStatus: OrderStatus | null,
    newStatus: OrderStatus,
    description: string,
    additionalData: Record<string, unknown>,
  ): void {
    const { orderId } = this;
    this.records.history.push({
      orderId,
      action,
      oldStatus,
      newStatus,
      description,
      additionalData,
      occurredAt,
    });
  }
}

function creditNotes(order: PlannedOrder): string {
  const notes = order.credits.map((credit) => credit.creditNote);
  return `credit ${notes.length === 1 ? 'note' : 'notes'} ${notes.join(', ')}`;
}

/** The sum of what the return's items say, and of the carriage. */
export function refundOf(credit: PlannedCredit): number {
  const amounts: Millionths[] = [...credit.items.values()].map((taken) => taken.amount);
  return [...amounts, credit.carriage].reduce((sum, amount) => sum + toMinorUnits(amount), 0);
}
