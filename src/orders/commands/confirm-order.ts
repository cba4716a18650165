import { defineSubjectCommand, type CommandInput } from '../../write/command.ts';
import { createFulfillmentsForReservations } from '../fulfillment-creation.repository.ts';
import { keepReservations } from '../kept-reservations.repository.ts';
import { orderSubject } from '../order.subject.ts';

export interface ConfirmOrderInput extends CommandInput {
  orderId: string;
}

/** Accepts an order: one fulfillment for each location that holds its reservations. */
export const confirmOrder = defineSubjectCommand(
  'confirmOrder',
  orderSubject,
  async ({ transaction, target: order, now }, _input: ConfirmOrderInput) => {
    const fulfillments = await createFulfillmentsForReservations(transaction, order.id, now);
    await keepReservations(transaction, order.id);
    const numbers = fulfillments.map(({ number }) => number);
    return {
      result: { orderId: order.id },
      description: `The order was confirmed with ${numbers.length} fulfillments.`,
      additionalData: { fulfillments: numbers },
      also: fulfillments.map(({ id, number, locationCode }) => ({
        orderId: order.id,
        fulfillmentId: id,
        action: 'status_changed' as const,
        oldStatus: null,
        newStatus: 'pending',
        description: `Fulfillment ${number} was created at ${locationCode}.`,
      })),
    };
  },
);
