import type { Database } from '../db/driver/database.ts';
import { hasEventsAfter, readTouchedOrders } from '../history/log.repository.ts';
import { projectOrders, readProgress, saveProgress, tryProjectorTurn } from './projection.repository.ts';

/** Events of one transaction: what it writes takes some milliseconds, for which it holds back newer events. */
const eventsPerTransaction = 500;

/** Brings the next events of the log into the figures. Returns how many; zero when there are none, or it is another's turn. */
export async function projectNextEvents(database: Database): Promise<number> {
  if (!(await hasEventsAfter(database.read, await readProgress(database.read)))) return 0;
  return database.transaction(async (transaction) => {
    if (!(await tryProjectorTurn(transaction))) return 0;
    // Read under the lock, in a statement of its own: only so is it what the one before has left.
    const place = await readProgress(transaction);
    const { orderIds, events, last } = await readTouchedOrders(transaction, place, eventsPerTransaction);
    if (last === undefined) return 0;
    await projectOrders(transaction, orderIds);
    await saveProgress(transaction, place, last);
    return events;
  });
}
