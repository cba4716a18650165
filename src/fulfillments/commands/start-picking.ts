import { defineSubjectCommand } from '../../write/command.ts';
import { fulfillmentSubject } from '../fulfillment.subject.ts';
import type { FulfillmentInput } from './fulfillment-input.ts';

/** A picker sets out. Whoever starts it is put in charge, unless somebody is already. */
export const startPicking = defineSubjectCommand(
  'startPicking',
  fulfillmentSubject,
  async ({ target, actor }, _input: FulfillmentInput) => ({
    result: { fulfillmentId: target.id },
    description: `Picking of ${target.number} started.`,
    changes: { assignedToId: target.assignedToId ?? actor.userId },
  }),
);
