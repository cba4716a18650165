import { and, eq, inArray, sql } from 'drizzle-orm';
import { orderFulfillments } from '../../db/tables/fulfillments.ts';
import { defineSubjectCommand, type CommandInput, type Scope } from '../../write/command.ts';
import { cancelItems } from '../cancelled-items.repository.ts';
import { orderSubject } from '../order.subject.ts';
import type { HistoryEntry } from '../../history/record-history.ts';
import type { OrderRow } from '../order.repository.ts';

export interface CancelOrderInput extends CommandInput {
  orderId: string;
  reason?: string | null;
}

const open = ['pending', 'picking', 'packing', 'ready_to_ship'] as const;

/** Ends an order that has not left the house: its open fulfillments end with it, its stock is free again. */
export const cancelOrder = defineSubjectCommand(
  'cancelOrder',
  orderSubject,
  async ({ target: order, ...scope }, input: CancelOrderInput) => {
    const cancelled = await cancelFulfillments(scope, order);
    const units = await cancelItems(scope, order.id);
    const released: HistoryEntry = {
      orderId: order.id,
      action: 'inventory_released',
      description: `${units} reserved units were released.`,
      additionalData: { units },
    };
    return {
      result: { orderId: order.id },
      description: 'The order was cancelled.',
      // Nothing was shipped (the workflow sees to that), so nothing is left to fulfil.
      changes: {
        cancelReason: input.reason ?? null,
        unitsOrdered: 0,
        holdReason: null,
        heldAt: null,
        heldById: null,
      },
      also: units > 0 ? [...cancelled, released] : cancelled,
    };
  },
);

async function cancelFulfillments({ transaction }: Scope, order: OrderRow): Promise<HistoryEntry[]> {
  const condition = and(
    eq(orderFulfillments.orderId, order.id),
    inArray(orderFulfillments.status, [...open]),
  );
  const before = await transaction
    .select({ id: orderFulfillments.id, number: orderFulfillments.number, status: orderFulfillments.status })
    .from(orderFulfillments)
    .where(condition);
  if (before.length === 0) return [];
  await transaction
    .update(orderFulfillments)
    .set({ status: 'cancelled', version: sql`${orderFulfillments.version} + 1` })
    .where(condition);
  return before.map(({ id, number, status }) => ({
    orderId: order.id,
    fulfillmentId: id,
    action: 'cancelled',
    oldStatus: status,
    newStatus: 'cancelled',
    description: `Fulfillment ${number} was cancelled with its order.`,
  }));
}
