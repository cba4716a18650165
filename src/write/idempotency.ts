import { createHash } from 'node:crypto';
import { and, eq } from 'drizzle-orm';
import type { Executor } from '../db/driver/database.ts';
import { idempotencyKeys } from '../db/tables/idempotency-keys.ts';
import { Refusal, UserError } from '../shared/errors.ts';
import type { CommandInput, CommandResult } from './command.ts';

/** The same input gives the same text, in whatever order its fields were sent. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    item !== null && typeof item === 'object' && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([left], [right]) => (left < right ? -1 : 1)))
      : item,
  );
}

export function inputHash(input: CommandInput): string {
  const { idempotencyKey: _key, ...rest } = input;
  return createHash('sha256').update(canonicalJson(rest)).digest('hex');
}

/**
 * Takes the key for this transaction, or gives the result of the one that spent it. Two calls at once: the
 * second waits at the primary key until the first has committed (and then repeats its answer) or has rolled
 * back (and then does the work itself).
 */
export async function claimIdempotencyKey(
  transaction: Executor,
  userId: string | null,
  command: string,
  input: CommandInput,
): Promise<CommandResult | undefined> {
  const key = input.idempotencyKey;
  // The system names no key: what it does is found by looking, not by asking twice.
  if (key === undefined || key === null || userId === null) return undefined;
  const hash = inputHash(input);
  const claimed = await transaction
    .insert(idempotencyKeys)
    .values({ userId, key, command, inputHash: hash })
    .onConflictDoNothing()
    .returning({ key: idempotencyKeys.key });
  if (claimed.length === 1) return undefined;
  const [earlier] = await transaction
    .select()
    .from(idempotencyKeys)
    .where(and(eq(idempotencyKeys.userId, userId), eq(idempotencyKeys.key, key)));
  if (earlier?.command !== command || earlier.inputHash !== hash || earlier.result === null) {
    throw new Refusal(
      new UserError('IDEMPOTENCY_CONFLICT', 'This idempotency key was used for another command or input.', [
        'idempotencyKey',
      ]),
    );
  }
  return earlier.result as CommandResult;
}

/** The result that is stored under the key of this input, if there is one. Reading it claims nothing. */
export async function findStoredResult(
  read: Executor,
  userId: string | null,
  command: string,
  input: CommandInput,
): Promise<CommandResult | undefined> {
  if (input.idempotencyKey === undefined || input.idempotencyKey === null || userId === null) {
    return undefined;
  }
  const [stored] = await read
    .select({ result: idempotencyKeys.result })
    .from(idempotencyKeys)
    .where(
      and(
        eq(idempotencyKeys.userId, userId),
        eq(idempotencyKeys.key, input.idempotencyKey),
        eq(idempotencyKeys.command, command),
        eq(idempotencyKeys.inputHash, inputHash(input)),
      ),
    );
  return (stored?.result as CommandResult | null) ?? undefined;
}

export async function storeResult(
  transaction: Executor,
  userId: string | null,
  input: CommandInput,
  result: CommandResult,
): Promise<void> {
  if (input.idempotencyKey === undefined || input.idempotencyKey === null || userId === null) return;
  await transaction
    .update(idempotencyKeys)
    .set({ result })
    .where(and(eq(idempotencyKeys.userId, userId), eq(idempotencyKeys.key, input.idempotencyKey)));
}
