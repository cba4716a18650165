import { defineSubjectCommand } from '../../write/command.ts';
import { orderSubject } from '../order.subject.ts';
import type { OrderInput } from './order-input.ts';

/** Nothing is left to do. */
export const completeOrder = defineSubjectCommand(
  'completeOrder',
  orderSubject,
  async ({ target: order }, _input: OrderInput) => ({
    result: { orderId: order.id },
    description: 'The order was completed.',
  }),
);
