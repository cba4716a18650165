import { DrizzleQueryError } from 'drizzle-orm/errors';

/** What PostgreSQL said, without the statement and its values. */
export interface PostgresFailure {
  /** The five characters of SQLSTATE. */
  readonly code: string;
  readonly constraint: string | undefined;
}

const causesFollowed = 8;

/** Finds PostgreSQL's own error behind whatever has been wrapped around it. */
export function postgresFailure(error: unknown): PostgresFailure | undefined {
  let current = error;
  for (let depth = 0; depth < causesFollowed && current instanceof Error; depth += 1) {
    // The driver's class is compared by name, because only the driver's folder may import it.
    if (current.name === 'PostgresError') {
      const { code, constraint_name: constraint } = current as { code?: string; constraint_name?: string };
      return code === undefined ? undefined : { code, constraint };
    }
    current = current.cause;
  }
  return undefined;
}

/** Drizzle's error carries the statement and its values, which must not go to clients or logs. Its cause does not. */
export function withoutStatement(error: unknown): unknown {
  return error instanceof DrizzleQueryError ? error.cause : error;
}
