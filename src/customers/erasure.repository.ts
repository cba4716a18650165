import { eq, sql, type SQL } from 'drizzle-orm';
import type { Executor } from '../db/driver/database.ts';
import { forgetOrigin } from '../history/forget-origin.repository.ts';
import { customers } from '../db/tables/customers.ts';

/** Orders with goods or money still on their way, for which it has to be known whose they are. */
export async function findOrdersUnderWay(
  transaction: Executor,
  customerId: string,
  limit: number,
): Promise<string[]> {
  const rows = await transaction.execute<{ number: string }>(sql`
    select number from orders
    where customer_id = ${customerId}::uuid
      and status not in ('delivered', 'completed', 'returned', 'refunded', 'cancelled')
    order by created_at, id limit ${limit}`);
  return rows.map(({ number }) => number);
}

/** Country and region stay: what tax was due depends on them. */
function addressWithoutPerson(column: string): SQL {
  const address = sql.identifier(column);
  return sql`case when ${address} is not null then jsonb_strip_nulls(jsonb_build_object(
    'line1', 'Erased', 'city', 'Erased', 'region', ${address} -> 'region', 'country', ${address} -> 'country')) end`;
}

/**
 * Every text on the customer's orders that may name the person: addresses, and what people have written freely,
 * staff included, since no program can tell whom their words name. Returns the ids of the orders.
 *
 * A new column or table of that kind is forgotten here, and exported in `export.repository.ts`.
 */
export async function forgetOnOrders(transaction: Executor, customerId: string): Promise<string[]> {
  // In the order in which commands on several orders lock them.
  const rows = await transaction.execute<{ id: string }>(sql`
    select id from orders where customer_id = ${customerId}::uuid
    order by hashtextextended(id::text, 0) for no key update`);
  const theirOrders = sql`(select id from orders where customer_id = ${customerId}::uuid)`;
  await transaction.execute(sql`
    update orders
    set shipping_address = ${addressWithoutPerson('shipping_address')},
      billing_address = ${addressWithoutPerson('billing_address')},
      cancel_reason = case when cancel_reason is not null then 'Erased' end,
      hold_reason = case when hold_reason is not null then 'Erased' end,
      version = version + 1
    where customer_id = ${customerId}::uuid`);
  await transaction.execute(sql`
    update quotes set shipping_address = ${addressWithoutPerson('shipping_address')}, version = version + 1
    where customer_id = ${customerId}::uuid and shipping_address is not null`);
  await transaction.execute(sql`
    update order_notes set note = 'Erased', version = version + 1
    where order_id in ${theirOrders}
      or created_by_id in (select id from users where customer_id = ${customerId}::uuid)`);
  await transaction.execute(sql`
    update returns
    set reason = case when reason is not null then 'Erased' end,
      reject_reason = case when reject_reason is not null then 'Erased' end, version = version + 1
    where (reason is not null or reject_reason is not null) and order_id in ${theirOrders}`);
  return rows.map(({ id }) => id);
}

/**
 * The accounts that act for the customer stay, since the history names them, and sign nobody in. Their sessions
 * and idempotency keys, which clients choose freely, go.
 */
export async function forgetAccounts(transaction: Executor, customerId: string): Promise<void> {
  const accounts = await transaction.execute<{ id: string }>(sql`
    update users
    set email = 'erased-' || id || '@erased.invalid', display_name = 'Erased customer', password_hash = 'erased',
      active = false, version = version + 1
    where customer_id = ${customerId}::uuid
    returning id`);
  const ids = sql`${`{${accounts.map(({ id }) => id).join(',')}}`}::uuid[]`;
  await transaction.execute(sql`delete from refresh_tokens where user_id = any (${ids})`);
  await transaction.execute(sql`delete from idempotency_keys where user_id = any (${ids})`);
  await forgetOrigin(transaction, { userIds: accounts.map(({ id }) => id) });
}

export async function forgetCustomer(transaction: Executor, customerId: string, now: string): Promise<void> {
  await transaction
    .update(customers)
    .set({
      name: 'Erased customer',
      company: null,
      email: null,
      phone: null,
      externalReference: null,
      erasedAt: now,
      version: sql`${customers.version} + 1`,
    })
    .where(eq(customers.id, customerId));
}
