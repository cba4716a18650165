import { defineSubjectCommand } from '../../write/command.ts';
import { fulfillmentSubject } from '../fulfillment.subject.ts';
import type { FulfillmentInput } from './fulfillment-input.ts';

/** The goods have arrived. */
export const deliverFulfillment = defineSubjectCommand(
  'deliverFulfillment',
  fulfillmentSubject,
  async ({ target }, _input: FulfillmentInput) => ({
    result: { fulfillmentId: target.id },
    description: `${target.number} was delivered.`,
  }),
);
