import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import type { Database } from '../../src/db/driver/database.ts';
import { recordHistory } from '../../src/history/record-history.ts';
import { nowMs, type Commit } from './messages.ts';

export interface WorkedFulfillment {
  readonly id: string;
  readonly orderId: string;
  readonly locationCode: string;
}

const tickMs = 5;
const nobody = { userId: null, ipAddress: null, userAgent: null };

/**
 * Changes fulfillments at an even rate, as another server would: each in a transaction of its own, with one entry of
 * the history, and with a gathered NOTIFY after the commits. Each event is named by the time that it carries, so that
 * whoever gets it can be asked when. The moment of a commit is when its answer is here: the time in the row is from
 * before it, by as long as the transaction takes.
 */
export async function writeEvents(
  database: Database,
  fulfillments: readonly WorkedFulfillment[],
  options: { readonly perSecond: number; readonly seconds: number },
): Promise<Commit[]> {
  const count = Math.round(options.perSecond * options.seconds);
  const startedAt = nowMs();
  const commits: Commit[] = [];
  const running: Promise<unknown>[] = [];
  const notify = gathered(database);
  for (let written = 0; written < count;) {
    const due = Math.min(count, Math.floor(((nowMs() - startedAt) / 1000) * options.perSecond) + 1);
    for (; written < due; written += 1) {
      const fulfillment = fulfillments[written % fulfillments.length]!;
      const tag = nextTag();
      const write = writeOne(database, fulfillment, tag).then(() => {
        commits.push({ tag, group: fulfillment.locationCode, atMs: nowMs() });
        notify();
      });
      running.push(write);
    }
    await sleep(tickMs);
  }
  await Promise.all(running);
  return commits;
}

async function writeOne(database: Database, { id, orderId }: WorkedFulfillment, tag: string): Promise<void> {
  await database.transaction(async (transaction) => {
    await transaction.execute(sql`update order_fulfillments set version = version + 1 where id = ${id}`);
    await recordHistory(transaction, nobody, [
      {
        orderId,
        fulfillmentId: id,
        action: 'status_changed',
        oldStatus: 'pending',
        newStatus: 'picking',
        description: 'A change of the bench.',
        occurredAt: tag,
      },
    ]);
  });
}

let lastTagMicroseconds = 0;

/** The present time in microseconds, each one once, and none that the database would write with fewer digits. */
function nextTag(): string {
  lastTagMicroseconds = Math.max(lastTagMicroseconds + 1, Date.now() * 1000);
  if (lastTagMicroseconds % 10 === 0) lastTagMicroseconds += 1;
  const text = new Date(Math.floor(lastTagMicroseconds / 1000)).toISOString();
  return `${text.slice(0, -1)}${String(lastTagMicroseconds % 1000).padStart(3, '0')}Z`;
}

/** As `EventLog.wakeListeners` does it. */
function gathered(database: Database): () => void {
  let timer: NodeJS.Timeout | undefined;
  return () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      database.notify('order_history').catch(() => {});
    }, 5);
  };
}
