import type { Executor } from '../../db/driver/database.ts';
import { notFound } from '../../shared/errors.ts';
import type { CommandInput, FreeCommand } from '../../write/command.ts';
import { lockFailedJob, removeJob, rescheduleJob } from '../failed-job.repository.ts';

export interface FailedJobInput extends CommandInput {
  jobId: string;
}

type SettleFailedJob = FreeCommand<FailedJobInput, { jobId: string }>;

function settle(
  name: string,
  work: (transaction: Executor, jobId: string) => Promise<void>,
): SettleFailedJob {
  return {
    name,
    permissions: ['jobs.manage'],
    async execute({ transaction }, { jobId }) {
      if (!(await lockFailedJob(transaction, jobId))) throw notFound(`Failed job ${jobId}`, ['jobId']);
      await work(transaction, jobId);
      return { result: { jobId }, history: [] };
    },
  };
}

/** Whoever has mended the cause lets the job be done after all. */
export const retryFailedJob = settle('retryFailedJob', rescheduleJob);
/** What the job was to do is not done any more. */
export const discardFailedJob = settle('discardFailedJob', removeJob);
