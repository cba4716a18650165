import { and, eq, sql } from 'drizzle-orm';
import { customers } from '../db/tables/customers.ts';
import type { Channel } from '../db/tables/enumerations.ts';
import { orderItems, orders, type PostalAddress } from '../db/tables/orders.ts';
import type { HistoryEntry } from '../history/record-history.ts';
import { InsufficientStockError, notFound, Refusal } from '../shared/errors.ts';
import {
  readAvailable,
  reserveStock,
  type Allocation,
  type LineToReserve,
} from '../stock/reserve.repository.ts';
import type { Scope } from '../write/command.ts';
import type { OrderLine } from './order-lines.ts';
import type { OrderRow } from './order.repository.ts';
import { findCharges } from './price-list.repository.ts';
import { noTax, priceOrder, type OrderDiscount, type OrderPrice } from './pricing.ts';
import { shortagesOf } from './shortages.ts';

/** Everything of a new order but its lines. */
export interface NewOrder {
  readonly channel: Channel;
  readonly customerId: string | null;
  readonly contact?: { email?: string | null; name?: string | null; phone?: string | null } | null;
  readonly externalReference?: string | null;
  readonly currency: string;
  readonly discount?: OrderDiscount | null;
  readonly shippingAddress?: PostalAddress | null;
  readonly billingAddress?: PostalAddress | null;
  readonly priority?: OrderRow['priority'] | null;
  readonly tags?: readonly string[] | null;
  readonly promisedShipAt?: string | null;
  readonly reservationExpiresAt?: string | null;
}

export interface PlacedOrder {
  readonly id: string;
  readonly number: string;
  readonly totalMinor: number;
  readonly currency: string;
  /** True when the shop had placed it already, and nothing was done now. */
  readonly existed: boolean;
  readonly history: readonly HistoryEntry[];
}

/** Prices an order, writes it and reserves every line, or fails whole with what is short. */
export async function placeOrder(
  scope: Scope,
  order: NewOrder,
  lines: readonly OrderLine[],
): Promise<PlacedOrder> {
  await requireCustomer(scope, order.customerId);
  const charges = await findCharges(scope.transaction, order.shippingAddress ?? null, order.currency);
  const price = priceOrder(lines, order.discount ?? null, { ...charges, tax: charges.tax ?? noTax });
  const placed = await insertOrder(scope, order, lines, price);
  const { totalMinor } = price;
  const { currency } = order;
  if (placed.existed) return { ...placed, totalMinor, currency, history: [] };
  await insertItems(scope, placed.id, 1, lines, price);
  const allocations = await reserveLines(
    scope,
    { id: placed.id, expiresAt: order.reservationExpiresAt },
    lines,
  );
  const units = allocations.reduce((sum, { quantity }) => sum + quantity, 0);
  const created: HistoryEntry = {
    orderId: placed.id,
    action: 'created',
    oldStatus: null,
    newStatus: 'pending',
    description: `Order ${placed.number} was placed with ${lines.length} lines.`,
    additionalData: { channel: order.channel, lines: lines.length },
  };
  return {
    ...placed,
    totalMinor,
    currency,
    history: units > 0 ? [created, reservedEntry(placed.id, units)] : [created],
  };
}

export function reservedEntry(orderId: string, units: number): HistoryEntry {
  return {
    orderId,
    action: 'inventory_reserved',
    description: `${units} units were reserved.`,
    additionalData: { units },
  };
}

async function requireCustomer({ transaction }: Scope, customerId: string | null): Promise<void> {
  if (customerId === null) return;
  const [found] = await transaction
    .select({ erasedAt: customers.erasedAt })
    .from(customers)
    .where(eq(customers.id, customerId))
    // Whoever erases the customer waits for this order, or this order for the erasure.
    .for('key share');
  if (found?.erasedAt !== null) throw notFound(`Customer ${customerId}`, ['customerId']);
}

/**
 * A shop that repeats an order under the same reference gets the order that it already has: the insert waits at
 * the unique key for whoever is placing it at the moment.
 */
async function insertOrder(
  { transaction, now }: Scope,
  order: NewOrder,
  lines: readonly OrderLine[],
  price: OrderPrice,
): Promise<{ id: string; number: string; existed: boolean }> {
  const { subtotalMinor, discountMinor, taxMinor, shippingMinor, totalMinor } = price;
  const { discount } = order;
  const [inserted] = await transaction
    .insert(orders)
    .values({
      number: sql`next_document_number('ORD', 'order_number', ${now}::timestamptz)`,
      channel: order.channel,
      externalReference: order.externalReference,
      customerId: order.customerId,
      contactEmail: order.contact?.email,
      contactName: order.contact?.name,
      contactPhone: order.contact?.phone,
      currency: order.currency,
      subtotalMinor,
      discountMinor,
      discountBasisPoints: discount && 'basisPoints' in discount ? discount.basisPoints : null,
      taxMinor,
      shippingMinor,
      totalMinor,
      unitsOrdered: lines.reduce((sum, line) => sum + (line.variant.tracksStock ? line.quantity : 0), 0),
      shippingAddress: order.shippingAddress,
      billingAddress: order.billingAddress,
      ...(order.priority && { priority: order.priority }),
      ...(order.tags && { tags: [...order.tags] }),
      promisedShipAt: order.promisedShipAt,
      createdAt: now,
    })
    .onConflictDoNothing({ target: [orders.channel, orders.externalReference] })
    .returning({ id: orders.id, number: orders.number });
  if (inserted) return { ...inserted, existed: false };
  const [existing] = await transaction
    .select({ id: orders.id, number: orders.number })
    .from(orders)
    .where(and(eq(orders.channel, order.channel), eq(orders.externalReference, order.externalReference!)));
  return { ...existing!, existed: true };
}

/** Writes lines from a place of the order on; the price has them in the same order. */
export async function insertItems(
  { transaction }: Scope,
  orderId: string,
  firstPosition: number,
  lines: readonly OrderLine[],
  price: Pick<OrderPrice, 'lines'>,
): Promise<void> {
  await transaction.insert(orderItems).values(
    lines.map(({ id, variant, quantity, unitPriceMinor }, index) => ({
      id,
      orderId,
      position: firstPosition + index,
      variantId: variant.id,
      sku: variant.sku,
      name: variant.name,
      quantity,
      unitPriceMinor,
      ...price.lines[index]!,
    })),
  );
}

/** Reserves what has stock to keep, wholly or not at all; answers what is taken from where. */
export async function reserveLines(
  { transaction, actor }: Scope,
  order: { readonly id: string; readonly expiresAt?: string | null },
  lines: readonly Pick<OrderLine, 'id' | 'variant' | 'location' | 'quantity'>[],
): Promise<Allocation[]> {
  const tracked = lines.filter((line) => line.variant.tracksStock);
  if (tracked.length === 0) return [];
  const toReserve = tracked.map((line): LineToReserve => ({
    orderItemId: line.id,
    variantId: line.variant.id,
    locationId: line.location?.id ?? null,
    quantity: line.quantity,
  }));
  const reservation = { id: order.id, performedById: actor.userId, expiresAt: order.expiresAt ?? null };
  const allocations = await reserveStock(transaction, reservation, toReserve);
  if (allocations.length > 0) return allocations;
  const available = await readAvailable(
    transaction,
    tracked.map((line) => line.variant.id),
  );
  throw new Refusal(new InsufficientStockError(shortagesOf(tracked, available)));
}
