import { sql, type SQL } from 'drizzle-orm';
import type { Executor } from '../db/driver/database.ts';

/** The rows of a table as a JSON array, without the columns that are no data on the person. */
function rowsOf(table: string, condition: SQL, without: readonly string[] = []): SQL {
  const hidden = sql`${`{${without.join(',')}}`}::text[]`;
  return sql`(select coalesce(jsonb_agg(to_jsonb(each) - ${hidden} order by each.created_at), '[]'::jsonb)
    from ${sql.raw(table)} as each where ${condition})`;
}

/**
 * All that is held on a customer, in one statement and so as of one moment; null for an unknown one. Rows are
 * given whole, so that a new column is exported without being thought of; only secrets are left out, and what
 * staff have written for each other.
 */
export async function readCustomerData(
  read: Executor,
  customerId: string,
): Promise<Record<string, unknown> | null> {
  const theirOrders = sql`(select id from orders where customer_id = ${customerId}::uuid)`;
  const theirUsers = sql`(select id from users where customer_id = ${customerId}::uuid)`;
  const ofTheirOrders = sql`each.order_id in ${theirOrders}`;
  const byThem = sql`each.performed_by_id in ${theirUsers}`;
  const [row] = await read.execute<{ data: string }>(sql`
    select jsonb_build_object(
      'customer', to_jsonb(customers),
      'users', ${rowsOf('users', sql`each.customer_id = ${customerId}::uuid`, ['password_hash'])},
      'sessions', ${rowsOf('refresh_tokens', sql`each.user_id in ${theirUsers}`, ['token_hash'])},
      'contractPrices', ${rowsOf('customer_prices', sql`each.customer_id = ${customerId}::uuid`)},
      'orders', ${rowsOf('orders', sql`each.customer_id = ${customerId}::uuid`, ['assigned_to_id', 'held_by_id'])},
      'quotes', ${rowsOf('quotes', sql`each.customer_id = ${customerId}::uuid`)},
      'quoteItems', ${rowsOf('quote_items', sql`each.quote_id in (select id from quotes where customer_id = ${customerId}::uuid)`)},
      'orderItems', ${rowsOf('order_items', ofTheirOrders)},
      'fulfillments', ${rowsOf('order_fulfillments', ofTheirOrders, ['assigned_to_id', 'warehouse_location'])},
      'payments', ${rowsOf('payments', ofTheirOrders, ['performed_by_id'])},
      'returns', ${rowsOf('returns', ofTheirOrders)},
      'returnItems', ${rowsOf('return_items', sql`each.return_id in (select id from returns where order_id in ${theirOrders})`)},
      'notes', ${rowsOf(
        'order_notes',
        sql`(each.created_by_id in ${theirUsers} or (not each.is_internal and ${ofTheirOrders}))`,
      )},
      'history', ${rowsOf('archive.every_history_entry', byThem, ['transaction_id', 'position', 'chain_place', 'hash', 'origin_digest', 'origin_salt'])},
      'idempotencyKeys', ${rowsOf('idempotency_keys', sql`each.user_id in ${theirUsers}`, ['input_hash'])}
    )::text as data
    from customers where id = ${customerId}::uuid`);
  return row ? (JSON.parse(row.data) as Record<string, unknown>) : null;
}
