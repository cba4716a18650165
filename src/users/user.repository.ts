import { sql } from 'drizzle-orm';
import { prepared, uuidArray } from '../db/prepared.ts';
import { users } from '../db/tables/users.ts';
import type { LoadingSource } from '../graphql/loading.ts';
import { may } from '../auth/actor.ts';

export const shownOfUser = {
  id: users.id,
  email: users.email,
  displayName: users.displayName,
  role: users.role,
  customerId: users.customerId,
  active: users.active,
  version: users.version,
  createdAt: users.createdAt,
};
export type UserRow = Pick<typeof users.$inferSelect, keyof typeof shownOfUser>;

/** Staff see who their colleagues are; a customer sees nobody but itself. */
export async function findUsers({ read, actor }: LoadingSource, ids: readonly string[]): Promise<UserRow[]> {
  const statement = prepared(read, 'findUsers', (on) =>
    on
      .select(shownOfUser)
      .from(users)
      .where(sql`${users.id} = any(${sql.placeholder('ids')}::uuid[])`)
      .prepare('findUsers'),
  );
  const visible = may(actor, 'staff.view') ? ids : ids.filter((id) => id === actor.userId);
  return statement.execute({ ids: uuidArray(visible) });
}
