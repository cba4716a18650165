import { index, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { createdAt } from '../columns.ts';
import { users } from './users.ts';

/** One row a key that a user has spent, and a part: what it was spent on and what came of it. */
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    key: text('key').notNull(),
    /** 0, and for a bulk command that commits part by part the place of the part. */
    part: integer('part').notNull().default(0),
    command: text('command').notNull(),
    /** SHA-256 of the input without the key, in hexadecimal. */
    inputHash: text('input_hash').notNull(),
    /** The identifiers that the command answered with; null only inside the transaction that makes the row. */
    result: jsonb('result').$type<Record<string, unknown>>(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ name: 'idempotency_keys_primary_key', columns: [table.userId, table.key, table.part] }),
    index('idempotency_keys_created_at').on(table.createdAt),
  ],
);
