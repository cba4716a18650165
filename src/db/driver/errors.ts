/** Why no answer came. Only `lost` says that a statement had been sent. */
export type UnavailableReason = 'refused' | 'lost' | 'busy' | 'closed';

const unavailableMessages: Record<UnavailableReason, string> = {
  refused: 'The database does not accept connections.',
  lost: 'The connection to the database was lost.',
  busy: 'No database connection became free in time.',
  closed: 'The database connections are closed.',
};

/** Nothing was changed; the same work may be tried again. */
export class DatabaseUnavailableError extends Error {
  override readonly name = 'DatabaseUnavailableError';
  readonly retryable = true;
  readonly reason: UnavailableReason;

  constructor(reason: UnavailableReason, cause?: unknown) {
    super(unavailableMessages[reason], { cause });
    this.reason = reason;
  }
}

/** The unit of work took longer than its limit. Its connection is gone and nothing was changed. */
export class WorkTimeoutError extends Error {
  override readonly name = 'WorkTimeoutError';
  readonly retryable = true;

  constructor() {
    super('The database work took longer than its limit.');
  }
}

/** COMMIT was sent and its answer never came: the change is made as a whole or not at all, and only the database knows. */
export class OutcomeUnknownError extends Error {
  override readonly name = 'OutcomeUnknownError';

  constructor(cause: unknown) {
    super('The connection was lost while committing, so it is not known whether the change was made.', {
      cause,
    });
  }
}

/** A statement came after the end of its transaction, or a transaction ended before its statements did. */
export class TransactionOverError extends Error {
  override readonly name = 'TransactionOverError';
}

/** COMMIT was answered by ROLLBACK, because the work had swallowed the error of a statement. Nothing was changed. */
export class RolledBackError extends Error {
  override readonly name = 'RolledBackError';

  constructor(cause: unknown) {
    super('The transaction was rolled back, because one of its statements had failed.', { cause });
  }
}
