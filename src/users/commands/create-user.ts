import { hashPassword } from '../../auth/password.ts';
import type { Role } from '../../db/tables/enumerations.ts';
import { users } from '../../db/tables/users.ts';
import type { CommandInput, FreeCommand } from '../../write/command.ts';
import {
  checkCustomerLink,
  emailTaken,
  refuseTakenEmail,
  requireActiveManager,
} from '../account.repository.ts';

export interface CreateUserInput extends CommandInput {
  email: string;
  displayName: string;
  role: Role;
  customerId?: string | null;
  /** In plain text only until `prepare`. */
  password: string;
}

export const createUser: FreeCommand<CreateUserInput, { userId: string }> = {
  name: 'createUser',
  permissions: ['users.manage'],
  secrets: ['password'],
  prepare: async (input) => ({ ...input, password: await hashPassword(input.password) }),
  async execute({ transaction, actor }, { email, displayName, role, customerId, password }) {
    await requireActiveManager(transaction, actor);
    await checkCustomerLink(transaction, role, customerId ?? null);
    await refuseTakenEmail(transaction, email);
    const [user] = await transaction
      .insert(users)
      .values({ email, displayName, role, customerId: customerId ?? null, passwordHash: password })
      // Somebody may have taken the address between the look and the insert.
      .onConflictDoNothing()
      .returning({ id: users.id });
    if (!user) throw emailTaken();
    return { result: { userId: user.id }, history: [] };
  },
};
