import { sql } from 'drizzle-orm';
import { boolean, index, integer, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { createdAt, identifier, instant, updatedAt } from '../columns.ts';
import { customers } from './customers.ts';
import { role } from './enumerations.ts';

export const users = pgTable(
  'users',
  {
    id: identifier(),
    email: text('email').notNull(),
    displayName: text('display_name').notNull(),
    role: role('role').notNull(),
    /** The customer that a user of the role `customer` acts for. */
    customerId: uuid('customer_id').references(() => customers.id, { onDelete: 'set null' }),
    passwordHash: text('password_hash').notNull(),
    active: boolean('active').notNull().default(true),
    version: integer('version').notNull().default(1),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    uniqueIndex('users_email_unique').on(sql`lower(${table.email})`),
    index('users_customer_id').on(table.customerId),
    index('users_display_name').on(table.displayName, table.id),
    // Every server asks each second who has changed.
    index('users_updated_at').on(table.updatedAt),
  ],
);

/** One row a refresh token ever given out. A family is one sign-in; using a token twice ends its family. */
export const refreshTokens = pgTable(
  'refresh_tokens',
  {
    id: identifier(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    familyId: uuid('family_id').notNull(),
    /** SHA-256 of the token, in hexadecimal: the token itself is never stored. */
    tokenHash: text('token_hash').notNull().unique('refresh_tokens_token_hash_unique'),
    expiresAt: instant('expires_at').notNull(),
    usedAt: instant('used_at'),
    revokedAt: instant('revoked_at'),
    createdAt: createdAt(),
  },
  (table) => [
    index('refresh_tokens_user_id').on(table.userId),
    index('refresh_tokens_family_id').on(table.familyId),
    // And which sessions were ended.
    index('refresh_tokens_revoked_at')
      .on(table.revokedAt)
      .where(sql`${table.revokedAt} is not null`),
  ],
);
