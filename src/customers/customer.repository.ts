import { and, getTableColumns, sql, type SQL } from 'drizzle-orm';
import { viewerParameters } from '../auth/visibility.ts';
import { prepared, uuidArray } from '../db/prepared.ts';
import { customers } from '../db/tables/customers.ts';
import type { Role } from '../db/tables/enumerations.ts';
import type { LoadingSource } from '../graphql/loading.ts';

export type CustomerRow = typeof customers.$inferSelect;

/** A customer sees nobody but itself; staff see every customer that an order leads them to. */
function visibleCustomers(role: Role): SQL | undefined {
  return role === 'customer' ? sql`${customers.id} = ${sql.placeholder('viewerCustomerId')}` : undefined;
}

export async function findCustomers(
  { read, actor }: LoadingSource,
  ids: readonly string[],
): Promise<CustomerRow[]> {
  const statement = prepared(read, `findCustomers.${actor.role}`, (on) =>
    on
      .select(getTableColumns(customers))
      .from(customers)
      .where(and(sql`${customers.id} = any(${sql.placeholder('ids')}::uuid[])`, visibleCustomers(actor.role)))
      .prepare('findCustomers'),
  );
  return statement.execute({ ids: uuidArray(ids), ...viewerParameters(actor) });
}
