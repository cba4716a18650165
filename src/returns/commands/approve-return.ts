import { defineSubjectCommand } from '../../write/command.ts';
import { returnSubject } from '../return.subject.ts';
import type { ReturnInput } from './return-input.ts';

/** The customer may send it. The order waits for it as before. */
export const approveReturn = defineSubjectCommand(
  'approveReturn',
  returnSubject,
  async ({ target }, _input: ReturnInput) => ({
    result: { returnId: target.id, orderId: target.orderId },
    description: 'The return was approved.',
    additionalData: { returnId: target.id, returnStatus: 'approved', returnStatusBefore: target.status },
  }),
);
