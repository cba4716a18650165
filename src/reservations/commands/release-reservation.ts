import { findUnplannedUnits } from '../../orders/unplanned.repository.ts';
import { invalid } from '../../shared/errors.ts';
import { releaseUnits } from '../../stock/release-lines.repository.ts';
import { defineSubjectCommand, type CommandInput } from '../../write/command.ts';
import { requireActive, reservationSubject } from '../reservation.subject.ts';

export interface ReleaseReservationInput extends CommandInput {
  reservationId: string;
  /** Left out: all that it still holds. */
  quantity?: number | null;
}

/** Gives units back by hand. Those that an open fulfillment will take stay: shipping it counts on them. */
export const releaseReservation = defineSubjectCommand(
  'releaseReservation',
  reservationSubject,
  async ({ target, transaction, actor, now }, input: ReleaseReservationInput) => {
    requireActive('releaseReservation', target);
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
      const message = `An open fulfillment will take the units, all but ${free} of them: cancel it first.`;
      throw invalid(message, ['reservationId']);
    }
    const units = await releaseUnits(
      transaction,
      { orderId: target.id, performedById: actor.userId, reason: 'released', now },
      [{ orderItemId, locationId, quantity, reservationId: id }],
    );
    return {
      result: { orderId: target.id, reservationId: id },
      description: `${units} reserved units were released.`,
      additionalData: { units, reservationId: id },
      changes: {},
    };
  },
);
