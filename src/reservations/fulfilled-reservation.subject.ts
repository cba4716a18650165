import { sql } from 'drizzle-orm';
import type { OrderStatus } from '../db/tables/enumerations.ts';
import type { HistoryEntry } from '../history/record-history.ts';
import type { OrderRow } from '../orders/order.repository.ts';
import { followFulfillments, saveOrder } from '../orders/order.subject.ts';
import type { Scope, Subject } from '../write/command.ts';
import { reservationSubject, type LockedReservation } from './reservation.subject.ts';

/** A reservation that is used up by hand: with the last unit the order is shipped, fulfillments or none. */
export const fulfilledReservationSubject: Subject<LockedReservation> = {
  ...reservationSubject,
  async follow(scope, order) {
    const entries = await followFulfillments(scope, order);
    return [...entries, ...(await followUnits(scope, order, entries))];
  },
};

async function followUnits(
  scope: Scope,
  order: OrderRow,
  followed: readonly HistoryEntry[],
): Promise<HistoryEntry[]> {
  const status = (followed.at(-1)?.newStatus ?? order.status) as OrderStatus;
  if (status === 'shipped' || status === 'delivered') return [];
  const [row] = await scope.transaction.execute<{ isAllOut: boolean }>(sql`
    select units_fulfilled = units_ordered and not exists (
      select from order_fulfillments
      where order_id = orders.id and status in ('pending', 'picking', 'packing', 'ready_to_ship')
    ) as "isAllOut"
    from orders where id = ${order.id}::uuid`);
  if (!row!.isAllOut) return [];
  await saveOrder(scope, { id: order.id, status }, 'shipped', {});
  return [
    {
      orderId: order.id,
      action: 'shipped',
      oldStatus: status,
      newStatus: 'shipped',
      description: 'Everything was handed over.',
    },
  ];
}
