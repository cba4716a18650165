import { defineSubjectCommand } from '../../write/command.ts';
import { orderSubject } from '../order.subject.ts';
import type { OrderInput } from './order-input.ts';

/** Work on the order has begun, though nobody has started to pick on a screen. */
export const startProcessing = defineSubjectCommand(
  'startProcessing',
  orderSubject,
  async ({ target: order }, _input: OrderInput) => ({
    result: { orderId: order.id },
    description: 'Processing was started by hand.',
  }),
);
