import type { Actor } from '../../auth/actor.ts';
import type { Executor } from '../../db/driver/database.ts';
import { notFound } from '../../shared/errors.ts';
import { findLocationsByCode } from '../../stock/stock.repository.ts';
import { SearchAgain, type CommandInput, type Subject, type SubjectCommand } from '../../write/command.ts';
import { fulfillmentSubject, lockFulfillment, type LockedFulfillment } from '../fulfillment.subject.ts';
import { lockNextInQueue } from '../queue.repository.ts';
import { startPicking } from './start-picking.ts';

export interface ClaimNextFulfillmentInput extends CommandInput {
  locationCode: string;
}

/** The next of the queue under the lock of its order, which is the first thing that the transaction writes. */
async function lockNext(
  transaction: Executor,
  actor: Actor,
  locationCode: string,
): Promise<{ target: LockedFulfillment; now: string } | undefined> {
  const [location] = await findLocationsByCode(transaction, [locationCode]);
  if (!location) throw notFound(`Location ${locationCode}`, ['locationCode']);
  const id = await lockNextInQueue(transaction, actor.userId, location.id);
  if (id === undefined) return undefined;
  const locked = await lockFulfillment(transaction, actor, id);
  const { status, assignedToId } = locked?.target ?? {};
  // Another picker took it between our looking and our locking.
  if (status !== 'pending' || (assignedToId !== null && assignedToId !== actor.userId)) {
    throw new SearchAgain();
  }
  return locked;
}

const nextFulfillment: Subject<LockedFulfillment> = {
  ...fulfillmentSubject,
  inputField: 'locationCode',
  foundBy: 'Location',
  lock: lockNext,
};

/** A picker asks for work: startPicking of whatever is next. An empty queue is an answer, not an error. */
export const claimNextFulfillment: SubjectCommand<
  ClaimNextFulfillmentInput,
  { fulfillmentId: string | null },
  LockedFulfillment
> = {
  name: 'claimNextFulfillment',
  subject: nextFulfillment,
  permissions: startPicking.permissions,
  step: () => startPicking.name,
  whenNone: { fulfillmentId: null },
  execute: async ({ target, actor }) => ({
    result: { fulfillmentId: target.id },
    description: `${target.number} was taken from the queue, and its picking started.`,
    additionalData: { assignedToId: actor.userId },
    changes: { assignedToId: actor.userId },
  }),
};
