import { defineSubjectCommand } from '../../write/command.ts';
import { orderSubject } from '../order.subject.ts';
import type { OrderInput } from './order-input.ts';

/** Lets the warehouse go on. */
export const releaseHold = defineSubjectCommand(
  'releaseHold',
  orderSubject,
  async ({ target: order }, _input: OrderInput) => ({
    result: { orderId: order.id },
    description: 'The hold was released.',
    additionalData: { onHold: false },
    changes: { holdReason: null, heldAt: null, heldById: null },
  }),
);
