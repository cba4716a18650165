import { invalid } from '../../shared/errors.ts';
import type { CommandInput, FreeCommand } from '../../write/command.ts';
import { requireVersion } from '../../write/expected-version.ts';
import {
  checkCustomerLink,
  endSessions,
  lockAccount,
  requireActiveManager,
  saveAccount,
} from '../account.repository.ts';

export interface UserInput extends CommandInput {
  userId: string;
}

/** A user who appears in the history cannot be deleted: the history keeps its performers. */
export const deactivateUser: FreeCommand<UserInput, { userId: string }> = {
  name: 'deactivateUser',
  permissions: ['users.manage'],
  async execute({ transaction, actor, now }, input) {
    const { userId } = input;
    if (userId === actor.userId) {
      throw invalid('Nobody deactivates themselves: ask another manager.', ['userId']);
    }
    await requireActiveManager(transaction, actor);
    const account = await lockAccount(transaction, userId);
    requireVersion('User', account, input);
    if (account.active) {
      await saveAccount(transaction, userId, { active: false });
      await endSessions(transaction, userId, now);
    }
    return { result: { userId }, history: [] };
  },
};

export const reactivateUser: FreeCommand<UserInput, { userId: string }> = {
  name: 'reactivateUser',
  permissions: ['users.manage'],
  async execute({ transaction, actor }, input) {
    const { userId } = input;
    await requireActiveManager(transaction, actor);
    const account = await lockAccount(transaction, userId);
    requireVersion('User', account, input);
    if (!account.active) {
      await checkCustomerLink(transaction, account.role, account.customerId);
      await saveAccount(transaction, userId, { active: true });
    }
    return { result: { userId }, history: [] };
  },
};
