import type { Logger } from 'pino';
import { systemActor } from '../auth/actor.ts';
import type { ArchivePolicy } from './archive.repository.ts';
import type { CommandRequest, WriteServices } from '../write/run-command.ts';

/** What every job works with. */
export interface JobServices {
  readonly write: WriteServices;
  readonly log: Logger;
  readonly observer?: JobObserver;
  /** Nothing is archived without one. */
  readonly archive?: ArchivePolicy;
}

/** Told how each attempt at a job ended, for the metrics. */
export interface JobObserver {
  jobEnded(task: string, durationMs: number, isSuccess: boolean): void;
}

/** Commands of jobs are nobody's: the history names no performer. */
export const bySystem: CommandRequest = { actor: systemActor, ipAddress: null, userAgent: null };
