import { sql } from 'drizzle-orm';
import type { Executor } from '../db/driver/database.ts';
import type { Role } from '../db/tables/enumerations.ts';

/** What somebody may see now, which their token says as of when it was given out. */
export interface Standing {
  readonly active: boolean;
  readonly role: Role;
  readonly customerId: string | null;
}

/** What happened to accounts and sessions since a moment of the database's clock. */
export interface StandingChanges {
  /** The database's clock at the read. */
  readonly readAt: string;
  readonly users: readonly (Standing & { readonly id: string })[];
  /** Sessions that were ended: logged out, stolen, or of an account that has changed. */
  readonly endedSessions: readonly string[];
}

/**
 * What has changed since then, or within the last `windowSeconds` when there was no read before. A row carries the
 * time at which its transaction began, which may have ended later: so much later are changes looked for again.
 */
export async function findStandingChanges(
  read: Executor,
  since: string | null,
  windowSeconds: number,
  longestTransactionSeconds: number,
): Promise<StandingChanges> {
  const from = since
    ? sql`${since}::timestamptz - make_interval(secs => ${longestTransactionSeconds})`
    : sql`now() - make_interval(secs => ${windowSeconds})`;
  const [row] = await read.execute<{ readAt: string; users: string; endedSessions: string }>(sql`
    select now()::text as "readAt",
      (select coalesce(jsonb_agg(jsonb_build_object(
          'id', id, 'active', active, 'role', role, 'customerId', customer_id)), '[]')
        from users where updated_at > ${from}) as users,
      (select coalesce(jsonb_agg(distinct family_id), '[]')
        from refresh_tokens where revoked_at > ${from}) as "endedSessions"`);
  return {
    readAt: row!.readAt,
    users: JSON.parse(row!.users) as StandingChanges['users'],
    endedSessions: JSON.parse(row!.endedSessions) as StandingChanges['endedSessions'],
  };
}

/** The account that an identity provider's token leads to, if it may sign in. */
export async function findActiveUser(
  read: Executor,
  email: string,
): Promise<(Standing & { readonly id: string }) | undefined> {
  const [user] = await read.execute<Record<keyof Standing | 'id', unknown>>(sql`
    select id, active, role, customer_id as "customerId" from users
    where lower(email) = ${email.trim().toLowerCase()} and active`);
  return user as (Standing & { readonly id: string }) | undefined;
}
