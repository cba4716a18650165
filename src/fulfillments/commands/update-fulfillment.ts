import type { PackingMaterial } from '../../db/tables/fulfillments.ts';
import { invalid } from '../../shared/errors.ts';
import { defineSubjectCommand } from '../../write/command.ts';
import { fulfillmentSubject } from '../fulfillment.subject.ts';
import type { FulfillmentInput } from './fulfillment-input.ts';

export interface UpdateFulfillmentInput extends FulfillmentInput {
  warehouseLocation?: string | null;
  boxSize?: string | null;
  weightGrams?: number | null;
  packingMaterials?: readonly PackingMaterial[] | null;
  carrier?: string | null;
}

const fields = ['warehouseLocation', 'boxSize', 'weightGrams', 'packingMaterials', 'carrier'] as const;

/** Corrects what is known of the box before it leaves. Null clears a field; what is left out stays. */
export const updateFulfillment = defineSubjectCommand(
  'updateFulfillment',
  fulfillmentSubject,
  async ({ target }, input: UpdateFulfillmentInput) => {
    const given = fields.filter((field) => input[field] !== undefined);
    if (given.length === 0) throw invalid(`Nothing to change: give one of ${fields.join(', ')}.`, []);
    const changes = Object.fromEntries(given.map((field) => [field, input[field]]));
    return {
      result: { fulfillmentId: target.id },
      description: `${target.number} was edited: ${given.join(', ')}.`,
      additionalData: { changes },
      changes,
    };
  },
);
