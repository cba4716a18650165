import { and, desc, eq, gte, inArray, lt, sql, type SQL } from 'drizzle-orm';
import type { Executor } from '../db/driver/database.ts';
import type { WebhookDeliveryStatus } from '../db/tables/enumerations.ts';
import { webhookDeliveries } from '../db/tables/webhooks.ts';
import type { LoadingSource } from '../graphql/loading.ts';
import type { Keyset, ListOrder } from '../shared/page.ts';

export type WebhookDeliveryRow = typeof webhookDeliveries.$inferSelect;

export interface WebhookDeliveryFilterValues {
  endpointId?: string | null;
  statuses?: readonly WebhookDeliveryStatus[] | null;
  orderId?: string | null;
  eventId?: string | null;
  createdFrom?: string | null;
  createdBefore?: string | null;
}

/** By the event’s number: deliveries that were made together have ids in no order. */
export const deliveriesOrder: ListOrder = {
  name: 'webhook deliveries position, id desc',
  keys: [{ type: 'bigint' }, { type: 'uuid' }],
};

/** Latest event first. */
export function searchDeliveries(
  read: Executor,
  filter: WebhookDeliveryFilterValues,
  limit: number,
  after: Keyset | null,
): Promise<WebhookDeliveryRow[]> {
  const beyond =
    after &&
    sql`(${webhookDeliveries.position}, ${webhookDeliveries.id}) < (${after[0]}::bigint, ${after[1]}::uuid)`;
  return read
    .select()
    .from(webhookDeliveries)
    .where(and(conditionOf(filter), beyond ?? undefined))
    .orderBy(desc(webhookDeliveries.position), desc(webhookDeliveries.id))
    .limit(limit);
}

export async function countDeliveries(read: Executor, filter: WebhookDeliveryFilterValues): Promise<number> {
  const [row] = await read
    .select({ count: sql<number>`count(*)::integer` })
    .from(webhookDeliveries)
    .where(conditionOf(filter));
  return row!.count;
}

function conditionOf(filter: WebhookDeliveryFilterValues): SQL | undefined {
  const { endpointId, statuses, orderId, eventId, createdFrom, createdBefore } = filter;
  return and(
    endpointId ? eq(webhookDeliveries.endpointId, endpointId) : undefined,
    statuses ? inArray(webhookDeliveries.status, [...statuses]) : undefined,
    orderId ? eq(webhookDeliveries.orderId, orderId) : undefined,
    eventId ? eq(webhookDeliveries.eventId, eventId) : undefined,
    createdFrom ? gte(webhookDeliveries.createdAt, createdFrom) : undefined,
    createdBefore ? lt(webhookDeliveries.createdAt, createdBefore) : undefined,
  );
}

export function findDeliveries(
  { read }: LoadingSource,
  ids: readonly string[],
): Promise<WebhookDeliveryRow[]> {
  return read
    .select()
    .from(webhookDeliveries)
    .where(inArray(webhookDeliveries.id, [...ids]));
}

export async function deliveryExists(read: Executor, deliveryId: string): Promise<boolean> {
  const rows = await read
    .select({ id: webhookDeliveries.id })
    .from(webhookDeliveries)
    .where(eq(webhookDeliveries.id, deliveryId));
  return rows.length > 0;
}

/** Which deliveries are sent again: one, or those of an endpoint that were given up. */
export type Redelivered =
  { readonly deliveryId: string } | { readonly endpointId: string; readonly failedSince: string };

/** Makes them due at once. What is being sent at this moment is left to end. Returns how many. */
export async function sendAgain(transaction: Executor, which: Redelivered): Promise<number> {
  const condition =
    'deliveryId' in which
      ? sql`id = ${which.deliveryId}::uuid`
      : sql`endpoint_id = ${which.endpointId}::uuid and status = 'failed'
          and last_attempt_at >= ${which.failedSince}::timestamptz`;
  const rows = await transaction.execute(sql`
    update webhook_deliveries set status = 'pending', attempts = 0, next_attempt_at = now(), locked_until = null
    where ${condition} and (locked_until is null or locked_until <= now())
    returning id`);
  return rows.length;
}
