import { hashPassword } from '../../auth/password.ts';
import type { Role } from '../../db/tables/enumerations.ts';
import { invalid } from '../../shared/errors.ts';
import type { CommandInput, FreeCommand } from '../../write/command.ts';
import { requireVersion } from '../../write/expected-version.ts';
import {
  checkCustomerLink,
  endSessions,
  lockAccount,
  refuseTakenEmail,
  requireActiveManager,
  saveAccount,
} from '../account.repository.ts';

export interface UpdateUserInput extends CommandInput {
  userId: string;
  email?: string | null;
  displayName?: string | null;
  role?: Role | null;
  customerId?: string | null;
  /** In plain text only until `prepare`. */
  password?: string | null;
}

/** What is left out stays as it is. Other rights or another password end the sessions that there are. */
export const updateUser: FreeCommand<UpdateUserInput, { userId: string }> = {
  name: 'updateUser',
  permissions: ['users.manage'],
  secrets: ['password'],
  prepare: async (input) =>
    typeof input.password === 'string' ? { ...input, password: await hashPassword(input.password) } : input,
  async execute({ transaction, actor, now }, input) {
    refuseEmptied(input);
    const { userId, email, displayName, password } = input;
    await requireActiveManager(transaction, actor);
    const account = await lockAccount(transaction, userId);
    requireVersion('User', account, input);
    const role = input.role ?? account.role;
    if (userId === actor.userId && role !== account.role) {
      throw invalid('Nobody changes their own role: ask another manager.', ['role']);
    }
    const customerId = input.customerId === undefined ? account.customerId : input.customerId;
    if (role !== account.role || customerId !== account.customerId) {
      await checkCustomerLink(transaction, role, customerId);
    }
    if (email) await refuseTakenEmail(transaction, email, userId);
    const changes = { email: email ?? undefined, displayName: displayName ?? undefined, role, customerId };
    await saveAccount(transaction, userId, { ...changes, ...(password && { passwordHash: password }) });
    if (role !== account.role || customerId !== account.customerId || password) {
      await endSessions(transaction, userId, now);
    }
    return { result: { userId }, history: [] };
  },
};

function refuseEmptied(input: UpdateUserInput): void {
  for (const field of ['email', 'displayName', 'role', 'password'] as const) {
    if (input[field] === null) throw invalid(`A user needs ${field}.`, [field]);
  }
}
