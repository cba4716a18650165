import type { Executor } from '../db/driver/database.ts';
import type { OrderHistoryAction } from '../db/tables/enumerations.ts';
import { jobRequests } from '../db/tables/job-requests.ts';
import type { DatedEntry } from '../history/record-history.ts';

type JobRequest = Omit<typeof jobRequests.$inferInsert, 'createdAt'>;

/** The events of an order that its customer is told of. */
export const mailedEvents = ['confirmed', 'shipped', 'delivered', 'cancelled', 'refunded'] as const;
export type MailedEvent = (typeof mailedEvents)[number];

const isMailed = (action: OrderHistoryAction): action is MailedEvent =>
  (mailedEvents as readonly string[]).includes(action);

/** The job that follows from an entry of the history, if there is one. The only place that says so. */
function jobAfter(entry: DatedEntry): JobRequest | undefined {
  const { orderId, action, occurredAt } = entry;
  if (isMailed(action) && entry.fulfillmentId === undefined) {
    const payload = { orderId, event: action, occurredAt };
    return { task: 'sendOrderMail', payload, jobKey: `orderMail/${orderId}/${action}/${occurredAt}` };
  }
  const noteId = entry.additionalData?.['noteId'];
  if (action === 'note_added' && entry.additionalData?.['notifyCustomer'] === true) {
    return { task: 'sendNoteMail', payload: { orderId, noteId }, jobKey: `noteMail/${String(noteId)}` };
  }
  return undefined;
}

/**
 * Writes down, in the transaction of a change, the jobs that follow from it. They exist exactly when the change does;
 * a worker moves them into the queue after the commit.
 */
export async function requestJobs(transaction: Executor, entries: readonly DatedEntry[]): Promise<void> {
  const requests = entries.flatMap((entry) => jobAfter(entry) ?? []);
  if (requests.length > 0) await transaction.insert(jobRequests).values(requests);
}
