import { requirePermission, type Actor } from '../auth/actor.ts';
import type { Executor } from '../db/driver/database.ts';
import { OutcomeUnknownError } from '../db/driver/errors.ts';
import { type DatedEntry, type Performer } from '../history/record-history.ts';
import { atPath, notFound, Refusal, UserError } from '../shared/errors.ts';
import type { BulkAnswer, BulkCommand, BulkInput, BulkPlan, BulkRow } from './bulk-command.ts';
import type { Target } from './command.ts';
import { recordChanges } from './record-changes.ts';
import { claimIdempotencyKey, storeResult } from './idempotency.ts';
import { unsuccessful } from './command-report.ts';
import type { CommandRequest, WriteServices } from './run-command.ts';

/**
 * Orders in one transaction, where rows are independent. It is short, so that it holds back nobody's events and nobody's
 * orders for long; and PostgreSQL keeps up to 64 savepoints of a transaction where everybody finds them quickly.
 */
const rowsPerBatch = 50;

interface Run<Input extends BulkInput, Locked extends Target> {
  readonly services: WriteServices;
  readonly actor: Actor;
  readonly performer: Performer;
  readonly command: BulkCommand<Input, Locked>;
  readonly plan: BulkPlan<Locked>;
  readonly input: Input;
}

/** The rows of one transaction. */
interface Batch {
  readonly ids: readonly string[];
  /** The place of its first row in the input. */
  readonly offset: number;
  readonly part: number;
  /** Whether a refused row leaves the others be. */
  readonly independent: boolean;
}

/** Thrown to end a transaction that is not to be kept, with what it has found out. */
class NotKept extends Error {
  constructor(readonly rows: readonly BulkRow[]) {
    super('The transaction is rolled back on purpose.');
  }
}

/**
 * One verb on many things, each row by the rules of the single command. Atomic: one transaction, kept only if no row
 * is refused. Otherwise batch after batch, each one transaction in which every row has a savepoint.
 *
 * A dry run does the same and rolls back: whatever would refuse a row refuses it, and no lock, row or event is left;
 * only numbers that were drawn from sequences stay used up. It is told batch by batch too, which is exact because no
 * row's outcome depends on what another row has changed.
 *
 * The idempotency key. Each batch claims a part of it, by its place, in its own transaction and stores its rows there,
 * the refused ones too. The hash is of the whole input and the batch's ids. So after a crash between two batches,
 * each batch is either done and on record or not done at all: the same call again answers the first ones from the
 * record and does the rest. Two such calls at once take turns batch by batch, and give the same answer. An atomic call
 * that was refused, and every dry run, leave the key unspent. Were the size of the batches changed between a crash and
 * the second call, a part's hash would differ and be refused, never done twice.
 */
export async function runBulk<Input extends BulkInput, Locked extends Target>(
  services: WriteServices,
  request: CommandRequest,
  command: BulkCommand<Input, Locked>,
  input: Input,
): Promise<BulkAnswer> {
  const actor = requirePermission(request.actor, ...command.permissions);
  const performer = { userId: actor.userId, ipAddress: request.ipAddress, userAgent: request.userAgent };
  try {
    const run = { services, actor, performer, command, plan: command.plan(input), input };
    return await (input.atomic === true ? runAtomically(run) : runRowByRow(run));
  } catch (error) {
    services.commandEnded?.({ command: command.name, ...unsuccessful(error) });
    if (error instanceof Refusal) return { rows: null, applied: false, userErrors: error.errors };
    throw error;
  }
}

async function runAtomically<Input extends BulkInput, Locked extends Target>(
  run: Run<Input, Locked>,
): Promise<BulkAnswer> {
  const ids = run.input.orderIds;
  const { rows, applied } = await commitBatch(run, { ids, offset: 0, part: 0, independent: false });
  return { rows, applied, userErrors: rows.flatMap((row) => row.userErrors) };
}

async function runRowByRow<Input extends BulkInput, Locked extends Target>(
  run: Run<Input, Locked>,
): Promise<BulkAnswer> {
  const ids = run.input.orderIds;
  const rows: BulkRow[] = [];
  for (let offset = 0; offset < ids.length; offset += rowsPerBatch) {
    const part = offset / rowsPerBatch;
    const batch = { ids: ids.slice(offset, offset + rowsPerBatch), offset, part, independent: true };
    try {
      rows.push(...(await commitBatch(run, batch)).rows);
    } catch (error) {
      // Nothing was done yet: the whole call has failed, like a single command.
      if (offset === 0 && !(error instanceof OutcomeUnknownError)) throw error;
      if (!(error instanceof Refusal)) run.services.reportFault(error);
      // The next batch would most likely fail like this one, so it is not tried.
      rows.push(...batch.ids.map((id, index) => unfinished(id, offset + index, error)));
      const rest = ids.slice(rows.length);
      rows.push(...rest.map((id, index) => unfinished(id, ids.length - rest.length + index, undefined)));
      run.services.commandEnded?.({ command: run.command.name, ...unsuccessful(error) });
      break;
    }
  }
  return { rows, applied: run.input.dryRun !== true, userErrors: [] };
}

/** Says of a row that the server could not finish what is known of it. */
function unfinished(orderId: string, index: number, error: unknown): BulkRow {
  const path = ['orderIds', String(index)];
  const userErrors =
    error instanceof Refusal
      ? error.errors
      : [
          error instanceof OutcomeUnknownError
            ? new UserError('ROW_OUTCOME_UNKNOWN', 'It is not known whether this order was changed.', path)
            : new UserError('ROW_NOT_DONE', 'The server could not go on; this order was not changed.', path),
        ];
  return { orderId, accepted: false, newStatus: null, effects: [], userErrors };
}

async function commitBatch<Input extends BulkInput, Locked extends Target>(
  run: Run<Input, Locked>,
  batch: Batch,
): Promise<{ rows: readonly BulkRow[]; applied: boolean }> {
  try {
    const { rows, wroteHistory, isReplay } = await run.services.database.transaction(async (transaction) => {
      const done = await runBatch(transaction, run, batch);
      const isRefused = !batch.independent && done.rows.some((row) => !row.accepted);
      if (isRefused || run.input.dryRun === true) throw new NotKept(done.rows);
      return done;
    });
    if (wroteHistory) run.services.wakeListeners();
    report(run, rows, isReplay);
    return { rows, applied: true };
  } catch (error) {
    if (!(error instanceof NotKept)) throw error;
    // Those that were accepted have not happened.
    report(
      run,
      error.rows.filter((row) => !row.accepted),
    );
    return { rows: error.rows, applied: false };
  }
}

/** Each row counts as a command of its own. Who only tries out what would happen is not counted. */
function report<Input extends BulkInput, Locked extends Target>(
  { services, command, input }: Run<Input, Locked>,
  rows: readonly BulkRow[],
  isReplay = false,
): void {
  if (!services.commandEnded || input.dryRun === true) return;
  for (const { accepted, orderId, userErrors } of rows) {
    services.commandEnded({
      command: command.name,
      ...(isReplay
        ? { outcome: 'replayed' }
        : accepted
          ? { outcome: 'done', result: { orderId } }
          : { outcome: 'refused', codes: userErrors.map(({ code }) => code) }),
    });
  }
}

async function runBatch<Input extends BulkInput, Locked extends Target>(
  transaction: Executor,
  run: Run<Input, Locked>,
  batch: Batch,
): Promise<{ rows: readonly BulkRow[]; wroteHistory: boolean; isReplay?: true }> {
  const { actor, command, plan } = run;
  // Every lock comes before the first write, the key's too: see docs/decisions/0003-log-order.md.
  const locked = await command.subject.lockAll(transaction, actor, batch.ids);
  const input = { ...run.input, ofThem: batch.ids };
  const earlier = await claimIdempotencyKey(transaction, actor.userId, command, input, batch.part);
  if (earlier) return { rows: earlier['rows'] as BulkRow[], wroteHistory: false, isReplay: true };
  await plan.lockShared?.(transaction, batch.ids);
  const rows: BulkRow[] = [];
  const history: DatedEntry[] = [];
  for (const [index, id] of batch.ids.entries()) {
    const path = ['orderIds', String(batch.offset + index)];
    const done = await runRow(transaction, run, batch, locked.get(id.toLowerCase()), id, path);
    rows.push(done.row);
    history.push(...done.history);
  }
  await recordChanges(transaction, run.performer, history);
  await storeResult(transaction, actor.userId, input, { rows }, batch.part);
  return { rows, wroteHistory: history.length > 0 };
}

async function runRow<Input extends BulkInput, Locked extends Target>(
  transaction: Executor,
  { actor, command, plan }: Run<Input, Locked>,
  batch: Batch,
  locked: { target: Locked; now: string } | undefined,
  orderId: string,
  path: readonly string[],
): Promise<{ row: BulkRow; history: readonly DatedEntry[] }> {
  const { kind, inputField } = command.subject;
  try {
    if (!locked) throw notFound(`${kind} ${orderId}`, [inputField]);
    const carryOut = (on: Executor) =>
      plan.carryOut({ transaction: on, actor, now: locked.now }, locked.target);
    // Where one refused row undoes them all, none needs to be undone alone: the others are only looked at.
    const { status, history } = await (batch.independent
      ? transaction.transaction(carryOut)
      : carryOut(transaction));
    const effects = history.map(({ description }) => description);
    return { row: { orderId, accepted: true, newStatus: status, effects, userErrors: [] }, history };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const userErrors = error.errors.map((each) => atRow(each, inputField, path));
    return { row: { orderId, accepted: false, newStatus: null, effects: [], userErrors }, history: [] };
  }
}

/** What the single command says of its `orderId` is said of the row; the rest of the input is the same for all. */
function atRow(error: UserError, inputField: string, path: readonly string[]): UserError {
  const [first, ...further] = error.path;
  return first === inputField ? atPath(error, [...path, ...further]) : error;
}
