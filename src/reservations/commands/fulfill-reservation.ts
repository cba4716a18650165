import { sql } from 'drizzle-orm';
import { orders } from '../../db/tables/orders.ts';
import { findUnplannedUnits } from '../../orders/unplanned.repository.ts';
import { invalid } from '../../shared/errors.ts';
import { consumeReservation } from '../../stock/consume-one.repository.ts';
import { defineSubjectCommand, type CommandInput } from '../../write/command.ts';
import { fulfilledReservationSubject } from '../fulfilled-reservation.subject.ts';
import { requireActive } from '../reservation.subject.ts';

export interface FulfillReservationInput extends CommandInput {
  reservationId: string;
  /** Left out: all that it still holds. */
  quantity?: number | null;
}

/** Units leave the house past the warehouse's screens. Those that an open fulfillment will take are not at hand. */
export const fulfillReservation = defineSubjectCommand(
  'fulfillReservation',
  fulfilledReservationSubject,
  async ({ target, transaction, actor, now }, input: FulfillReservationInput) => {
    requireActive('fulfillReservation', target);
    const { id, orderItemId, locationId, quantityRemaining } = target.reservation;
    const quantity = input.quantity ?? quantityRemaining;
    if (quantity > quantityRemaining) {
      throw invalid(`The reservation holds ${quantityRemaining} units.`, ['quantity']);
    }
    const unplanned = (await findUnplannedUnits(transaction, target.id)).find(
      (each) => each.orderItemId === orderItemId && each.locationId === locationId,
    );
    const free = unplanned?.quantity ?? 0;
    if (quantity > free) {
      const message = `An open fulfillment will take the units, all but ${free} of them: cancel it first and keep its reservations.`;
      throw invalid(message, ['reservationId']);
    }
    await consumeReservation(transaction, {
      reservationId: id,
      quantity,
      performedById: actor.userId,
      now,
    });
    return {
      result: { orderId: target.id, reservationId: id },
      description: `${quantity} reserved units were handed over by hand.`,
      additionalData: { units: quantity, reservationId: id },
      changes: { unitsFulfilled: sql`${orders.unitsFulfilled} + ${quantity}` },
    };
  },
);
