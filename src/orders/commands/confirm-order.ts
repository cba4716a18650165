import { defineSubjectCommand, type CommandInput, type Scope } from '../../write/command.ts';
import { createFulfillmentsForReservations } from '../fulfillment-creation.repository.ts';
import { keepReservations } from '../kept-reservations.repository.ts';
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
  async ({ target: order, ...scope }, _input: ConfirmOrderInput) => ({
    result: { orderId: order.id },
    ...(await prepareConfirmation(scope, order.id)),
  }),
);
