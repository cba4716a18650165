import { and, eq } from 'drizzle-orm';
import { fulfillmentItems } from '../../db/tables/fulfillments.ts';
import { orderItems } from '../../db/tables/orders.ts';
import type { HistoryEntry } from '../../history/record-history.ts';
import { createFulfillmentOfLines } from '../../orders/fulfillment-creation.repository.ts';
import { invalid, notFound } from '../../shared/errors.ts';
import { lockLevelsOfVariant, releaseUnits } from '../../stock/release-lines.repository.ts';
import { reserveStock } from '../../stock/reserve.repository.ts';
import { defineSubjectCommand, type Scope } from '../../write/command.ts';
import { fulfillmentSubject, type LockedFulfillment } from '../fulfillment.subject.ts';
import type { FulfillmentInput } from './fulfillment-input.ts';

export interface ReportShortPickInput extends FulfillmentInput {
  fulfillmentItemId: string;
  /** Left out: all that is not picked yet. */
  quantity?: number | null;
  reason: string;
}

/**
 * The shelf does not have what it should. The units are reserved at other locations as far as they have any,
 * with a fulfillment of their own there; the rest is released.
 */
export const reportShortPick = defineSubjectCommand(
  'reportShortPick',
  fulfillmentSubject,
  async ({ target, ...scope }, input: ReportShortPickInput) => {
    const line = await findLine(scope, target, input.fulfillmentItemId);
    const left = line.quantity - line.picked - line.short;
    const quantity = input.quantity ?? left;
    if (left === 0) throw invalid(`Nothing of ${line.sku} is left to pick.`, ['fulfillmentItemId']);
    if (quantity > left) throw invalid(`Only ${left} of ${line.sku} are left to pick.`, ['quantity']);
    await scope.transaction
      .update(fulfillmentItems)
      .set({ quantityShort: line.short + quantity, shortReason: input.reason })
      .where(eq(fulfillmentItems.id, line.id));
    const moved = await reserveElsewhere(scope, target, line, quantity);
    return {
      result: { fulfillmentId: target.id, newFulfillmentIds: moved.fulfillmentIds },
      description: `${quantity} of ${line.sku} were short in ${target.number}.`,
      additionalData: {
        orderItemId: line.orderItemId,
        quantity,
        reason: input.reason,
        reservedElsewhere: moved.units,
      },
      changes: {},
      also: moved.entries,
    };
  },
);

interface PickLine {
  readonly id: string;
  readonly orderItemId: string;
  readonly variantId: string;
  readonly sku: string;
  readonly quantity: number;
  readonly picked: number;
  readonly short: number;
}

async function findLine(
  { transaction }: Scope,
  target: LockedFulfillment,
  fulfillmentItemId: string,
): Promise<PickLine> {
  const [line] = await transaction
    .select({
      id: fulfillmentItems.id,
      orderItemId: orderItems.id,
      variantId: orderItems.variantId,
      sku: orderItems.sku,
      quantity: fulfillmentItems.quantity,
      picked: fulfillmentItems.quantityPicked,
      short: fulfillmentItems.quantityShort,
    })
    .from(fulfillmentItems)
    .innerJoin(orderItems, eq(orderItems.id, fulfillmentItems.orderItemId))
    .where(and(eq(fulfillmentItems.id, fulfillmentItemId), eq(fulfillmentItems.fulfillmentId, target.id)));
  if (!line) throw notFound(`Line ${fulfillmentItemId} of ${target.number}`, ['fulfillmentItemId']);
  return line;
}

interface Moved {
  readonly units: number;
  readonly fulfillmentIds: string[];
  readonly entries: HistoryEntry[];
}

/** Gives the units back here, and takes as many as there are from the other locations, in order of allocation. */
async function reserveElsewhere(
  scope: Scope,
  target: LockedFulfillment,
  line: PickLine,
  quantity: number,
): Promise<Moved> {
  const { transaction, actor, now } = scope;
  const { orderId, locationId } = target;
  const { orderItemId, variantId } = line;
  const levels = await lockLevelsOfVariant(transaction, variantId);
  const release = { orderId, performedById: actor.userId, reason: 'short_pick' as const, now };
  const released = await releaseUnits(transaction, release, [{ orderItemId, locationId, quantity }]);
  const entries: HistoryEntry[] = [
    {
      orderId,
      action: 'inventory_released',
      description: `${released} reserved units of ${line.sku} were released: short in ${target.number}.`,
      additionalData: { units: released, fulfillmentId: target.id },
    },
  ];
  const shares = shareOut(
    quantity,
    levels.filter((level) => level.active && level.locationId !== locationId),
  );
  const fulfillmentIds: string[] = [];
  for (const share of shares) {
    const order = { id: orderId, performedById: actor.userId, expiresAt: null };
    await reserveStock(transaction, order, [{ orderItemId, variantId, ...share }]);
    const created = await createFulfillmentOfLines(
      transaction,
      { orderId, locationId: share.locationId, now },
      [{ orderItemId, quantity: share.quantity }],
    );
    fulfillmentIds.push(created.id);
    entries.push(...entriesOf(orderId, share, created));
  }
  return { units: shares.reduce((sum, share) => sum + share.quantity, 0), fulfillmentIds, entries };
}

interface Share {
  readonly locationId: string;
  readonly locationCode: string;
  readonly quantity: number;
}

/** How much each location gives of the quantity; the first ones as much as they can. */
function shareOut(
  quantity: number,
  levels: readonly { locationId: string; locationCode: string; available: number }[],
): Share[] {
  let remaining = quantity;
  return levels.flatMap(({ locationId, locationCode, available }) => {
    const taken = Math.min(available, remaining);
    remaining -= taken;
    return taken > 0 ? [{ locationId, locationCode, quantity: taken }] : [];
  });
}

function entriesOf(
  orderId: string,
  { locationCode, quantity }: Share,
  created: { id: string; number: string },
): HistoryEntry[] {
  return [
    {
      orderId,
      action: 'inventory_reserved',
      description: `${quantity} units were reserved at ${locationCode} instead.`,
      additionalData: { units: quantity },
    },
    {
      orderId,
      fulfillmentId: created.id,
      action: 'status_changed',
      oldStatus: null,
      newStatus: 'pending',
      description: `Fulfillment ${created.number} was created at ${locationCode}.`,
    },
  ];
}
