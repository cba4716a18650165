import { createHash } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { Database } from '../db/driver/database.ts';

/** Wrong passwords within a window: of one account from anywhere, and from one address for any account. */
export const attemptsPerAccount = 20;
export const attemptsPerAddress = 300;
export const attemptWindowMinutes = 15;

export interface SignInAttempt {
  readonly accountKey: string;
  readonly addressKey: string | null;
  /** Whether the password may be looked at; if not, in how many minutes. */
  readonly isAllowed: boolean;
  readonly retryMinutes: number;
}

const keyOf = (kind: string, value: string): string =>
  createHash('sha256').update(`${kind} ${value}`).digest('hex');

/**
 * Counts an attempt before the password is looked at, so that many at once are no way around the limit. An account
 * that does not exist counts like any other: the answer does not tell which e-mails there are.
 */
export async function beginAttempt(
  database: Database,
  email: string,
  address: string | null,
): Promise<SignInAttempt> {
  const accountKey = keyOf('account', email);
  const addressKey = address === null ? null : keyOf('address', address);
  // Accounts before addresses in every statement: two of them never wait for each other.
  const rows = [sql`(${accountKey}, 1, now() + make_interval(mins => ${attemptWindowMinutes}))`];
  if (addressKey) rows.push(sql`(${addressKey}, 1, now() + make_interval(mins => ${attemptWindowMinutes}))`);
  const counts = await database.transaction((transaction) =>
    transaction.execute<{ key: string; count: number; minutes: number }>(sql`
      insert into sign_in.attempts as present (key, count, ends_at) values ${sql.join(rows, sql`, `)}
      on conflict (key) do update set
        count = case when present.ends_at <= now() then 1 else present.count + 1 end,
        ends_at = case when present.ends_at <= now() then excluded.ends_at else present.ends_at end
      returning key, count, ceil(extract(epoch from ends_at - now()) / 60)::integer as minutes`),
  );
  const exceeded = counts.filter(
    ({ key, count }) => count > (key === accountKey ? attemptsPerAccount : attemptsPerAddress),
  );
  return {
    accountKey,
    addressKey,
    isAllowed: exceeded.length === 0,
    retryMinutes: Math.max(1, ...exceeded.map(({ minutes }) => minutes)),
  };
}

/** The password was right: the account counts from nothing, and the attempt is taken off the address. */
export async function forgiveAttempt(
  database: Database,
  { accountKey, addressKey }: SignInAttempt,
): Promise<void> {
  await database.transaction((transaction) =>
    transaction.execute(sql`
      with account as (delete from sign_in.attempts where key = ${accountKey})
      update sign_in.attempts set count = greatest(count - 1, 0) where key = ${addressKey}`),
  );
}
