import { bigint, jsonb, pgSchema, text } from 'drizzle-orm/pg-core';
import { createdAt } from '../columns.ts';

/** What surrounds the data and is no part of it. */
export const jobsSchema = pgSchema('jobs');

/**
 * Jobs that follow from a change, written in its transaction, and moved into the queue by a worker a moment later.
 * The queue's own function sends NOTIFY, and no transaction of a command may: see docs/decisions/0005-jobs.md.
 */
export const jobRequests = jobsSchema.table('job_requests', {
  id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  task: text('task').notNull(),
  /** Identifiers only, no personal data. */
  payload: jsonb('payload').$type<Record<string, unknown>>().notNull(),
  /** The same key at once in the queue only once. */
  jobKey: text('job_key').notNull(),
  createdAt: createdAt(),
});
