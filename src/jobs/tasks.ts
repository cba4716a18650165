import type { JobHelpers, TaskList } from 'graphile-worker';
import { withoutStatement } from '../db/pg-errors.ts';
import { archiveOrders, detachHistoryMonths } from './archive.repository.ts';
import { releaseExpired } from '../reservations/release-expired.ts';
import { bySystem, type JobServices } from './job-services.ts';
import {
  makeHistoryPartitions,
  pruneIdempotencyKeys,
  pruneRefreshTokens,
  pruneSignInAttempts,
  pruneWebhookDeliveries,
} from './maintenance.repository.ts';
import { removeSuperseded, requestExpiryAgain, unlockAbandoned } from './queue.repository.ts';
import {
  sendNoteMail,
  sendOrderMail,
  sendWebhookMail,
  type MailServices,
  type NoteMailPayload,
  type OrderMailPayload,
  type WebhookMailPayload,
} from './send-mail.ts';

/** Orders a run; what is left waits for the next, half a minute later. */
const expiredOrdersAtMost = 1_000;

/**
 * What runs by itself and when, in UTC; several servers agree on who does it. A run that was missed is not made up
 * for: each does whatever is due.
 */
export const crontab = [
  '* * * * * releaseExpired ?jobKey=releaseExpired&max=1',
  '*/5 * * * * unlockAbandoned ?jobKey=unlockAbandoned&max=1',
  '10 3 * * * pruneIdempotencyKeys ?jobKey=pruneIdempotencyKeys&max=3',
  '20 3 * * * pruneRefreshTokens ?jobKey=pruneRefreshTokens&max=3',
  '22 3 * * * pruneSignInAttempts ?jobKey=pruneSignInAttempts&max=3',
  '25 3 * * * pruneWebhookDeliveries ?jobKey=pruneWebhookDeliveries&max=3',
  '30 3 * * * makeHistoryPartitions ?jobKey=makeHistoryPartitions&max=5',
  '35 3 * * * archiveOrders ?jobKey=archiveOrders&max=3',
  '40 3 * * * detachHistoryMonths ?jobKey=detachHistoryMonths&max=3',
].join('\n');

const tasksByTheClock = crontab.split('\n').map((line) => line.split(' ')[5]!);

async function releaseWhatExpired({ write, log }: JobServices, payload: unknown): Promise<void> {
  // The crontab knows minutes only: each run by the minute asks for one more, half a minute later.
  if (isByTheMinute(payload)) await write.database.transaction(requestExpiryAgain);
  const released = await releaseExpired(write, bySystem, { limit: expiredOrdersAtMost }, (orderId, error) =>
    log.error({ orderId, reason: reasonOf(error) }, 'expired reservations of an order could not be released'),
  );
  const { orderIds, cancelledOrderIds, units } = released;
  if (orderIds.length === 0) return;
  const counts = { orders: orderIds.length, cancelled: cancelledOrderIds.length, units };
  log.info(counts, 'released expired reservations');
}

const isByTheMinute = (payload: unknown): boolean =>
  typeof payload === 'object' && payload !== null && '_cron' in payload;

async function tellCount(log: JobServices['log'], what: string, work: Promise<number>): Promise<void> {
  const count = await work;
  if (count > 0) log.info({ count }, what);
}

/** Every job that there is, by its name in the queue. */
export function makeTasks(services: MailServices): TaskList {
  const { write, log, observer } = services;
  const { database } = write;
  const tasks: Record<string, (payload: never) => Promise<void>> = {
    sendOrderMail: (payload: OrderMailPayload) => sendOrderMail(services, payload),
    sendNoteMail: (payload: NoteMailPayload) => sendNoteMail(services, payload),
    sendWebhookMail: (payload: WebhookMailPayload) => sendWebhookMail(services, payload),
    releaseExpired: (payload: unknown) => releaseWhatExpired(services, payload),
    unlockAbandoned: async () => {
      await tellCount(log, 'gave back jobs of dead workers', database.transaction(unlockAbandoned));
      await database.transaction((transaction) => removeSuperseded(transaction, tasksByTheClock));
    },
    pruneIdempotencyKeys: () =>
      tellCount(log, 'deleted old idempotency keys', pruneIdempotencyKeys(database)),
    pruneRefreshTokens: () => tellCount(log, 'deleted old refresh tokens', pruneRefreshTokens(database)),
    pruneSignInAttempts: () =>
      tellCount(log, 'deleted old counts of sign-ins', pruneSignInAttempts(database)),
    pruneWebhookDeliveries: () =>
      tellCount(log, 'deleted old webhook deliveries', pruneWebhookDeliveries(database)),
    makeHistoryPartitions: () =>
      tellCount(log, 'made partitions of the history', makeHistoryPartitions(database)),
    archiveOrders: async () => {
      const days = services.archive?.archiveAfterDays;
      if (days !== undefined) await tellCount(log, 'archived orders', archiveOrders(database, days));
    },
    detachHistoryMonths: async () => {
      const months = services.archive?.historyMonths;
      if (months === undefined) return;
      await tellCount(log, 'moved months of the history', detachHistoryMonths(database, months));
    },
  };
  return Object.fromEntries(
    Object.entries(tasks).map(([name, task]) => [
      name,
      async (payload: unknown, helpers: JobHelpers) => {
        const startedAt = performance.now();
        let isSuccess = false;
        try {
          // A stop that has waited long enough gives the job back.
          await Promise.race([task(payload as never), helpers.abortPromise]);
          isSuccess = true;
        } catch (error) {
          // What is thrown here is kept with the job and logged: no cause, which may hold values and addresses.
          // oxlint-disable-next-line preserve-caught-error
          throw new Error(reasonOf(error));
        } finally {
          observer?.jobEnded(name, performance.now() - startedAt, isSuccess);
        }
      },
    ]),
  );
}

/** What went wrong, without the statement and its values. */
function reasonOf(error: unknown): string {
  const fault = withoutStatement(error);
  if (!(fault instanceof Error)) return 'unknown';
  // PostgreSQL may quote a value in its message; its code says as much.
  return fault.name === 'PostgresError'
    ? `PostgreSQL ${(fault as { code?: string }).code}`
    : `${fault.name}: ${fault.message}`;
}
