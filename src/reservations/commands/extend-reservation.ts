import { eq } from 'drizzle-orm';
import { inventoryReservations } from '../../db/tables/inventory-reservations.ts';
import { invalid } from '../../shared/errors.ts';
import { defineSubjectCommand, type CommandInput } from '../../write/command.ts';
import { requireActive, reservationSubject } from '../reservation.subject.ts';

export interface ExtendReservationInput extends CommandInput {
  reservationId: string;
  /** Null: it no longer lapses. */
  expiresAt?: string | null;
}

/** Moves the moment at which a reservation lapses. */
export const extendReservation = defineSubjectCommand(
  'extendReservation',
  reservationSubject,
  async ({ target, transaction, now }, input: ExtendReservationInput) => {
    requireActive('extendReservation', target);
    const { reservation } = target;
    const expiresAt = input.expiresAt ?? null;
    if (expiresAt !== null && Date.parse(expiresAt) <= Date.parse(now)) {
      throw invalid('expiresAt must be in the future: to end a reservation, release it.', ['expiresAt']);
    }
    await transaction
      .update(inventoryReservations)
      .set({ expiresAt })
      .where(eq(inventoryReservations.id, reservation.id));
    return {
      result: { orderId: target.id, reservationId: reservation.id },
      description: `A reservation of ${reservation.quantityRemaining} units ${expiresAt === null ? 'no longer lapses' : `was extended to ${expiresAt}`}.`,
      additionalData: {
        reservationId: reservation.id,
        expiresAt,
        expiredBeforeAt: reservation.expiresAt,
      },
      changes: {},
    };
  },
);
