import { and, asc, eq } from 'drizzle-orm';
import { orderItems } from '../../db/tables/orders.ts';
import { productVariants } from '../../db/tables/catalog.ts';
import type { HistoryEntry } from '../../history/record-history.ts';
import { invalid, Refusal, UserError } from '../../shared/errors.ts';
import { defineSubjectCommand, type Scope } from '../../write/command.ts';
import { discountFrom, type DiscountInput } from '../discount.ts';
import { changeStockAndFulfillments, type ChangedLine } from '../edit-stock.repository.ts';
import { resolveLines, type OrderLine, type RequestedLine } from '../order-lines.ts';
import { orderSubject } from '../order.subject.ts';
import type { OrderRow } from '../order.repository.ts';
import { insertItems, reservedEntry, type NewOrder } from '../place-order.repository.ts';
import { findCharges } from '../price-list.repository.ts';
import { noTax, priceOrder, type OrderDiscount, type OrderPrice } from '../pricing.ts';
import type { OrderInput } from './order-input.ts';

const editableFields = [
  'shippingAddress',
  'billingAddress',
  'discount',
  'priority',
  'tags',
  'promisedShipAt',
  'contact',
] as const;
type PlainField = Exclude<(typeof editableFields)[number], 'discount'>;

/** What is left out stays; null takes away what can be without. */
export interface EditOrderInput extends OrderInput, Partial<Pick<NewOrder, PlainField>> {
  discount?: DiscountInput | null;
  addLines?: readonly RequestedLine[] | null;
  changeLines?: readonly { readonly orderItemId: string; readonly quantity: number }[] | null;
}

interface ItemOfOrder {
  readonly item: typeof orderItems.$inferSelect;
  readonly variant: typeof productVariants.$inferSelect;
}

/**
 * Changes what nobody has begun to pick. Reservations follow the lines, and so do the fulfillments of a confirmed
 * order. Lines that stay keep their unit price; new ones get the customer's price of today. Discount, tax and
 * shipping are reckoned anew when lines, discount or shipping address change.
 */
export const editOrder = defineSubjectCommand(
  'editOrder',
  orderSubject,
  async ({ target: order, ...scope }, input: EditOrderInput) => {
    refuseContactOfCustomer(order, input);
    if (isEmpty(input)) return { result: { orderId: order.id }, description: '', unchanged: true as const };
    const items = await readItems(scope, order);
    const quantities = newQuantities(items, input);
    const added = await resolveLines(scope.transaction, order, input.addLines ?? [], ['addLines']);
    const goods = linesAfterwards(items, quantities, added);
    if (goods.every(({ quantity }) => quantity === 0)) {
      throw invalid('An order keeps at least one line: cancel it instead.', ['changeLines']);
    }
    const pricing = await reprice(scope, order, input, items, goods);
    if (pricing) await writeItems(scope, items, quantities, pricing.price);
    if (added.length > 0) {
      const price = { lines: pricing!.price.lines.slice(items.length) };
      await insertItems(scope, order.id, items.length + 1, added, price);
    }
    const changed = items.flatMap(({ item, variant }): ChangedLine[] =>
      quantities.has(item.id)
        ? [{ id: item.id, variant, location: null, from: item.quantity, to: quantities.get(item.id)! }]
        : [],
    );
    const all: ChangedLine[] = [
      ...changed,
      ...added.map(({ id, variant, location, quantity }) => ({
        id,
        variant,
        location,
        from: 0,
        to: quantity,
      })),
    ];
    const stock = await changeStockAndFulfillments(scope, order, all);
    return {
      result: { orderId: order.id },
      description: 'The order was edited.',
      additionalData: whatChanged(input, items, quantities, added),
      changes: {
        ...plainChanges(input),
        ...pricing?.columns,
        unitsOrdered: order.unitsOrdered + unitsMore(all),
      },
      also: [...stockEntries(order.id, stock), ...stock.fulfillments],
    };
  },
);

/** Nothing to edit is nothing to write down either. */
function isEmpty({ addLines, changeLines, ...input }: EditOrderInput): boolean {
  const lines = (addLines?.length ?? 0) + (changeLines?.length ?? 0);
  return lines === 0 && editableFields.every((field) => input[field] === undefined);
}

function refuseContactOfCustomer(order: OrderRow, { contact }: EditOrderInput): void {
  if (contact && order.customerId !== null) {
    throw invalid('The order has a customer: change the customer’s contact data.', ['contact']);
  }
}

async function readItems({ transaction }: Scope, order: OrderRow): Promise<ItemOfOrder[]> {
  return transaction
    .select({ item: orderItems, variant: productVariants })
    .from(orderItems)
    .innerJoin(productVariants, eq(productVariants.id, orderItems.variantId))
    .where(eq(orderItems.orderId, order.id))
    .orderBy(asc(orderItems.position));
}

/** The new quantities of the lines that change, by their id. */
function newQuantities(items: readonly ItemOfOrder[], input: EditOrderInput): Map<string, number> {
  const quantities = new Map<string, number>();
  const problems = (input.changeLines ?? []).flatMap(({ orderItemId, quantity }, index) => {
    const path = ['changeLines', String(index), 'orderItemId'];
    const found = items.find(({ item }) => item.id === orderItemId.toLowerCase());
    if (!found) return [new UserError('NOT_FOUND', `Line ${orderItemId} is not of this order.`, path)];
    if (quantities.has(found.item.id)) {
      return [new UserError('VALIDATION', 'This line is named twice.', path)];
    }
    quantities.set(found.item.id, quantity);
    return [];
  });
  const [first, ...others] = problems;
  if (first) throw new Refusal(first, ...others);
  return quantities;
}

function linesAfterwards(
  items: readonly ItemOfOrder[],
  quantities: ReadonlyMap<string, number>,
  added: readonly OrderLine[],
): { quantity: number; unitPriceMinor: number }[] {
  return [
    ...items.map(({ item }) => ({
      quantity: quantities.get(item.id) ?? item.quantity,
      unitPriceMinor: item.unitPriceMinor,
    })),
    ...added,
  ];
}

/** The new price with the order's columns of it; undefined when nothing changes that it depends on. */
async function reprice(
  { transaction }: Scope,
  order: OrderRow,
  input: EditOrderInput,
  items: readonly ItemOfOrder[],
  goods: readonly { quantity: number; unitPriceMinor: number }[],
): Promise<{ price: OrderPrice; columns: Record<string, number | null> } | undefined> {
  const { changeLines, addLines, discount, shippingAddress } = input;
  if (!changeLines?.length && !addLines?.length && discount === undefined && shippingAddress === undefined) {
    return undefined;
  }
  const agreed = discount === undefined ? discountOf(order, items) : discountFrom(discount);
  const address = shippingAddress === undefined ? order.shippingAddress : shippingAddress;
  const { tax, shipping } = await findCharges(transaction, address, order.currency);
  // Where the order goes the same way as before, and no rate says anything, what was agreed on stays.
  const isMoved = shippingAddress !== undefined;
  const price = priceOrder(goods, agreed, {
    tax: tax ?? (isMoved ? noTax : taxAsAgreed(items)),
    shipping: shipping ?? (isMoved ? null : { priceMinor: order.shippingMinor, freeFromMinor: null }),
  });
  const { subtotalMinor, discountMinor, taxMinor, shippingMinor, totalMinor } = price;
  const discountBasisPoints = agreed && 'basisPoints' in agreed ? agreed.basisPoints : null;
  return {
    price,
    columns: { subtotalMinor, discountMinor, discountBasisPoints, taxMinor, shippingMinor, totalMinor },
  };
}

function taxAsAgreed(items: readonly ItemOfOrder[]): { part: number; whole: number } {
  const part = items.reduce((sum, { item }) => sum + item.taxMinor, 0);
  const whole = items.reduce((sum, { item }) => sum + item.totalMinor - item.taxMinor, 0);
  return whole > 0 ? { part, whole } : noTax;
}

/** What was agreed on; an imported order has it on its lines alone. */
function discountOf(order: OrderRow, items: readonly ItemOfOrder[]): OrderDiscount | null {
  if (order.discountBasisPoints !== null) return { basisPoints: order.discountBasisPoints };
  const amountMinor = items.reduce((sum, { item }) => sum + item.discountMinor, 0);
  return amountMinor > 0 ? { amountMinor } : null;
}

/** A line that is taken out keeps its row, with no units: what was reserved for it stays on record. */
async function writeItems(
  { transaction }: Scope,
  items: readonly ItemOfOrder[],
  quantities: ReadonlyMap<string, number>,
  price: OrderPrice,
): Promise<void> {
  for (const [index, { item }] of items.entries()) {
    const quantity = quantities.get(item.id) ?? item.quantity;
    await transaction
      .update(orderItems)
      .set({ quantity, ...price.lines[index]! })
      .where(and(eq(orderItems.id, item.id), eq(orderItems.orderId, item.orderId)));
  }
}

function plainChanges(input: EditOrderInput): Record<string, unknown> {
  const { shippingAddress, billingAddress, priority, tags, promisedShipAt, contact } = input;
  return {
    ...(shippingAddress !== undefined && { shippingAddress }),
    ...(billingAddress !== undefined && { billingAddress }),
    ...(promisedShipAt !== undefined && { promisedShipAt }),
    ...(priority && { priority }),
    ...(tags && { tags: [...tags] }),
    ...(contact !== undefined && {
      contactName: contact?.name ?? null,
      contactEmail: contact?.email ?? null,
      contactPhone: contact?.phone ?? null,
    }),
  };
}

function unitsMore(lines: readonly ChangedLine[]): number {
  return lines.reduce((sum, { variant, from, to }) => sum + (variant.tracksStock ? to - from : 0), 0);
}

/** For the history: which lines, and which fields; no addresses and no names. */
function whatChanged(
  input: EditOrderInput,
  items: readonly ItemOfOrder[],
  quantities: ReadonlyMap<string, number>,
  added: readonly OrderLine[],
): Record<string, unknown> {
  return {
    fields: editableFields.filter((field) => input[field] !== undefined),
    lines: [
      ...items.flatMap(({ item }) =>
        quantities.has(item.id) ? [{ sku: item.sku, from: item.quantity, to: quantities.get(item.id) }] : [],
      ),
      ...added.map(({ variant, quantity }) => ({ sku: variant.sku, from: 0, to: quantity })),
    ],
  };
}

function stockEntries(
  orderId: string,
  { reserved, released }: { reserved: number; released: number },
): HistoryEntry[] {
  const entries: HistoryEntry[] = [];
  if (released > 0) {
    entries.push({
      orderId,
      action: 'inventory_released',
      description: `${released} reserved units were released.`,
      additionalData: { units: released },
    });
  }
  if (reserved > 0) entries.push(reservedEntry(orderId, reserved));
  return entries;
}
