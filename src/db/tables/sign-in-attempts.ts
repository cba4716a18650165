import { index, integer, pgSchema, text } from 'drizzle-orm/pg-core';
import { instant } from '../columns.ts';

/** What servers share about signing in. It is no part of anybody's record, and lives for minutes. */
export const signInSchema = pgSchema('sign_in');

/** How often a password was tried of late: a row an account, and a row an address that it was tried from. */
export const signInAttempts = signInSchema.table(
  'attempts',
  {
    /** SHA-256 of what is counted, in hexadecimal: neither e-mail nor address is kept. */
    key: text('key').primaryKey(),
    count: integer('count').notNull(),
    /** When this row counts from nothing again. */
    endsAt: instant('ends_at').notNull(),
  },
  (table) => [index('sign_in_attempts_ends_at').on(table.endsAt)],
);
