import { and, eq, gt } from 'drizzle-orm';
import { fulfillmentItems } from '../../db/tables/fulfillments.ts';
import { defineSubjectCommand, type Scope } from '../../write/command.ts';
import { fulfillmentSubject } from '../fulfillment.subject.ts';
import type { FulfillmentInput } from './fulfillment-input.ts';

/** The goods have arrived; in part, where lines were short. */
export const deliverFulfillment = defineSubjectCommand(
  'deliverFulfillment',
  fulfillmentSubject,
  async ({ target, ...scope }, _input: FulfillmentInput) => {
    const short = await hasShortLines(scope, target.id);
    return {
      result: { fulfillmentId: target.id },
      status: short ? 'partially_fulfilled' : 'fulfilled',
      description: `${target.number} was delivered${short ? ', without what was short' : ''}.`,
    };
  },
);

async function hasShortLines({ transaction }: Scope, fulfillmentId: string): Promise<boolean> {
  const found = await transaction
    .select({ id: fulfillmentItems.id })
    .from(fulfillmentItems)
    .where(and(eq(fulfillmentItems.fulfillmentId, fulfillmentId), gt(fulfillmentItems.quantityShort, 0)))
    .limit(1);
  return found.length > 0;
}
