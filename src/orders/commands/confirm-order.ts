import { Refusal, UserError } from '../../shared/errors.ts';
import { defineSubjectCommand, type CommandInput, type Scope } from '../../write/command.ts';
import { createFulfillmentsForReservations } from '../fulfillment-creation.repository.ts';
import { keepReservations } from '../kept-reservations.repository.ts';
import { findUnreservedLines } from '../unreserved.repository.ts';
import { orderSubject } from '../order.subject.ts';

export interface ConfirmOrderInput extends CommandInput {
  orderId: string;
}

/** What confirming a locked order does beside its status: one fulfillment for each location with its reservations. */
export async function prepareConfirmation({ transaction, now }: Scope, orderId: string) {
  const fulfillments = await createFulfillmentsForReservations(transaction, orderId, now);
  await keepReservations(transaction, orderId);
  const numbers = fulfillments.map(({ number }) => number);
  return {
    description: `The order was confirmed with ${numbers.length} fulfillments.`,
    additionalData: { fulfillments: numbers },
    also: fulfillments.map(({ id, number, locationCode }) => ({
      orderId,
      fulfillmentId: id,
      action: 'status_changed' as const,
      oldStatus: null,
      newStatus: 'pending',
      description: `Fulfillment ${number} was created at ${locationCode}.`,
    })),
  };
}

/** Accepts an order. */
export const confirmOrder = defineSubjectCommand(
  'confirmOrder',
  orderSubject,
  async ({ target: order, ...scope }, _input: ConfirmOrderInput) => {
    await refuseUnreserved(scope, order.id);
    return { result: { orderId: order.id }, ...(await prepareConfirmation(scope, order.id)) };
  },
);

/** What was released meanwhile, by hand, would be promised without being there. */
async function refuseUnreserved({ transaction }: Scope, orderId: string): Promise<void> {
  const errors = (await findUnreservedLines(transaction, orderId)).map(({ sku, quantity, reserved }) => {
    const message = `Of ${quantity} of ${sku} only ${reserved} are reserved: use reserveInventory or editOrder first.`;
    return new UserError('VALIDATION', message, ['orderId']);
  });
  const [first, ...others] = errors;
  if (first) throw new Refusal(first, ...others);
}
