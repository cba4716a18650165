import { cancelItems } from '../../orders/cancelled-items.repository.ts';
import { keepReservations } from '../../orders/kept-reservations.repository.ts';
import type { OrderRow } from '../../orders/order.repository.ts';
import { lockOrder } from '../../orders/order.subject.ts';
import { findUnplannedUnits } from '../../orders/unplanned.repository.ts';
import { releaseUnits, type UnitsOfLine } from '../../stock/release-lines.repository.ts';
import {
  defineSubjectCommand,
  type CommandInput,
  type Outcome,
  type Scope,
  type Subject,
} from '../../write/command.ts';
import { findExpired } from '../expired.repository.ts';
import type { ReservationRow } from '../reservation.repository.ts';
import { reservedOrderSubject } from '../reservation.subject.ts';
import { reservationWorkflow } from '../reservation.workflow.ts';

export interface ReleaseExpiredOfOrderInput extends CommandInput {
  orderId: string;
}

export interface ReleasedOfOrder extends Record<string, string | number | boolean | null> {
  /** Null where nothing was past its time: somebody was faster. */
  orderId: string | null;
  units: number;
  cancelled: boolean;
}

/** An order with reservations past their time, once it is locked. */
interface OrderWithExpired extends OrderRow {
  readonly expired: readonly ReservationRow[];
}

const subject: Subject<OrderWithExpired> = {
  ...reservedOrderSubject,
  workflow: reservationWorkflow,
  async lock(transaction, actor, id) {
    const locked = await lockOrder(transaction, actor, id);
    if (!locked) return undefined;
    // Whoever held the lock may have extended, shipped or released them.
    const expired = await findExpired(transaction, id, locked.now);
    return expired.length > 0 ? { target: { ...locked.target, expired }, now: locked.now } : undefined;
  },
};

/**
 * Releases what is past its time of one order. An order that nobody has confirmed ends with that; of the others
 * only those units go that no open fulfillment will take.
 */
export const releaseExpiredOfOrder = {
  ...defineSubjectCommand<ReleaseExpiredOfOrderInput, ReleasedOfOrder, OrderWithExpired>(
    'releaseExpiredReservations',
    subject,
    async ({ target, ...scope }) => {
      const units = await releaseExpiredUnits(scope, target);
      return target.status === 'pending'
        ? cancelForExpiry(scope, target, units)
        : {
            result: { orderId: target.id, units, cancelled: false },
            description:
              units > 0
                ? `${units} reserved units were released: their reservation had expired.`
                : 'What had expired is kept after all: an open fulfillment will take it.',
            additionalData: { units, reason: 'reservation_expired' },
            changes: {},
          };
    },
  ),
  whenNone: { orderId: null, units: 0, cancelled: false },
};

async function releaseExpiredUnits(scope: Scope, { id, expired }: OrderWithExpired): Promise<number> {
  const key = (units: { orderItemId: string; locationId: string }) =>
    `${units.orderItemId}/${units.locationId}`;
  const unplanned = await findUnplannedUnits(scope.transaction, id);
  const free = new Map(unplanned.map((units) => [key(units), units.quantity]));
  const lines: UnitsOfLine[] = [];
  const needed: string[] = [];
  for (const reservation of expired) {
    const { orderItemId, locationId, quantityRemaining } = reservation;
    const left = free.get(key(reservation)) ?? 0;
    const quantity = Math.min(left, quantityRemaining);
    free.set(key(reservation), left - quantity);
    if (quantity > 0) lines.push({ orderItemId, locationId, quantity, reservationId: reservation.id });
    if (quantity < quantityRemaining) needed.push(reservation.id);
  }
  if (needed.length > 0) await keepReservations(scope.transaction, id, needed);
  if (lines.length === 0) return 0;
  const { transaction, actor, now } = scope;
  return releaseUnits(
    transaction,
    { orderId: id, performedById: actor.userId, reason: 'expired', now },
    lines,
  );
}

async function cancelForExpiry(
  scope: Scope,
  { id }: OrderWithExpired,
  expiredUnits: number,
): Promise<Outcome<ReleasedOfOrder>> {
  const units = expiredUnits + (await cancelItems(scope, id));
  return {
    result: { orderId: id, units, cancelled: true },
    description: 'The order was cancelled: its reservation expired before it was confirmed.',
    additionalData: { reason: 'reservation_expired' },
    changes: { cancelReason: 'The reservation expired.', unitsOrdered: 0 },
    also: [
      {
        orderId: id,
        action: 'inventory_released',
        description: `${units} reserved units were released.`,
        additionalData: { units, expiredUnits },
      },
    ],
  };
}
