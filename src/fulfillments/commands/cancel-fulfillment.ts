import { sql } from 'drizzle-orm';
import type { HistoryEntry } from '../../history/record-history.ts';
import { releaseUnits, type UnitsOfLine } from '../../stock/release-lines.repository.ts';
import { defineSubjectCommand, type Scope } from '../../write/command.ts';
import { fulfillmentSubject, type LockedFulfillment } from '../fulfillment.subject.ts';
import type { FulfillmentInput } from './fulfillment-input.ts';

export interface CancelFulfillmentInput extends FulfillmentInput {
  keepReservations?: boolean | null;
}

/**
 * Ends a fulfillment that was not shipped. What it was to take is free again or, if asked, kept for a new one
 * (`createFulfillment`). The order goes on.
 */
export const cancelFulfillment = defineSubjectCommand(
  'cancelFulfillment',
  fulfillmentSubject,
  async ({ target, ...scope }, input: CancelFulfillmentInput) => {
    const keepReservations = input.keepReservations === true;
    const units = keepReservations ? 0 : await release(scope, target);
    const released: HistoryEntry = {
      orderId: target.orderId,
      action: 'inventory_released',
      description: `${units} reserved units of ${target.number} were released.`,
      additionalData: { units, fulfillmentId: target.id },
    };
    return {
      result: { fulfillmentId: target.id },
      description: `${target.number} was cancelled${keepReservations ? '; its reservations are kept' : ''}.`,
      additionalData: { keepReservations },
      changes: {},
      also: units > 0 ? [released] : [],
    };
  },
);

async function release(scope: Scope, target: LockedFulfillment): Promise<number> {
  // What was reported short has been released or reserved elsewhere already.
  const lines = await scope.transaction.execute<UnitsOfLine & Record<string, unknown>>(sql`
    select order_item_id as "orderItemId", ${target.locationId} as "locationId",
      quantity - quantity_short as quantity
    from fulfillment_items where fulfillment_id = ${target.id}::uuid and quantity > quantity_short`);
  const { orderId } = target;
  const reason = 'fulfillment_cancelled' as const;
  return releaseUnits(
    scope.transaction,
    { orderId, performedById: scope.actor.userId, reason, now: scope.now },
    [...lines],
  );
}
