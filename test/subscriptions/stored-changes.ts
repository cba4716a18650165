import postgres from 'postgres';
import type { LogCursors } from '../../src/history/log-place.ts';

interface StoredRow {
  id: string;
  transaction_id: string;
  position: string;
  fulfillment_id: string;
  old_status: string | null;
  new_status: string;
}

export interface StoredChange {
  cursor: string;
  fulfillmentId: string;
  change: string;
}

/** What a subscriber to everything must have been told, as the database holds it. */
export async function storedChanges(databaseUrl: string, cursors: LogCursors): Promise<StoredChange[]> {
  const client = postgres(databaseUrl, { max: 1, fetch_types: false, onnotice: () => {} });
  try {
    const rows = await client.unsafe<StoredRow[]>(
      `select id, transaction_id::text, position::text, fulfillment_id, old_status, new_status from order_history
       where fulfillment_id is not null and new_status is not null and old_status is distinct from new_status
       order by order_history.transaction_id, order_history.position`,
    );
    return rows.map((row) => ({
      cursor: cursors.encode({
        id: row.id,
        place: { transactionId: BigInt(row.transaction_id), position: BigInt(row.position) },
      }),
      fulfillmentId: row.fulfillment_id,
      change: `${row.old_status}>${row.new_status}`,
    }));
  } finally {
    await client.end({ timeout: 5 });
  }
}

/** What a subscriber was told, in the same form. */
export function toldChanges(
  events: readonly {
    cursor: string;
    oldStatus: string | null;
    newStatus: string;
    fulfillment: { id: string } | null;
  }[],
): StoredChange[] {
  return events.map(({ cursor, oldStatus, newStatus, fulfillment }) => ({
    cursor,
    fulfillmentId: fulfillment!.id,
    change: `${oldStatus?.toLowerCase() ?? null}>${newStatus.toLowerCase()}`,
  }));
}
