import type { CustomerKind } from '../../db/tables/enumerations.ts';
import { invalid } from '../../shared/errors.ts';
import type { CommandInput, FreeCommand } from '../../write/command.ts';
import { requireVersion } from '../../write/expected-version.ts';
import { lockCustomer, saveCustomer } from '../customer-lock.repository.ts';

export interface UpdateCustomerInput extends CommandInput {
  customerId: string;
  name?: string | null;
  kind?: CustomerKind | null;
  company?: string | null;
  email?: string | null;
  phone?: string | null;
}

/** What is left out stays as it is. */
export const updateCustomer: FreeCommand<UpdateCustomerInput, { customerId: string }> = {
  name: 'updateCustomer',
  permissions: ['customers.edit'],
  async execute({ transaction }, input) {
    const { customerId, name, kind, company, email, phone } = input;
    if (name === null) throw invalid('A customer needs a name.', ['name']);
    if (kind === null) throw invalid('A customer needs a kind.', ['kind']);
    const customer = await lockCustomer(transaction, customerId, 'no key update');
    requireVersion('Customer', customer, input);
    if (customer.erasedAt !== null) throw invalid('The customer was erased.', ['customerId']);
    await saveCustomer(transaction, customerId, { name, kind, company, email, phone });
    return { result: { customerId }, history: [] };
  },
};
