import { and, asc, eq, inArray, sql, type SQL } from 'drizzle-orm';
import { contains } from '../db/contains.ts';
import type { Executor } from '../db/driver/database.ts';
import type { Role } from '../db/tables/enumerations.ts';
import { users } from '../db/tables/users.ts';
import type { Keyset, ListOrder } from '../shared/page.ts';
import { shownOfUser, type UserRow } from './user.repository.ts';

export interface UserFilterValues {
  text?: string | null;
  role?: readonly Role[] | null;
  active?: boolean | null;
  customerId?: string | null;
}

export const usersOrder: ListOrder = {
  name: 'users display_name, id asc',
  keys: [{ type: 'text' }, { type: 'uuid' }],
};

/** By name. */
export function searchUsers(
  read: Executor,
  filter: UserFilterValues,
  limit: number,
  after: Keyset | null,
): Promise<UserRow[]> {
  const beyond = after && sql`(${users.displayName}, ${users.id}) > (${after[0]}::text, ${after[1]}::uuid)`;
  return read
    .select(shownOfUser)
    .from(users)
    .where(and(...conditionsOf(filter), beyond ?? undefined))
    .orderBy(asc(users.displayName), asc(users.id))
    .limit(limit);
}

export async function countUsers(read: Executor, filter: UserFilterValues): Promise<number> {
  const [row] = await read
    .select({ count: sql<number>`count(*)::integer` })
    .from(users)
    .where(and(...conditionsOf(filter)));
  return row!.count;
}

function conditionsOf({ text, role, active, customerId }: UserFilterValues): (SQL | undefined)[] {
  return [
    text ? contains(sql`lower(${users.displayName} || ' ' || ${users.email})`, text) : undefined,
    role ? inArray(users.role, [...role]) : undefined,
    typeof active === 'boolean' ? eq(users.active, active) : undefined,
    customerId ? eq(users.customerId, customerId) : undefined,
  ];
}
