import { sql } from 'drizzle-orm';
import { uuidArray } from '../db/prepared.ts';
import type { Executor } from '../db/driver/database.ts';

/**
 * Erases from where these users did what they did: address, program, and the salt without which the digest that
 * stays in the chain says nothing of them. The only change that the append-only history lets through, and the chain
 * still verifies afterwards. Gives the number of entries.
 */
export async function forgetOrigin(
  transaction: Executor,
  { userIds }: { readonly userIds: readonly string[] },
): Promise<number> {
  const [row] = await transaction.execute<{ count: number }>(sql`
    with forgotten as (
      update order_history set ip_address = null, user_agent = null, origin_salt = null
      where performed_by_id = any(${uuidArray(userIds)}::uuid[]) and origin_salt is not null
      returning 1
    ), forgotten_in_archive as (
      update archive.order_history set ip_address = null, user_agent = null, origin_salt = null
      where performed_by_id = any(${uuidArray(userIds)}::uuid[]) and origin_salt is not null
      returning 1
    )
    select count(*)::integer as count
    from (select from forgotten union all select from forgotten_in_archive) as everywhere`);
  return row!.count;
}
