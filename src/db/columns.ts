import { sql } from 'drizzle-orm';
import { bigint, customType, uuid } from 'drizzle-orm/pg-core';

/**
 * A point in time as ISO 8601 text in UTC, with PostgreSQL's microseconds. It never becomes a JavaScript Date:
 * that would cut the microseconds off, and a cursor that lost them skips or repeats rows.
 */
export const instant = customType<{ data: string; driverData: string }>({
  dataType: () => 'timestamp with time zone',
  fromDriver: isoInstant,
});

/** Turns PostgreSQL's `2026-11-23 01:07:21.12+00` (sessions run in UTC) into `2026-11-23T01:07:21.12Z`. */
export function isoInstant(text: string): string {
  return `${text.slice(0, 10)}T${text.slice(11, -3)}Z`;
}

/** PostgreSQL's 64-bit transaction id, as decimal text. */
export const transactionIdentifier = customType<{ data: string }>({ dataType: () => 'xid8' });

/** UUIDv7 made by the database (PostgreSQL 15 has no function of its own for it; see the first migration). */
export const identifier = () =>
  uuid('id')
    .primaryKey()
    .default(sql`generate_uuid_v7()`);

/** An amount in minor units of the row's currency: pennies, cents. */
export const minorUnits = (name: string) => bigint(name, { mode: 'number' });

export const createdAt = () =>
  instant('created_at')
    .notNull()
    .default(sql`now()`);

/** Kept by the trigger `set_updated_at`, so that no statement can forget it. */
export const updatedAt = () =>
  instant('updated_at')
    .notNull()
    .default(sql`now()`);
