import { eq } from 'drizzle-orm';
import { roleHas } from '../../auth/permissions.ts';
import { users } from '../../db/tables/users.ts';
import { invalid, notFound } from '../../shared/errors.ts';
import { defineSubjectCommand, type Scope } from '../../write/command.ts';
import { orderSubject } from '../order.subject.ts';
import type { OrderInput } from './order-input.ts';

export interface AssignOrderInput extends OrderInput {
  /** Null: nobody. */
  userId: string | null;
}

/** Puts somebody in charge of an order, or nobody. */
export const assignOrder = defineSubjectCommand(
  'assignOrder',
  orderSubject,
  async ({ target: order, ...scope }, input: AssignOrderInput) => {
    if (input.userId !== null) await requireActiveStaff(scope, input.userId);
    return {
      result: { orderId: order.id },
      description: input.userId === null ? 'The order was unassigned.' : 'The order was assigned.',
      // Identifiers and no names: the history outlives people.
      additionalData: { from: order.assignedToId, to: input.userId },
      changes: { assignedToId: input.userId },
    };
  },
);

/** The row is locked, so that nobody is put in charge who is being deactivated at the same moment. */
async function requireActiveStaff({ transaction }: Scope, userId: string): Promise<void> {
  const [user] = await transaction
    .select({ role: users.role, active: users.active })
    .from(users)
    .where(eq(users.id, userId))
    .for('share');
  if (!user) throw notFound(`User ${userId}`, ['userId']);
  if (!user.active) throw invalid('The user is not active.', ['userId']);
  // Whoever may see who looks after an order is staff.
  if (!roleHas(user.role, 'orders.assignee.view')) throw invalid('The user is not staff.', ['userId']);
}
