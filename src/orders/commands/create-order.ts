import type { Channel } from '../../db/tables/enumerations.ts';
import { invalid } from '../../shared/errors.ts';
import type { CommandInput, FreeCommand } from '../../write/command.ts';
import { discountFrom, type DiscountInput } from '../discount.ts';
import { resolveLines, type RequestedLine } from '../order-lines.ts';
import {
  checkTillSale,
  completeTillSale,
  requireTakenAway,
  type TillPayment,
} from '../till-sale.repository.ts';
import { placeOrder, type NewOrder } from '../place-order.repository.ts';

export interface CreateOrderInput extends CommandInput, Omit<NewOrder, 'customerId' | 'discount'> {
  channel: Channel;
  customerId?: string | null;
  lines: readonly RequestedLine[];
  discount?: DiscountInput | null;
  /** Sold at a till: paid, handed over and completed at once. */
  takeAway?: boolean | null;
  payment?: TillPayment | null;
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
    if (input.takeAway) checkTillSale(order, input.payment);
    else if (input.payment)
      throw invalid('Only what is taken away is paid here: record the payment after.', ['payment']);
    const lines = await resolveLines(scope.transaction, order, input.lines);
    const placed = await placeOrder(scope, order, lines);
    if (input.takeAway && placed.existed) await requireTakenAway(scope, placed);
    const isSold = input.takeAway && !placed.existed;
    const sold = isSold ? await completeTillSale(scope, placed, input.payment ?? { method: 'cash' }) : [];
    return { result: { orderId: placed.id }, history: [...placed.history, ...sold] };
  },
};
