import { and, eq } from 'drizzle-orm';
import type { Actor } from '../auth/actor.ts';
import type { Executor } from '../db/driver/database.ts';
import { inventoryReservations } from '../db/tables/inventory-reservations.ts';
import type { OrderRow } from '../orders/order.repository.ts';
import { followFulfillments, lockOrder, orderSubject } from '../orders/order.subject.ts';
import { InvalidTransitionError, Refusal } from '../shared/errors.ts';
import type { Subject } from '../write/command.ts';
import type { ReservationRow } from './reservation.repository.ts';
import { reservationWorkflow } from './reservation.workflow.ts';

/** The order whose reservations are changed. Without what was kept, its fulfillments may take it further. */
export const reservedOrderSubject: Subject<OrderRow> = {
  ...orderSubject,
  follow: followFulfillments,
};

/** A reservation under the lock of its order; version and status are the order's. */
export interface LockedReservation extends OrderRow {
  readonly reservation: ReservationRow;
}

async function lockReservation(
  transaction: Executor,
  actor: Actor,
  id: string,
): Promise<{ target: LockedReservation; now: string } | undefined> {
  const condition = eq(inventoryReservations.id, id);
  const [found] = await transaction
    .select({ orderId: inventoryReservations.orderId })
    .from(inventoryReservations)
    .where(condition);
  const locked = found && (await lockOrder(transaction, actor, found.orderId));
  if (!locked) return undefined;
  const [reservation] = await transaction
    .select()
    .from(inventoryReservations)
    .where(and(condition, eq(inventoryReservations.orderId, locked.target.id)));
  return reservation && { target: { ...locked.target, reservation }, now: locked.now };
}

export const reservationSubject: Subject<LockedReservation> = {
  ...reservedOrderSubject,
  workflow: reservationWorkflow,
  inputField: 'reservationId',
  foundBy: 'Reservation',
  lock: lockReservation,
};

/** Nothing is left to do with what was shipped or given back. */
export function requireActive(command: string, { reservation }: LockedReservation): void {
  if (reservation.isActive) return;
  const status = reservation.fulfilledAt === null ? 'released' : 'fulfilled';
  throw new Refusal(
    new InvalidTransitionError({ subject: 'Reservation', status, path: ['reservationId'] }, command, []),
  );
}
