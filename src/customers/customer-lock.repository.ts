import { eq, sql } from 'drizzle-orm';
import type { Executor } from '../db/driver/database.ts';
import { customers } from '../db/tables/customers.ts';
import { notFound } from '../shared/errors.ts';
import type { CustomerRow } from './customer.repository.ts';

/**
 * The customer, locked. `update` keeps out new orders too, since their foreign key needs the customer's row;
 * `no key update` does not.
 */
export async function lockCustomer(
  transaction: Executor,
  customerId: string,
  strength: 'update' | 'no key update',
): Promise<CustomerRow> {
  const [customer] = await transaction
    .select()
    .from(customers)
    .where(eq(customers.id, customerId))
    .for(strength);
  if (!customer) throw notFound(`Customer ${customerId}`, ['customerId']);
  return customer;
}

export async function saveCustomer(
  transaction: Executor,
  customerId: string,
  changes: Partial<typeof customers.$inferInsert>,
): Promise<void> {
  await transaction
    .update(customers)
    .set({ ...changes, version: sql`${customers.version} + 1` })
    .where(eq(customers.id, customerId));
}
