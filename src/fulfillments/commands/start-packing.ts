import { invalid } from '../../shared/errors.ts';
import { defineSubjectCommand } from '../../write/command.ts';
import { fulfillmentSubject } from '../fulfillment.subject.ts';
import type { FulfillmentInput } from './fulfillment-input.ts';

/** The tote is on the packing table: stamps the time within PACKING. */
export const startPacking = defineSubjectCommand(
  'startPacking',
  fulfillmentSubject,
  async ({ target, now }, _input: FulfillmentInput) => {
    if (target.packingStartedAt !== null) {
      throw invalid(`Packing of ${target.number} has started already.`, ['fulfillmentId']);
    }
    return {
      result: { fulfillmentId: target.id },
      description: `Packing of ${target.number} started.`,
      changes: { packingStartedAt: now },
    };
  },
);
