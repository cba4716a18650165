import { errorCatalogue, type TopLevelCode, type UserErrorCode } from './error-catalogue.ts';

/** Where in the input the refused value stands, such as `['lines', '0', 'sku']`. */
export type InputPath = readonly string[];

/** What a command answers with when it is refused. `type` is the GraphQL type that shows it. */
export class UserError {
  readonly type: string;
  readonly remedy: string;
  constructor(
    readonly code: UserErrorCode,
    readonly message: string,
    readonly path: InputPath = [],
  ) {
    this.type = errorCatalogue[code].type;
    this.remedy = errorCatalogue[code].remedy;
  }
}

/** The same error, said of another place in the input. */
export function atPath(error: UserError, path: InputPath): UserError {
  return Object.assign(Object.create(Object.getPrototypeOf(error) as object), error, { path }) as UserError;
}

export class InvalidTransitionError extends UserError {
  /** The present status, as GraphQL writes it. */
  readonly from: string;
  constructor(
    refused: {
      /** What it is, for the message. */
      readonly subject: string;
      readonly status: string;
      readonly path: InputPath;
      /** Why, where it is not the status alone. */
      readonly reason?: string;
    },
    /** The command that was tried. */
    readonly attempted: string,
    /** The commands that the viewer may use in this status. */
    readonly allowed: readonly string[],
  ) {
    const status = refused.status.toUpperCase();
    const reason = refused.reason ?? `the ${refused.subject.toLowerCase()} is ${status}`;
    super('INVALID_TRANSITION', `${attempted} is not possible: ${reason}.`, refused.path);
    this.from = status;
  }
}

export interface Shortage {
  sku: string;
  locationCode: string | null;
  requested: number;
  available: number;
}

export class InsufficientStockError extends UserError {
  constructor(readonly shortages: readonly Shortage[]) {
    const lines = shortages.map(
      ({ sku, locationCode, requested, available }) =>
        `${sku}${locationCode ? ` at ${locationCode}` : ''} (requested ${requested}, available ${available})`,
    );
    super('INSUFFICIENT_STOCK', `Not enough in stock: ${lines.join(', ')}.`, ['lines']);
  }
}

export class VersionConflictError extends UserError {
  constructor(
    readonly currentVersion: number,
    expectedVersion: number,
    /** What the object is and its id, so that the answer can show it. */
    readonly subject: { readonly kind: string; readonly id: string },
  ) {
    super(
      'VERSION_CONFLICT',
      `Version ${expectedVersion} was expected, version ${currentVersion} is current.`,
      ['expectedVersion'],
    );
  }
}

/** Thrown inside a command to refuse it: the transaction rolls back, and the payload shows the errors. */
export class Refusal extends Error {
  readonly errors: readonly UserError[];
  constructor(...errors: readonly [UserError, ...UserError[]]) {
    super(errors.map((error) => error.message).join(' '));
    this.errors = errors;
  }
}

export function notFound(what: string, path: InputPath): Refusal {
  return new Refusal(new UserError('NOT_FOUND', `${what} does not exist, or you may not see it.`, path));
}

/** Refuses what is asked of an order in the archive. */
export function requireNotArchived(isArchived: boolean, path: InputPath): void {
  if (!isArchived) return;
  throw new Refusal(new UserError('ARCHIVED', 'The order is in the archive and is no longer changed.', path));
}

export function invalid(message: string, path: InputPath): Refusal {
  return new Refusal(new UserError('VALIDATION', message, path));
}

/** Thrown to fail a whole field of the response, with a code of the catalogue. */
export class TopLevelError extends Error {
  constructor(
    readonly code: TopLevelCode,
    message: string,
    readonly details: Record<string, unknown> = {},
  ) {
    super(message);
  }
}

/** As it stands in the `errors` of an answer, where none of GraphQL's own errors is around it. */
export function asResponseError({ code, message, details }: TopLevelError) {
  return { message, extensions: { code, remedy: errorCatalogue[code].remedy, ...details } };
}
