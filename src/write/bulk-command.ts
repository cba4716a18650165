import type { Permission } from '../auth/permissions.ts';
import type { Executor } from '../db/driver/database.ts';
import type { UserError } from '../shared/errors.ts';
import type { CarriedOut } from './carry-out.ts';
import type { BulkSubject, CommandInput, CommandResult, Scope, Target } from './command.ts';

/** What every bulk input carries. The ids are UUIDs and all different: whoever takes the input checks that. */
export interface BulkInput extends CommandInput {
  readonly orderIds: readonly string[];
  /** All or nothing. */
  readonly atomic?: boolean | null;
  /** Does everything and rolls it back. */
  readonly dryRun?: boolean | null;
}

/** What a bulk call does to each of its rows: always by a command that exists for one. */
export interface BulkPlan<Locked extends Target> {
  carryOut(scope: Scope, target: Locked): Promise<CarriedOut<CommandResult>>;
  /**
   * Locks what the rows have in common (levels of stock), in an order that is the same for everybody. Each row does
   * so for itself, but row after row that is no order any more.
   */
  lockShared?(transaction: Executor, ids: readonly string[]): Promise<void>;
}

/** One verb on up to a thousand things. */
export interface BulkCommand<Input extends BulkInput, Locked extends Target> {
  readonly name: string;
  /** The actor needs at least one of them, and for each row the permission of its step. */
  readonly permissions: readonly Permission[];
  readonly subject: BulkSubject<Locked>;
  /** Throws a refusal where the input as a whole is not possible. */
  plan(input: Input): BulkPlan<Locked>;
}

/** What became of a row. Stored with an idempotency key, so plain values only. */
export interface BulkRow {
  readonly orderId: string;
  /** The row itself was not refused. */
  readonly accepted: boolean;
  /** The status afterwards, where it was accepted. */
  readonly newStatus: string | null;
  /** What the history says of it. */
  readonly effects: readonly string[];
  readonly userErrors: readonly UserError[];
}

export interface BulkAnswer {
  /** Null where the call as a whole was refused. */
  readonly rows: readonly BulkRow[] | null;
  /** Whether the accepted rows were committed: not in a dry run, nor in an atomic call with a refused row. */
  readonly applied: boolean;
  readonly userErrors: readonly UserError[];
}
