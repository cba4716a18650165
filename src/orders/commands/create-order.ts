import { sql } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import type { Channel } from '../../db/tables/enumerations.ts';
import { customers } from '../../db/tables/customers.ts';
import { orderItems, orders, type PostalAddress } from '../../db/tables/orders.ts';
import { InsufficientStockError, invalid, notFound, Refusal, UserError } from '../../shared/errors.ts';
import { findVariantsBySku, type VariantRow } from '../../stock/variant.repository.ts';
import { readAvailable, reserveStock, type LineToReserve } from '../../stock/reserve.repository.ts';
import { findLocationsByCode, type StockLocationRow } from '../../stock/stock.repository.ts';
import type { CommandInput, FreeCommand, Scope } from '../../write/command.ts';
import { shortagesOf } from '../shortages.ts';
import type { OrderRow } from '../order.repository.ts';

export interface CreateOrderLine {
  sku: string;
  quantity: number;
  locationCode?: string | null;
}

export interface CreateOrderInput extends CommandInput {
  channel: Channel;
  customerId?: string | null;
  externalReference?: string | null;
  currency: string;
  lines: readonly CreateOrderLine[];
  shippingAddress?: PostalAddress | null;
  billingAddress?: PostalAddress | null;
  priority?: OrderRow['priority'] | null;
  tags?: readonly string[] | null;
  promisedShipAt?: string | null;
  reservationExpiresAt?: string | null;
}

interface PricedLine {
  readonly id: string;
  readonly variant: VariantRow;
  readonly location: StockLocationRow | null;
  readonly quantity: number;
  readonly totalMinor: number;
}

/** Places an order at the list prices and reserves every line, or fails whole with what is short. */
export const createOrder: FreeCommand<CreateOrderInput, { orderId: string }> = {
  name: 'createOrder',
  permissions: ['orders.create'],
  async execute(scope, input) {
    const { reservationExpiresAt } = input;
    if (reservationExpiresAt && Date.parse(reservationExpiresAt) <= Date.parse(scope.now)) {
      throw invalid('reservationExpiresAt must be in the future.', ['reservationExpiresAt']);
    }
    const lines = await priceLines(scope, input);
    await checkCustomer(scope, input);
    const order = await insertOrder(scope, input, lines);
    if (order.existed) return { result: { orderId: order.id }, history: [] };
    await insertItems(scope, order.id, lines);
    const units = await reserve(scope, order.id, input, lines);
    const reserved = {
      orderId: order.id,
      action: 'inventory_reserved' as const,
      description: `${units} units were reserved.`,
      additionalData: { units },
    };
    const created = {
      orderId: order.id,
      action: 'created' as const,
      oldStatus: null,
      newStatus: 'pending',
      description: `Order ${order.number} was placed with ${lines.length} lines.`,
      additionalData: { channel: input.channel, lines: lines.length },
    };
    return { result: { orderId: order.id }, history: units > 0 ? [created, reserved] : [created] };
  },
};

async function priceLines({ transaction }: Scope, input: CreateOrderInput): Promise<PricedLine[]> {
  const variants = new Map(
    (await findVariantsBySku(transaction, [...new Set(input.lines.map((line) => line.sku))])).map((row) => [
      row.sku,
      row,
    ]),
  );
  const codes = [...new Set(input.lines.flatMap((line) => line.locationCode ?? []))];
  const locations = new Map((await findLocationsByCode(transaction, codes)).map((row) => [row.code, row]));
  const problems: UserError[] = [];
  const lines = input.lines.flatMap((line, index): PricedLine[] => {
    const path = ['lines', String(index)];
    const variant = variants.get(line.sku);
    const location = line.locationCode ? locations.get(line.locationCode) : null;
    if (!variant)
      problems.push(new UserError('NOT_FOUND', `SKU ${line.sku} does not exist.`, [...path, 'sku']));
    else if (variant.currency !== input.currency) {
      const message = `SKU ${line.sku} is sold in ${variant.currency}, the order is in ${input.currency}.`;
      problems.push(new UserError('VALIDATION', message, ['currency']));
    }
    if (location === undefined || location?.active === false) {
      const message = `Location ${line.locationCode} does not exist or is closed.`;
      problems.push(new UserError('NOT_FOUND', message, [...path, 'locationCode']));
    }
    if (!variant || location === undefined) return [];
    const { quantity } = line;
    return [{ id: uuidv7(), variant, location, quantity, totalMinor: quantity * variant.priceMinor }];
  });
  const [first, ...others] = problems;
  if (first) throw new Refusal(first, ...others);
  return lines;
}

async function checkCustomer({ transaction }: Scope, input: CreateOrderInput): Promise<void> {
  if (!input.customerId) return;
  const found = await transaction
    .select({ erasedAt: customers.erasedAt })
    .from(customers)
    .where(sql`${customers.id} = ${input.customerId}`);
  if (found[0]?.erasedAt === null) return;
  throw notFound(`Customer ${input.customerId}`, ['customerId']);
}

/**
 * A shop that repeats an order under the same reference gets the order that it already has: the insert waits at
 * the unique key for whoever is placing it at the moment.
 */
async function insertOrder(
  { transaction, now }: Scope,
  input: CreateOrderInput,
  lines: readonly PricedLine[],
): Promise<{ id: string; number: string; existed: boolean }> {
  const subtotalMinor = lines.reduce((sum, line) => sum + line.totalMinor, 0);
  if (!Number.isSafeInteger(subtotalMinor))
    throw invalid('The total is beyond what can be charged.', ['lines']);
  const [inserted] = await transaction
    .insert(orders)
    .values({
      number: sql`next_document_number('ORD', 'order_number', ${now}::timestamptz)`,
      channel: input.channel,
      externalReference: input.externalReference,
      customerId: input.customerId,
      currency: input.currency,
      subtotalMinor,
      totalMinor: subtotalMinor,
      unitsOrdered: lines.reduce((sum, line) => sum + (line.variant.tracksStock ? line.quantity : 0), 0),
      shippingAddress: input.shippingAddress,
      billingAddress: input.billingAddress,
      ...(input.priority && { priority: input.priority }),
      ...(input.tags && { tags: [...input.tags] }),
      promisedShipAt: input.promisedShipAt,
      createdAt: now,
    })
    .onConflictDoNothing({ target: [orders.channel, orders.externalReference] })
    .returning({ id: orders.id, number: orders.number });
  if (inserted) return { ...inserted, existed: false };
  const [existing] = await transaction
    .select({ id: orders.id, number: orders.number })
    .from(orders)
    .where(
      sql`${orders.channel} = ${input.channel} and ${orders.externalReference} = ${input.externalReference}`,
    );
  return { ...existing!, existed: true };
}

async function insertItems(
  { transaction }: Scope,
  orderId: string,
  lines: readonly PricedLine[],
): Promise<void> {
  await transaction.insert(orderItems).values(
    lines.map(({ id, variant, quantity, totalMinor }, index) => ({
      id,
      orderId,
      position: index + 1,
      variantId: variant.id,
      sku: variant.sku,
      name: variant.name,
      quantity,
      unitPriceMinor: variant.priceMinor,
      totalMinor,
    })),
  );
}

async function reserve(
  { transaction, actor }: Scope,
  orderId: string,
  input: CreateOrderInput,
  lines: readonly PricedLine[],
): Promise<number> {
  const tracked = lines.filter((line) => line.variant.tracksStock);
  if (tracked.length === 0) return 0;
  const toReserve = tracked.map((line): LineToReserve => ({
    orderItemId: line.id,
    variantId: line.variant.id,
    locationId: line.location?.id ?? null,
    quantity: line.quantity,
  }));
  const order = { id: orderId, performedById: actor.userId, expiresAt: input.reservationExpiresAt ?? null };
  const allocations = await reserveStock(transaction, order, toReserve);
  if (allocations.length > 0) return allocations.reduce((sum, { quantity }) => sum + quantity, 0);
  const available = await readAvailable(
    transaction,
    tracked.map((line) => line.variant.id),
  );
  throw new Refusal(new InsufficientStockError(shortagesOf(tracked, available)));
}
