import type { Executor } from '../db/driver/database.ts';
import { recordHistory, type DatedEntry, type Performer } from '../history/record-history.ts';
import { requestJobs } from './request-jobs.ts';

/** What every change leaves in its own transaction: the history, and the jobs that follow from it. */
export async function recordChanges(
  transaction: Executor,
  performer: Performer,
  entries: readonly DatedEntry[],
): Promise<void> {
  await recordHistory(transaction, performer, entries);
  await requestJobs(transaction, entries);
}
