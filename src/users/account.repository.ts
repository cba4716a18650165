import { and, asc, eq, ne, sql } from 'drizzle-orm';
import type { Actor } from '../auth/actor.ts';
import type { Executor } from '../db/driver/database.ts';
import { customers } from '../db/tables/customers.ts';
import type { Role } from '../db/tables/enumerations.ts';
import { refreshTokens, users } from '../db/tables/users.ts';
import { invalid, notFound, TopLevelError } from '../shared/errors.ts';

export type AccountRow = typeof users.$inferSelect;

/**
 * Whoever changes accounts is an active manager at this moment, whatever their token says, and stays one until the
 * transaction ends. As nobody takes rights from themselves, one manager is always left.
 */
export async function requireActiveManager(transaction: Executor, actor: Actor): Promise<void> {
  const managers = await transaction
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.role, 'order_manager'), eq(users.active, true)))
    .orderBy(asc(users.id))
    // All of them, in one order: two managers who end each other's account wait here, and the second is none any more.
    .for('no key update');
  if (managers.some(({ id }) => id === actor.userId)) return;
  throw new TopLevelError('FORBIDDEN', 'Your account may no longer do this: sign in again.', {
    permissions: ['users.manage'],
  });
}

export async function lockAccount(transaction: Executor, userId: string): Promise<AccountRow> {
  const [account] = await transaction.select().from(users).where(eq(users.id, userId)).for('no key update');
  if (!account) throw notFound(`User ${userId}`, ['userId']);
  return account;
}

export async function saveAccount(
  transaction: Executor,
  userId: string,
  changes: Partial<typeof users.$inferInsert>,
): Promise<void> {
  await transaction
    .update(users)
    .set({ ...changes, version: sql`${users.version} + 1` })
    .where(eq(users.id, userId));
}

/** Nobody goes on with a session of this account once its access token has ended. */
export async function endSessions(transaction: Executor, userId: string, now: string): Promise<void> {
  await transaction
    .update(refreshTokens)
    .set({ revokedAt: now })
    .where(and(eq(refreshTokens.userId, userId), sql`${refreshTokens.revokedAt} is null`));
}

export async function refuseTakenEmail(
  transaction: Executor,
  email: string,
  exceptUserId?: string,
): Promise<void> {
  const [taken] = await transaction
    .select({ id: users.id })
    .from(users)
    .where(
      and(
        sql`lower(${users.email}) = lower(${email})`,
        exceptUserId === undefined ? undefined : ne(users.id, exceptUserId),
      ),
    );
  if (taken) throw emailTaken();
}

export const emailTaken = () => invalid('Somebody signs in with this e-mail address already.', ['email']);

/** A customer's account acts for a customer; nobody else's does. */
export async function checkCustomerLink(
  transaction: Executor,
  role: Role,
  customerId: string | null,
): Promise<void> {
  if (role !== 'customer') {
    if (customerId !== null) throw invalid('Only the role CUSTOMER acts for a customer.', ['customerId']);
    return;
  }
  if (customerId === null) throw invalid('The role CUSTOMER needs a customer to act for.', ['customerId']);
  const [customer] = await transaction
    .select({ erasedAt: customers.erasedAt })
    .from(customers)
    .where(eq(customers.id, customerId))
    // Whoever erases the customer waits, and finds this account too.
    .for('key share');
  if (!customer) throw notFound(`Customer ${customerId}`, ['customerId']);
  if (customer.erasedAt !== null) throw invalid('The customer was erased.', ['customerId']);
}
