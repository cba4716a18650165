import type { CommandInput, FreeCommand } from '../../write/command.ts';
import { lockCustomer } from '../customer-lock.repository.ts';

export interface ExportCustomerDataInput extends CommandInput {
  customerId: string;
}

/** Changes nothing. What is exported is read for the payload, and so stored with no idempotency key. */
export const exportCustomerData: FreeCommand<ExportCustomerDataInput, { customerId: string }> = {
  name: 'exportCustomerData',
  permissions: ['customers.export'],
  async execute({ transaction }, { customerId }) {
    await lockCustomer(transaction, customerId, 'no key update');
    return { result: { customerId }, history: [] };
  },
};
