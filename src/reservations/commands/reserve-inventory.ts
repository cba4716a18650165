import { sql } from 'drizzle-orm';
import { shortagesOf } from '../../orders/shortages.ts';
import { InsufficientStockError, invalid, Refusal, UserError } from '../../shared/errors.ts';
import { readAvailable, reserveStock } from '../../stock/reserve.repository.ts';
import { findLocationsByCode, type StockLocationRow } from '../../stock/stock.repository.ts';
import { defineSubjectCommand, type CommandInput, type Scope } from '../../write/command.ts';
import { reservedOrderSubject } from '../reservation.subject.ts';

export interface ReserveInventoryInput extends CommandInput {
  orderId: string;
  lines: readonly { orderItemId: string; quantity: number; locationCode?: string | null }[];
  expiresAt?: string | null;
}

/** Reserves more for lines of an order that lack it, such as after a short pick: every line, or nothing. */
export const reserveInventory = defineSubjectCommand(
  'reserveInventory',
  reservedOrderSubject,
  async ({ target: order, ...scope }, input: ReserveInventoryInput) => {
    const expiresAt = input.expiresAt ?? null;
    if (expiresAt !== null && Date.parse(expiresAt) <= Date.parse(scope.now)) {
      throw invalid('expiresAt must be in the future.', ['expiresAt']);
    }
    const lines = await checkLines(scope, order.id, input);
    const allocations = await reserveStock(
      scope.transaction,
      { id: order.id, performedById: scope.actor.userId, expiresAt },
      lines.map(({ item, location, quantity }) => ({
        orderItemId: item.id,
        variantId: item.variantId,
        locationId: location?.id ?? null,
        quantity,
      })),
    );
    if (allocations.length === 0) await refuseShortages(scope, lines);
    const units = allocations.reduce((sum, { quantity }) => sum + quantity, 0);
    return {
      result: { orderId: order.id },
      description: `${units} units were reserved.`,
      additionalData: { units },
      changes: {},
    };
  },
);

interface ItemInNeed extends Record<string, unknown> {
  id: string;
  variantId: string;
  sku: string;
  tracksStock: boolean;
  /** Units that are neither shipped, cancelled nor reserved. */
  open: number;
}

interface CheckedLine {
  readonly item: ItemInNeed;
  readonly location: StockLocationRow | null;
  readonly quantity: number;
}

async function findItems({ transaction }: Scope, orderId: string): Promise<ItemInNeed[]> {
  const rows = await transaction.execute<ItemInNeed>(sql`
    select order_items.id, variant_id as "variantId", order_items.sku, tracks_stock as "tracksStock",
      (quantity - quantity_fulfilled - quantity_cancelled - coalesce((
        select sum(quantity_remaining) from inventory_reservations
        where order_item_id = order_items.id and is_active), 0))::integer as open
    from order_items join product_variants on product_variants.id = variant_id
    where order_id = ${orderId}::uuid`);
  return [...rows];
}

async function checkLines(
  scope: Scope,
  orderId: string,
  input: ReserveInventoryInput,
): Promise<CheckedLine[]> {
  const items = new Map((await findItems(scope, orderId)).map((item) => [item.id, item]));
  const codes = [...new Set(input.lines.flatMap((line) => line.locationCode ?? []))];
  const found = await findLocationsByCode(scope.transaction, codes);
  const locations = new Map(found.filter(({ active }) => active).map((row) => [row.code, row]));
  const problems: UserError[] = [];
  const open = new Map([...items.values()].map((item) => [item.id, item.open]));
  const lines = input.lines.flatMap(({ orderItemId, quantity, locationCode }, index): CheckedLine[] => {
    const refuse = (code: 'NOT_FOUND' | 'VALIDATION', message: string, field: string): CheckedLine[] => {
      problems.push(new UserError(code, message, ['lines', String(index), field]));
      return [];
    };
    const item = items.get(orderItemId.toLowerCase());
    const location = locationCode ? locations.get(locationCode) : null;
    if (!item) return refuse('NOT_FOUND', `Line ${orderItemId} is not of this order.`, 'orderItemId');
    if (!item.tracksStock) return refuse('VALIDATION', `${item.sku} has no stock to keep.`, 'orderItemId');
    if (location === undefined) {
      return refuse('NOT_FOUND', `Location ${locationCode} does not exist or is closed.`, 'locationCode');
    }
    const left = open.get(item.id)!;
    if (quantity > left) {
      return refuse('VALIDATION', `${left} of ${item.sku} are not reserved yet.`, 'quantity');
    }
    open.set(item.id, left - quantity);
    return [{ item, location, quantity }];
  });
  const [first, ...others] = problems;
  if (first) throw new Refusal(first, ...others);
  return lines;
}

async function refuseShortages({ transaction }: Scope, lines: readonly CheckedLine[]): Promise<never> {
  const wanted = lines.map(({ item, location, quantity }) => ({
    variant: { id: item.variantId, sku: item.sku },
    location,
    quantity,
  }));
  const available = await readAvailable(
    transaction,
    wanted.map(({ variant }) => variant.id),
  );
  throw new Refusal(new InsufficientStockError(shortagesOf(wanted, available)));
}
