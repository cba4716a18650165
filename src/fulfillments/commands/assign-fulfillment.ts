import { and, eq } from 'drizzle-orm';
import { roleHas } from '../../auth/permissions.ts';
import { users } from '../../db/tables/users.ts';
import { notFound } from '../../shared/errors.ts';
import { defineSubjectCommand, type Scope } from '../../write/command.ts';
import { fulfillmentSubject } from '../fulfillment.subject.ts';
import type { FulfillmentInput } from './fulfillment-input.ts';

export interface AssignFulfillmentInput extends FulfillmentInput {
  /** Null: nobody's any more, so that whoever is next may claim it. */
  userId?: string | null;
}

/** Puts somebody of the warehouse in charge, or nobody. */
export const assignFulfillment = defineSubjectCommand(
  'assignFulfillment',
  fulfillmentSubject,
  async ({ target, ...scope }, input: AssignFulfillmentInput) => {
    const assignedToId = input.userId ?? null;
    if (assignedToId !== null) await requireWorker(scope, assignedToId);
    return {
      result: { fulfillmentId: target.id },
      description: `${target.number} was ${assignedToId === null ? 'given back to the queue' : 'assigned'}.`,
      additionalData: { assignedToId, assignedBeforeToId: target.assignedToId },
      changes: { assignedToId },
    };
  },
);

async function requireWorker({ transaction }: Scope, userId: string): Promise<void> {
  const [user] = await transaction
    .select({ role: users.role })
    .from(users)
    .where(and(eq(users.id, userId), eq(users.active, true)));
  if (!user || !roleHas(user.role, 'fulfillments.work')) {
    throw notFound(`Somebody who works on fulfillments with the id ${userId}`, ['userId']);
  }
}
