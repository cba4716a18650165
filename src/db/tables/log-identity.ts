import { sql } from 'drizzle-orm';
import { pgTable, uuid } from 'drizzle-orm/pg-core';
import { createdAt } from '../columns.ts';

/** The one row that names this event log; cursors are signed with it. */
export const logIdentity = pgTable('log_identity', {
  id: uuid('id')
    .primaryKey()
    .default(sql`gen_random_uuid()`),
  createdAt: createdAt(),
});
