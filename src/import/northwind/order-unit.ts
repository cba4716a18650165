import type { PostalAddress } from '../../db/tables/orders.ts';
import { divideHalfUp, toMinorUnits } from '../exact-amount.ts';
import type { ImportUnit } from '../import-units.ts';
import { emptyRecords, type OrderRecords } from '../order-records.ts';
import { sourceIdentifier } from '../source-identifier.ts';
import type { Northwind, NorthwindLine, NorthwindOrder } from './source.ts';

export interface References {
  readonly variants: ReadonlyMap<string, string>;
  readonly customers: ReadonlyMap<string, string>;
  /** By the employee's number. */
  readonly users: ReadonlyMap<number, string>;
  readonly locationId: string;
}

export const currency = 'USD';
const millionthsOfMillionthsPerCent = 10_000_000_000n;

export const skuOf = (productId: number): string => `NW-${String(productId).padStart(2, '0')}`;
export const referenceOf = (order: NorthwindOrder): string => `northwind:${order.id}`;

/**
 * A line's total is quantity times price times (1 - discount), rounded half up to the cent; the discount is what
 * that leaves of the full price.
 */
export function lineMoney(line: NorthwindLine): {
  unitPriceMinor: number;
  discountMinor: number;
  totalMinor: number;
} {
  const unitPriceMinor = toMinorUnits(line.unitPrice);
  const total = BigInt(line.quantity) * line.unitPrice * (1_000_000n - line.discount);
  const totalMinor = Number(divideHalfUp(total, millionthsOfMillionthsPerCent));
  return { unitPriceMinor, discountMinor: line.quantity * unitPriceMinor - totalMinor, totalMinor };
}

export function subtotalOf(order: NorthwindOrder): number {
  return order.lines.reduce((sum, line) => sum + lineMoney(line).totalMinor, 0);
}

/**
 * An order that has its shipping date is shipped; the source knows nothing of delivery or payment. The others are
 * confirmed, and what they want is reserved.
 */
export function orderUnit(order: NorthwindOrder, northwind: Northwind, references: References): ImportUnit {
  const builder = new OrderBuilder(order, northwind, references);
  return { kind: 'order', reference: referenceOf(order), records: builder.build() };
}

class OrderBuilder {
  private readonly records: OrderRecords = emptyRecords();
  private readonly orderId: string;
  private readonly fulfillmentId: string;

  constructor(
    private readonly order: NorthwindOrder,
    private readonly northwind: Northwind,
    private readonly references: References,
  ) {
    this.orderId = this.identifier('order');
    this.fulfillmentId = this.identifier('fulfillment');
  }

  build(): OrderRecords {
    this.addOrder();
    this.addFulfillment();
    this.order.lines.forEach((line, place) => this.addLine(line, place + 1));
    this.addHistory();
    return this.records;
  }

  private identifier(what: string): string {
    return sourceIdentifier(this.order.orderedAt, `${referenceOf(this.order)}:${what}`);
  }

  private addOrder(): void {
    const { order, references } = this;
    const shippingMinor = toMinorUnits(order.freight);
    const unitsOrdered = order.lines.reduce((sum, line) => sum + line.quantity, 0);
    const address: PostalAddress = order.address;
    this.records.orders.push({
      id: this.orderId,
      channel: 'wholesale',
      externalReference: referenceOf(order),
      status: order.shippedAt ? 'shipped' : 'confirmed',
      customerId: references.customers.get(`northwind:${order.customerId}`)!,
      currency,
      subtotalMinor: subtotalOf(order),
      shippingMinor,
      totalMinor: subtotalOf(order) + shippingMinor,
      unitsOrdered,
      unitsFulfilled: order.shippedAt ? unitsOrdered : 0,
      shippingAddress: address,
      assignedToId: references.users.get(order.employeeId)!,
      promisedShipAt: order.requiredAt,
      confirmedAt: order.orderedAt,
      shippedAt: order.shippedAt,
      createdAt: order.orderedAt,
    });
  }

  private addFulfillment(): void {
    const { order } = this;
    this.records.fulfillments.push({
      id: this.fulfillmentId,
      orderId: this.orderId,
      status: order.shippedAt ? 'shipped' : 'pending',
      locationId: this.references.locationId,
      carrier: this.northwind.shippers.get(order.shipperId)!,
      shippedAt: order.shippedAt,
      createdAt: order.orderedAt,
    });
  }

  private addLine(line: NorthwindLine, position: number): void {
    const { order, orderId, references } = this;
    const sku = skuOf(line.productId);
    const variantId = references.variants.get(sku)!;
    const itemId = this.identifier(`item:${position}`);
    const shipped = order.shippedAt !== null;
    this.records.items.push({
      id: itemId,
      orderId,
      position,
      variantId,
      sku,
      name: this.northwind.products.get(line.productId)!.name,
      quantity: line.quantity,
      ...lineMoney(line),
      quantityFulfilled: shipped ? line.quantity : 0,
      createdAt: order.orderedAt,
    });
    this.records.fulfillmentItems.push({
      id: this.identifier(`fulfillment:${position}`),
      fulfillmentId: this.fulfillmentId,
      orderItemId: itemId,
      quantity: line.quantity,
      quantityPicked: shipped ? line.quantity : 0,
      createdAt: order.orderedAt,
    });
    this.records.movements.push({
      id: this.identifier(`movement:${position}`),
      variantId,
      locationId: references.locationId,
      onHandChange: shipped ? -line.quantity : 0,
      reservedChange: shipped ? 0 : line.quantity,
      reason: shipped ? 'shipped' : 'reserved',
      orderId,
      performedById: null,
      createdAt: order.shippedAt ?? order.orderedAt,
    });
    if (!shipped) this.reserve(itemId, variantId, line.quantity, position);
  }

  private reserve(orderItemId: string, variantId: string, quantityReserved: number, position: number): void {
    this.records.reservations.push({
      id: this.identifier(`reservation:${position}`),
      orderId: this.orderId,
      orderItemId,
      variantId,
      locationId: this.references.locationId,
      quantityReserved,
      createdAt: this.order.orderedAt,
    });
  }

  private addHistory(): void {
    const { order, orderId } = this;
    const { firstName, lastName } = this.northwind.employees.get(order.employeeId)!;
    const additionalData = { source: 'northwind', order: order.id };
    const ordered = { orderId, occurredAt: order.orderedAt, additionalData };
    const { history } = this.records;
    const taken = `Imported from Northwind order ${order.id}, taken by ${firstName} ${lastName}.`;
    history.push(
      { ...ordered, action: 'created', oldStatus: null, newStatus: 'pending', description: taken },
      {
        ...ordered,
        action: 'confirmed',
        oldStatus: 'pending',
        newStatus: 'confirmed',
        description: 'Confirmed with the order.',
      },
    );
    if (order.shippedAt === null) {
      const description = `${order.lines.length} lines are reserved until they are shipped.`;
      history.push({
        ...ordered,
        action: 'inventory_reserved',
        oldStatus: 'confirmed',
        newStatus: 'confirmed',
        description,
      });
      return;
    }
    const shipped = { orderId, occurredAt: order.shippedAt, action: 'shipped' as const, additionalData };
    history.push(
      {
        ...shipped,
        fulfillmentId: this.fulfillmentId,
        oldStatus: 'pending',
        newStatus: 'shipped',
        description: `Shipped with ${this.northwind.shippers.get(order.shipperId)!}.`,
      },
      { ...shipped, oldStatus: 'confirmed', newStatus: 'shipped', description: 'Everything is shipped.' },
    );
  }
}
