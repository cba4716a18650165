import type { Actor } from '../auth/actor.ts';
import type { Permission } from '../auth/permissions.ts';
import type { Executor } from '../db/driver/database.ts';
import type { OrderHistoryAction } from '../db/tables/enumerations.ts';
import type { HistoryEntry } from '../history/record-history.ts';
import { permissionsOf, type Workflow } from './workflow.ts';

/** Identifiers and plain values: what is stored with an idempotency key and given again on a repeat. */
export type CommandResult = Record<string, string | number | boolean | null | readonly string[]>;

/** What every command works with. */
export interface Scope {
  readonly transaction: Executor;
  readonly actor: Actor;
  /** The database's clock after the lock was taken: the one time of everything the command does. */
  readonly now: string;
}

/** What is locked and changed: its status decides what is possible, its version tells who was faster. */
export interface Target<Status extends string = string> {
  readonly id: string;
  readonly status: Status;
  readonly version: number;
}

/**
 * A kind of thing that commands change. Everything under an order locks its order first, so that there is one
 * lock and one timeline.
 */
export interface Subject<Locked extends Target> {
  readonly kind: 'Order' | 'Fulfillment' | 'Note' | 'Return';
  /** The field of the input that names it, or by which it is found. */
  readonly inputField:
    'orderId' | 'fulfillmentId' | 'noteId' | 'returnId' | 'reservationId' | 'locationCode' | 'paymentId';
  /** What the input names, where it is not the subject itself: a reservation is found, its order is locked. */
  readonly foundBy?: 'Reservation' | 'Location' | 'Payment';
  readonly workflow: Workflow<Locked['status']>;
  /** Locks the order and reads afresh; undefined when there is none that the actor may see. */
  lock(transaction: Executor, actor: Actor, id: string): Promise<{ target: Locked; now: string } | undefined>;
  /** Which order (and fulfillment) the history rows belong to. */
  concerns(target: Locked): { orderId: string; fulfillmentId?: string };
  isHeld(target: Locked): boolean;
  /** Whether its order is in the archive, where nothing is changed any more. */
  isArchived(target: Locked): boolean;
  /** Whether a part has left the house, where the workflow asks for it. */
  hasShipped?(target: Locked): boolean;
  /** Which statuses the history shows, where they are the order's and not the subject's own. */
  historyStatuses?(target: Locked, status: Locked['status']): { oldStatus: string; newStatus: string };
  /** Writes status and changes, and raises the version. */
  save(
    scope: Scope,
    target: Locked,
    status: Locked['status'],
    changes: Record<string, unknown>,
  ): Promise<void>;
  /** What follows by itself from the change, written and returned as history. */
  follow?(scope: Scope, target: Locked): Promise<HistoryEntry[]>;
}

/** A subject of which many can be changed in one transaction. */
export interface BulkSubject<Locked extends Target> extends Subject<Locked> {
  /** Locks in an order that is the same for everybody; what the actor may not see is missing from the map. */
  lockAll(
    transaction: Executor,
    actor: Actor,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, { target: Locked; now: string }>>;
}

/** What a command with a subject has done; the pipe adds the transition, the history and the version. */
export interface Outcome<Result extends CommandResult> {
  readonly result: Result;
  /** For the history: what happened, in a sentence for people. No personal data, and no amounts of money. */
  readonly description: string;
  /** For the history: the same for programs. Amounts in fields that end in `Minor`: not every role is shown them. */
  readonly additionalData?: Record<string, unknown>;
  /** Where the step of the workflow may end in several statuses: in which. */
  readonly status?: string;
  /** Where the history may call the step by several names: by which. */
  readonly action?: OrderHistoryAction;
  /** Nothing was left to do, and nothing was written: then there is no history either. */
  readonly unchanged?: true;
  /** Further columns of the subject to write. */
  readonly changes?: Record<string, unknown>;
  /** History of what else the command changed. */
  readonly also?: readonly HistoryEntry[];
}

/**
 * Thrown by a lock that finds for itself what to lock, when that has changed before it was locked. The
 * transaction has its id by then, and may lock no other order: the search starts anew in another one.
 */
export class SearchAgain extends Error {}

/** What every input may carry. */
export interface CommandInput {
  readonly idempotencyKey?: string | null;
  readonly expectedVersion?: number | null;
}

interface CommandBase<Input extends CommandInput> {
  readonly name: string;
  /** The actor needs at least one of them. */
  readonly permissions: readonly Permission[];
  /** What must not be kept of the input, not even inside a digest. See docs/decisions/0006-people.md. */
  readonly secrets?: readonly string[];
  /** What takes long and needs no database, such as hashing a password: no transaction waits for it. */
  prepare?(input: Input): Promise<Input>;
}

/** A verb on something that exists. */
export interface SubjectCommand<
  Input extends CommandInput,
  Result extends CommandResult,
  Locked extends Target,
> extends CommandBase<Input> {
  readonly subject: Subject<Locked>;
  /** Which command's row of the workflow it goes by; its own where this is absent. Undefined: there is none. */
  readonly step?: (target: Locked, input: Input) => string | undefined;
  /** The answer where there is nothing to lock; without one that is NOT_FOUND. */
  readonly whenNone?: Result;
  execute(scope: Scope & { readonly target: Locked }, input: Input): Promise<Outcome<Result>>;
}

/** A verb that makes something new, or that concerns no single order. */
export interface FreeCommand<
  Input extends CommandInput,
  Result extends CommandResult,
> extends CommandBase<Input> {
  readonly subject?: undefined;
  execute(
    scope: Scope,
    input: Input,
  ): Promise<{ readonly result: Result; readonly history: readonly HistoryEntry[] }>;
}

export type Command<Input extends CommandInput, Result extends CommandResult, Locked extends Target> =
  SubjectCommand<Input, Result, Locked> | FreeCommand<Input, Result>;

/** A command on a subject; its permissions are those of its steps in the workflow. */
export function defineSubjectCommand<
  Input extends CommandInput,
  Result extends CommandResult,
  Locked extends Target,
>(
  name: string,
  subject: Subject<Locked>,
  execute: SubjectCommand<Input, Result, Locked>['execute'],
): SubjectCommand<Input, Result, Locked> {
  if (!subject.workflow[name]) throw new Error(`The workflow of ${subject.kind} has no command ${name}.`);
  return { name, subject, permissions: permissionsOf(subject.workflow, name), execute };
}
