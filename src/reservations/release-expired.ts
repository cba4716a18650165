import { requirePermission } from '../auth/actor.ts';
import { findStoredResult } from '../write/idempotency.ts';
import type { CommandInput, FreeCommand } from '../write/command.ts';
import {
  runCommand,
  type CommandAnswer,
  type CommandRequest,
  type WriteServices,
} from '../write/run-command.ts';
import { releaseExpiredOfOrder } from './commands/release-expired-reservations.ts';
import { findOrdersWithExpired } from './expired.repository.ts';

export interface ReleaseExpiredInput extends CommandInput {
  /** Orders at most; the others wait for the next run. */
  limit: number;
}

export interface ReleasedExpired extends Record<string, number | boolean | readonly string[]> {
  /** The orders that something was released of. */
  orderIds: readonly string[];
  cancelledOrderIds: readonly string[];
  units: number;
  /** As many orders as the limit allows were found: there may be more. */
  mayBeMore: boolean;
}

/**
 * Releases what is past its time, order by order, each in a transaction of its own: nobody waits for the whole, and
 * any number of servers may do it at once. What goes wrong with one order does not keep the others waiting.
 */
export async function releaseExpired(
  services: WriteServices,
  request: CommandRequest,
  { limit }: ReleaseExpiredInput,
  onFailure: (orderId: string, error: unknown) => void,
): Promise<ReleasedExpired> {
  const found = await findOrdersWithExpired(services.database.read, limit);
  const orderIds: string[] = [];
  const cancelledOrderIds: string[] = [];
  let units = 0;
  for (const orderId of found) {
    try {
      const { result } = await runCommand(services, request, releaseExpiredOfOrder, { orderId });
      units += result?.units ?? 0;
      if (result?.cancelled) cancelledOrderIds.push(orderId);
      if (result?.units || result?.cancelled) orderIds.push(orderId);
    } catch (error) {
      onFailure(orderId, error);
    }
  }
  return { orderIds, cancelledOrderIds, units, mayBeMore: found.length === limit };
}

const commandName = 'releaseExpiredReservations';

/**
 * The same by hand. The orders are committed one by one, so the key is spent after them, on what they came to; a
 * call that was cut off and is sent again releases the rest, which harms nobody.
 */
export async function releaseExpiredByHand(
  services: WriteServices,
  request: CommandRequest,
  input: ReleaseExpiredInput,
): Promise<CommandAnswer<ReleasedExpired>> {
  const actor = requirePermission(request.actor, ...releaseExpiredOfOrder.permissions);
  const { read } = services.database;
  const stored = await findStoredResult(read, actor.userId, commandName, input);
  if (stored) return { result: stored as ReleasedExpired, userErrors: [] };
  const spendKey = (result: ReleasedExpired): FreeCommand<ReleaseExpiredInput, ReleasedExpired> => ({
    name: commandName,
    permissions: releaseExpiredOfOrder.permissions,
    execute: async () => ({ result, history: [] }),
  });
  const failures: unknown[] = [];
  const result = await releaseExpired(services, request, input, (_orderId, error) => failures.push(error));
  if (failures.length > 0) throw failures[0];
  return runCommand(services, request, spendKey(result), input);
}
