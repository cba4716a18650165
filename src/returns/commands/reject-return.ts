import { eq } from 'drizzle-orm';
import { returnItems } from '../../db/tables/returns.ts';
import { defineSubjectCommand } from '../../write/command.ts';
import { returnSubject } from '../return.subject.ts';
import type { ReturnInput } from './return-input.ts';

export interface RejectReturnInput extends ReturnInput {
  reason: string;
}

/** Nothing is taken back, and the order goes on from where it was. The reason stays out of the history. */
export const rejectReturn = defineSubjectCommand(
  'rejectReturn',
  returnSubject,
  async ({ target, transaction }, input: RejectReturnInput) => {
    await transaction.update(returnItems).set({ refundMinor: 0 }).where(eq(returnItems.returnId, target.id));
    return {
      result: { returnId: target.id, orderId: target.orderId },
      description: 'The return was rejected.',
      additionalData: { returnId: target.id, returnStatus: 'rejected', returnStatusBefore: target.status },
      changes: { rejectReason: input.reason },
    };
  },
);
