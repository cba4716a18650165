import { eq } from 'drizzle-orm';
import { fulfillmentItems } from '../../db/tables/fulfillments.ts';
import { orderItems } from '../../db/tables/orders.ts';
import { invalid, Refusal, UserError } from '../../shared/errors.ts';
import { defineSubjectCommand, type Scope } from '../../write/command.ts';
import { fulfillmentSubject } from '../fulfillment.subject.ts';
import type { FulfillmentInput } from './fulfillment-input.ts';

/** Everything is in the tote. Refused until every line is picked or reported short. */
export const completePicking = defineSubjectCommand(
  'completePicking',
  fulfillmentSubject,
  async ({ target, ...scope }, _input: FulfillmentInput) => {
    await refuseUnpicked(scope, target.id);
    return {
      result: { fulfillmentId: target.id },
      description: `Picking of ${target.number} was completed.`,
    };
  },
);

async function refuseUnpicked({ transaction }: Scope, fulfillmentId: string): Promise<void> {
  const lines = await transaction
    .select({
      sku: orderItems.sku,
      quantity: fulfillmentItems.quantity,
      picked: fulfillmentItems.quantityPicked,
      short: fulfillmentItems.quantityShort,
    })
    .from(fulfillmentItems)
    .innerJoin(orderItems, eq(orderItems.id, fulfillmentItems.orderItemId))
    .where(eq(fulfillmentItems.fulfillmentId, fulfillmentId))
    .orderBy(orderItems.position);
  if (lines.every((line) => line.short === line.quantity)) {
    throw invalid('Nothing was picked: cancel the fulfillment instead.', ['fulfillmentId']);
  }
  const missing = lines.filter((line) => line.picked + line.short < line.quantity);
  const errors = missing.map(({ sku, quantity, picked, short }) => {
    const left = quantity - picked - short;
    return new UserError(
      'VALIDATION',
      `${left} of ${quantity} of ${sku} are not picked: scan them, or report them short.`,
      ['fulfillmentId'],
    );
  });
  const [first, ...others] = errors;
  if (first) throw new Refusal(first, ...others);
}
