import { sql } from 'drizzle-orm';
import type { Executor } from '../db/driver/database.ts';
import type { Role } from '../db/tables/enumerations.ts';

/** What somebody may see now, which their token says as of when it was given out. */
export interface Standing {
  readonly role: Role;
  readonly customerId: string | null;
}

/** The standing of those of these users who are active. */
export async function findStandings(
  read: Executor,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, Standing>> {
  const rows = await read.execute<{ id: string; role: Role; customerId: string | null }>(sql`
    select id, role, customer_id as "customerId" from users
    where active and id in (select value::uuid from jsonb_array_elements_text(${JSON.stringify(userIds)}::text::jsonb))`);
  return new Map(rows.map(({ id, role, customerId }) => [id, { role, customerId }]));
}
