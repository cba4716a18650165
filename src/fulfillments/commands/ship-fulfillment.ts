import { sql } from 'drizzle-orm';
import { orders } from '../../db/tables/orders.ts';
import { invalid } from '../../shared/errors.ts';
import { consumeReservations } from '../../stock/consume.repository.ts';
import { defineSubjectCommand } from '../../write/command.ts';
import { fulfillmentSubject } from '../fulfillment.subject.ts';
import type { FulfillmentInput } from './fulfillment-input.ts';

export interface ShipFulfillmentInput extends FulfillmentInput {
  carrier: string;
  trackingNumber?: string | null;
}

/** The customer fetches it: the one carrier without a tracking number. */
export const pickup = 'PICKUP';

/** The goods leave: reservations are used up and on-hand falls in the same transaction. */
export const shipFulfillment = defineSubjectCommand(
  'shipFulfillment',
  fulfillmentSubject,
  async ({ target, transaction, actor, now }, input: ShipFulfillmentInput) => {
    const { carrier } = input;
    const trackingNumber = input.trackingNumber ?? null;
    if (carrier !== pickup && trackingNumber === null) {
      throw invalid(`A tracking number is needed unless the carrier is ${pickup}.`, ['trackingNumber']);
    }
    const units = await consumeReservations(transaction, {
      orderId: target.orderId,
      fulfillmentId: target.id,
      performedById: actor.userId,
      now,
    });
    await transaction
      .update(orders)
      .set({ unitsFulfilled: sql`${orders.unitsFulfilled} + ${units}`, version: sql`${orders.version} + 1` })
      .where(sql`${orders.id} = ${target.orderId}`);
    return {
      result: { fulfillmentId: target.id },
      description: `${target.number} was shipped with ${carrier}: ${units} units.`,
      additionalData: { carrier, trackingNumber, units },
      changes: { carrier, trackingNumber },
    };
  },
);
