import { createHash } from 'node:crypto';
import { and, eq, type SQL } from 'drizzle-orm';
import type { Executor } from '../db/driver/database.ts';
import { idempotencyKeys } from '../db/tables/idempotency-keys.ts';
import { Refusal, UserError } from '../shared/errors.ts';
import type { CommandInput } from './command.ts';

/** The same input gives the same text, in whatever order its fields were sent. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    item !== null && typeof item === 'object' && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([left], [right]) => (left < right ? -1 : 1)))
      : item,
  );
}

/** A digest of a password could be guessed at as fast as one can count, so secrets have no part in it. */
export function inputHash(input: CommandInput, secrets: readonly string[] = []): string {
  const left = Object.entries(input).filter(([name]) => name !== 'idempotencyKey' && !secrets.includes(name));
  return createHash('sha256')
    .update(canonicalJson(Object.fromEntries(left)))
    .digest('hex');
}

/**
 * Takes the key for this transaction, or gives the result of the one that spent it. Two calls at once: the
 * second waits at the primary key until the first has committed (and then repeats its answer) or has rolled
 * back (and then does the work itself). A bulk command spends a key part by part: see run-bulk.ts.
 */
export async function claimIdempotencyKey(
  transaction: Executor,
  userId: string | null,
  { name: command, secrets }: { readonly name: string; readonly secrets?: readonly string[] },
  input: CommandInput,
  part = 0,
): Promise<Record<string, unknown> | undefined> {
  const key = input.idempotencyKey;
  // The system names no key: what it does is found by looking, not by asking twice.
  if (key === undefined || key === null || userId === null) return undefined;
  const hash = inputHash(input, secrets);
  const claimed = await transaction
    .insert(idempotencyKeys)
    .values({ userId, key, part, command, inputHash: hash })
    .onConflictDoNothing()
    .returning({ key: idempotencyKeys.key });
  if (claimed.length === 1) return undefined;
  const [earlier] = await transaction
    .select()
    .from(idempotencyKeys)
    .where(partOfKey(userId, key, part));
  if (earlier?.command !== command || earlier.inputHash !== hash || earlier.result === null) {
    throw new Refusal(
      new UserError('IDEMPOTENCY_CONFLICT', 'This idempotency key was used for another command or input.', [
        'idempotencyKey',
      ]),
    );
  }
  return earlier.result;
}

/** The result that is stored under the key of this input, if there is one. Reading it claims nothing. */
export async function findStoredResult(
  read: Executor,
  userId: string | null,
  command: string,
  input: CommandInput,
): Promise<Record<string, unknown> | undefined> {
  if (input.idempotencyKey === undefined || input.idempotencyKey === null || userId === null) {
    return undefined;
  }
  const [stored] = await read
    .select({ result: idempotencyKeys.result })
    .from(idempotencyKeys)
    .where(
      and(
        partOfKey(userId, input.idempotencyKey, 0),
        eq(idempotencyKeys.command, command),
        eq(idempotencyKeys.inputHash, inputHash(input)),
      ),
    );
  return stored?.result ?? undefined;
}

export async function storeResult(
  transaction: Executor,
  userId: string | null,
  input: CommandInput,
  result: Record<string, unknown>,
  part = 0,
): Promise<void> {
  if (input.idempotencyKey === undefined || input.idempotencyKey === null || userId === null) return;
  await transaction
    .update(idempotencyKeys)
    .set({ result })
    .where(partOfKey(userId, input.idempotencyKey, part));
}

function partOfKey(userId: string, key: string, part: number): SQL | undefined {
  const { userId: user, key: name, part: number } = idempotencyKeys;
  return and(eq(user, userId), eq(name, key), eq(number, part));
}
