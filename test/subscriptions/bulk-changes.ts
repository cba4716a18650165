import type { Database } from '../../src/db/driver/database.ts';
import { recordHistory } from '../../src/history/record-history.ts';

export const nobody = { userId: null, ipAddress: null, userAgent: null };

/** An entry of the history as if the fulfillment had changed. */
export function change(orderId: string, fulfillmentId: string, newStatus = 'picking') {
  return {
    orderId,
    fulfillmentId,
    action: 'status_changed' as const,
    oldStatus: newStatus === 'picking' ? 'pending' : 'picking',
    newStatus,
    description: 'A change of the test.',
    occurredAt: new Date().toISOString(),
  };
}

/** Many changes of one fulfillment, a hundred in a transaction. */
export async function appendChanges(
  database: Database,
  orderId: string,
  fulfillmentId: string,
  count: number,
): Promise<void> {
  for (let first = 0; first < count; first += 100) {
    const entries = Array.from({ length: 100 }, (_, index) =>
      change(orderId, fulfillmentId, index % 2 === 0 ? 'picking' : 'pending'),
    );
    await database.transaction((transaction) => recordHistory(transaction, nobody, entries));
  }
}
