import { customers } from '../../db/tables/customers.ts';
import type { CustomerKind } from '../../db/tables/enumerations.ts';
import type { CommandInput, FreeCommand } from '../../write/command.ts';

export interface CreateCustomerInput extends CommandInput {
  name: string;
  kind: CustomerKind;
  company?: string | null;
  email?: string | null;
  phone?: string | null;
}

/** Two customers may share an e-mail address, such as two people of one company: it is no key. */
export const createCustomer: FreeCommand<CreateCustomerInput, { customerId: string }> = {
  name: 'createCustomer',
  permissions: ['customers.edit'],
  async execute({ transaction }, { name, kind, company, email, phone }) {
    const [customer] = await transaction
      .insert(customers)
      .values({ name, kind, company, email, phone })
      .returning({ id: customers.id });
    return { result: { customerId: customer!.id }, history: [] };
  },
};
