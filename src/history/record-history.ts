import { sql } from 'drizzle-orm';
import type { Executor } from '../db/driver/database.ts';
import type { OrderHistoryAction } from '../db/tables/enumerations.ts';

/** One change to an order or to something under it. */
export interface HistoryEntry {
  orderId: string;
  /** Where a fulfillment is concerned; the statuses are then the fulfillment's. */
  fulfillmentId?: string;
  action: OrderHistoryAction;
  oldStatus?: string | null;
  newStatus?: string | null;
  /** For people. No personal data: the history outlives the person. */
  description: string;
  /** For programs. No personal data. */
  additionalData?: Record<string, unknown>;
}

/** An entry with the moment of its change. */
export interface DatedEntry extends HistoryEntry {
  occurredAt: string;
}

export function occurredAt(entries: readonly HistoryEntry[], moment: string): DatedEntry[] {
  return entries.map((entry) => ({ ...entry, occurredAt: moment }));
}

/** Who made a change, and from where. */
export interface Performer {
  userId: string | null;
  ipAddress: string | null;
  userAgent: string | null;
}

/**
 * Appends to the audit trail, which is also the event log. The only insert into it: the write path calls it in
 * the transaction of the change, and imports call it with the times of their source.
 *
 * The rows get their places in the log in the order given.
 */
export async function recordHistory(
  transaction: Executor,
  performer: Performer,
  entries: readonly DatedEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  await transaction.execute(sql`
    insert into order_history (order_id, fulfillment_id, action, old_status, new_status, description,
      additional_data, created_at, performed_by_id, ip_address, user_agent)
    select "orderId", "fulfillmentId", action, "oldStatus", "newStatus", description,
      "additionalData", "occurredAt", ${performer.userId}::uuid, ${performer.ipAddress}, ${performer.userAgent}
    from jsonb_to_recordset(${JSON.stringify(entries)}::text::jsonb) as entry (
      "orderId" uuid, "fulfillmentId" uuid, action order_history_action, "oldStatus" text, "newStatus" text,
      description text, "additionalData" jsonb, "occurredAt" timestamptz)`);
}
