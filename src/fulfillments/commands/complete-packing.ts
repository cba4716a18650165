import type { PackingMaterial } from '../../db/tables/fulfillments.ts';
import { defineSubjectCommand } from '../../write/command.ts';
import { fulfillmentSubject } from '../fulfillment.subject.ts';
import type { FulfillmentInput } from './fulfillment-input.ts';

export interface CompletePackingInput extends FulfillmentInput {
  boxSize?: string | null;
  weightGrams?: number | null;
  packingMaterials?: readonly PackingMaterial[] | null;
}

/** The box is closed. Packing that nobody started started just now. */
export const completePacking = defineSubjectCommand(
  'completePacking',
  fulfillmentSubject,
  async ({ target, now }, input: CompletePackingInput) => ({
    result: { fulfillmentId: target.id },
    description: `${target.number} was packed.`,
    changes: {
      packingStartedAt: target.packingStartedAt ?? now,
      boxSize: input.boxSize ?? target.boxSize,
      weightGrams: input.weightGrams ?? target.weightGrams,
      packingMaterials: input.packingMaterials ?? target.packingMaterials,
    },
  }),
);
