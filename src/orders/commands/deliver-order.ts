import { and, asc, eq, sql } from 'drizzle-orm';
import { orderFulfillments } from '../../db/tables/fulfillments.ts';
import type { HistoryEntry } from '../../history/record-history.ts';
import { defineSubjectCommand, type Scope } from '../../write/command.ts';
import { orderSubject } from '../order.subject.ts';
import type { OrderRow } from '../order.repository.ts';
import type { OrderInput } from './order-input.ts';

/** All has arrived: the order, and with it every fulfillment that is still on its way. */
export const deliverOrder = defineSubjectCommand(
  'deliverOrder',
  orderSubject,
  async ({ target: order, ...scope }, _input: OrderInput) => ({
    result: { orderId: order.id },
    description: 'The order was delivered.',
    also: await deliverFulfillments(scope, order),
  }),
);

async function deliverFulfillments({ transaction, now }: Scope, order: OrderRow): Promise<HistoryEntry[]> {
  const underway = and(eq(orderFulfillments.orderId, order.id), eq(orderFulfillments.status, 'shipped'));
  const before = await transaction
    .select({ id: orderFulfillments.id, number: orderFulfillments.number })
    .from(orderFulfillments)
    .where(underway)
    .orderBy(asc(orderFulfillments.number));
  if (before.length === 0) return [];
  const after = await transaction
    .update(orderFulfillments)
    .set({
      // What was short was never shipped.
      status: sql`case when exists (
          select from fulfillment_items item
          where item.fulfillment_id = ${orderFulfillments.id} and item.quantity_short > 0
        ) then 'partially_fulfilled'::fulfillment_status else 'fulfilled'::fulfillment_status end`,
      deliveredAt: now,
      version: sql`${orderFulfillments.version} + 1`,
    })
    .where(underway)
    .returning({ id: orderFulfillments.id, status: orderFulfillments.status });
  const statuses = new Map(after.map(({ id, status }) => [id, status]));
  return before.map(({ id, number }) => ({
    orderId: order.id,
    fulfillmentId: id,
    action: 'delivered',
    oldStatus: 'shipped',
    newStatus: statuses.get(id)!,
    description: `${number} was delivered with its order.`,
  }));
}
