import { findUnplannedUnits } from '../../orders/unplanned.repository.ts';
import { invalid } from '../../shared/errors.ts';
import { releaseUnits } from '../../stock/release-lines.repository.ts';
import { defineSubjectCommand, type CommandInput } from '../../write/command.ts';
import { reservedOrderSubject } from '../reservation.subject.ts';

export interface ReleaseOrderReservationsInput extends CommandInput {
  orderId: string;
}

/** Gives back all that is reserved for an order and that no open fulfillment will take. */
export const releaseOrderReservations = defineSubjectCommand(
  'releaseOrderReservations',
  reservedOrderSubject,
  async ({ target: order, transaction, actor, now }, _input: ReleaseOrderReservationsInput) => {
    const unplanned = await findUnplannedUnits(transaction, order.id);
    if (unplanned.length === 0) {
      throw invalid('Nothing is reserved but for open fulfillments: cancel those first.', ['orderId']);
    }
    const units = await releaseUnits(
      transaction,
      { orderId: order.id, performedById: actor.userId, reason: 'released', now },
      unplanned,
    );
    return {
      result: { orderId: order.id },
      description: `${units} reserved units were released.`,
      additionalData: { units },
      changes: {},
    };
  },
);
