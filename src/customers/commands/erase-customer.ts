import { invalid } from '../../shared/errors.ts';
import type { CommandInput, FreeCommand } from '../../write/command.ts';
import { findOrdersUnderWay, forgetAccounts, forgetCustomer, forgetOnOrders } from '../erasure.repository.ts';
import { lockCustomer } from '../customer-lock.repository.ts';

export interface EraseCustomerInput extends CommandInput {
  customerId: string;
}

/** So many orders are named where the erasure is refused for them. */
const ordersNamed = 10;

/**
 * Removes the person, keeps orders, money and audit; docs/decisions/0006-people.md says what that means for each
 * table, and why it is one transaction without the orders' advisory locks.
 */
export const eraseCustomer: FreeCommand<EraseCustomerInput, { customerId: string }> = {
  name: 'eraseCustomer',
  permissions: ['customers.erase'],
  async execute({ transaction, now }, { customerId }) {
    const customer = await lockCustomer(transaction, customerId, 'update');
    const result = { customerId };
    if (customer.erasedAt !== null) return { result, history: [] };
    const underWay = await findOrdersUnderWay(transaction, customerId, ordersNamed + 1);
    if (underWay.length > 0) {
      const named = underWay.slice(0, ordersNamed).join(', ');
      const more = underWay.length > ordersNamed ? ' and others' : '';
      const message = `These orders are under way: ${named}${more}. Deliver or cancel them, and settle returns that were requested, then erase the customer.`;
      throw invalid(message, ['customerId']);
    }
    const orderIds = await forgetOnOrders(transaction, customerId);
    await forgetAccounts(transaction, customerId);
    await forgetCustomer(transaction, customerId, now);
    // Without a status: the entry says nothing of it, whatever else happens to the order at the same time.
    const history = orderIds.map((orderId) => ({
      orderId,
      action: 'edited' as const,
      description: 'The customer’s personal data was erased.',
    }));
    return { result, history };
  },
};
