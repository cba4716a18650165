import type { Channel } from '../../db/tables/enumerations.ts';
import { invalid } from '../../shared/errors.ts';
import type { CommandInput, FreeCommand } from '../../write/command.ts';
import { discountFrom, type DiscountInput } from '../discount.ts';
import { resolveLines, type RequestedLine } from '../order-lines.ts';
import { placeOrder, type NewOrder } from '../place-order.repository.ts';

export interface CreateOrderInput extends CommandInput, Omit<NewOrder, 'customerId' | 'discount'> {
  channel: Channel;
  customerId?: string | null;
  lines: readonly RequestedLine[];
  discount?: DiscountInput | null;
}

/** Places an order at the customer's prices and reserves every line, or fails whole with what is short. */
export const createOrder: FreeCommand<CreateOrderInput, { orderId: string }> = {
  name: 'createOrder',
  permissions: ['orders.create'],
  async execute(scope, input) {
    const { reservationExpiresAt } = input;
    if (reservationExpiresAt && Date.parse(reservationExpiresAt) <= Date.parse(scope.now)) {
      throw invalid('reservationExpiresAt must be in the future.', ['reservationExpiresAt']);
    }
    if (input.contact && input.customerId) {
      throw invalid('The order has a customer: leave contact out, or customerId for a guest.', ['contact']);
    }
    const order: NewOrder = {
      ...input,
      customerId: input.customerId ?? null,
      discount: discountFrom(input.discount),
    };
    const lines = await resolveLines(scope.transaction, order, input.lines);
    const { id, history } = await placeOrder(scope, order, lines);
    return { result: { orderId: id }, history };
  },
};
