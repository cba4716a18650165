import { defineSubjectCommand } from '../../write/command.ts';
import { orderSubject } from '../order.subject.ts';
import type { OrderInput } from './order-input.ts';

export interface HoldOrderInput extends OrderInput {
  reason: string;
}

/**
 * Stops the warehouse: nothing of the order is picked or shipped until the hold is released. The reason stays on
 * the order and out of the history: people write names into it, and the history is never changed.
 */
export const holdOrder = defineSubjectCommand(
  'holdOrder',
  orderSubject,
  async ({ target: order, actor, now }, input: HoldOrderInput) => ({
    result: { orderId: order.id },
    description: 'The order was put on hold.',
    additionalData: { onHold: true },
    changes: { holdReason: input.reason, heldAt: now, heldById: actor.userId },
  }),
);
