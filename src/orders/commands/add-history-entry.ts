import { defineSubjectCommand } from '../../write/command.ts';
import { orderSubject } from '../order.subject.ts';
import type { OrderInput } from './order-input.ts';

export interface AddHistoryEntryInput extends OrderInput {
  description: string;
}

/**
 * Something that happened outside the system. It is always `edited` and marked as manual: an entry by hand that
 * said `shipped` would count in the figures and tell subscribers of what never happened.
 */
export const addHistoryEntry = defineSubjectCommand(
  'addHistoryEntry',
  orderSubject,
  async ({ target: order }, input: AddHistoryEntryInput) => ({
    result: { orderId: order.id },
    description: input.description,
    additionalData: { manual: true },
  }),
);
