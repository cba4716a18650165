import { asc, eq, inArray, sql } from 'drizzle-orm';
import type { Executor } from '../db/driver/database.ts';
import { stockLocations } from '../db/tables/stock.ts';
import { webhookCursors, webhookEndpoints } from '../db/tables/webhooks.ts';
import type { LoadingSource } from '../graphql/loading.ts';
import { beginning } from '../history/log-place.ts';
import { readLastEvent } from '../history/log.repository.ts';
import { invalid, notFound } from '../shared/errors.ts';

/** Without the secrets: what is not read cannot be shown. */
const shownOfEndpoint = {
  id: webhookEndpoints.id,
  url: webhookEndpoints.url,
  actions: webhookEndpoints.actions,
  channels: webhookEndpoints.channels,
  locationCodes: webhookEndpoints.locationCodes,
  orderStatuses: webhookEndpoints.orderStatuses,
  previousSecretUntil: webhookEndpoints.previousSecretUntil,
  active: webhookEndpoints.active,
  disabledAt: webhookEndpoints.disabledAt,
  disabledReason: webhookEndpoints.disabledReason,
  version: webhookEndpoints.version,
  createdAt: webhookEndpoints.createdAt,
  updatedAt: webhookEndpoints.updatedAt,
};
export type WebhookEndpointRow = Pick<typeof webhookEndpoints.$inferSelect, keyof typeof shownOfEndpoint>;

/** They are few: the system makes none by itself. */
export const endpointsAtMost = 100;

export function listEndpoints(read: Executor): Promise<WebhookEndpointRow[]> {
  return read
    .select(shownOfEndpoint)
    .from(webhookEndpoints)
    .orderBy(asc(webhookEndpoints.url), asc(webhookEndpoints.id));
}

export function findEndpoints(
  { read }: LoadingSource,
  ids: readonly string[],
): Promise<WebhookEndpointRow[]> {
  return read
    .select(shownOfEndpoint)
    .from(webhookEndpoints)
    .where(inArray(webhookEndpoints.id, [...ids]));
}

export async function countEndpoints(read: Executor): Promise<number> {
  const [row] = await read.select({ count: sql<number>`count(*)::integer` }).from(webhookEndpoints);
  return row!.count;
}

export async function lockEndpoint(transaction: Executor, endpointId: string) {
  const [endpoint] = await transaction
    .select()
    .from(webhookEndpoints)
    .where(eq(webhookEndpoints.id, endpointId))
    .for('no key update');
  if (!endpoint) throw notFound(`Webhook endpoint ${endpointId}`, ['endpointId']);
  return endpoint;
}

/**
 * Where the log ends at this moment: everything that is committed after the endpoint is sent to it. The oldest
 * transaction that is still running comes after this place, so that no event of it is missed.
 */
export async function startAtEndOfLog(transaction: Executor, endpointId: string): Promise<void> {
  const { transactionId, position } = ((await readLastEvent(transaction)) ?? beginning).place;
  await transaction.insert(webhookCursors).values({
    endpointId,
    transactionId: transactionId.toString(),
    position: Number(position),
  });
}

/** Whoever feeds the endpoint holds its cursor first and then touches the endpoint; so does whoever deletes it. */
export async function deleteEndpoint(transaction: Executor, endpointId: string): Promise<void> {
  await transaction
    .select({ endpointId: webhookCursors.endpointId })
    .from(webhookCursors)
    .where(eq(webhookCursors.endpointId, endpointId))
    .for('update');
  await transaction.delete(webhookEndpoints).where(eq(webhookEndpoints.id, endpointId));
}

/** What waits is due at once, with all of its attempts before it. */
export async function startPendingAnew(transaction: Executor, endpointId: string): Promise<void> {
  await transaction.execute(sql`
    update webhook_deliveries set attempts = 0, next_attempt_at = now()
    where endpoint_id = ${endpointId}::uuid and status = 'pending'`);
}

export async function requireLocations(read: Executor, codes: readonly string[]): Promise<void> {
  const found = await read
    .select({ code: stockLocations.code })
    .from(stockLocations)
    .where(inArray(stockLocations.code, [...codes]));
  const known = new Set(found.map(({ code }) => code));
  const unknown = codes.filter((code) => !known.has(code));
  if (unknown.length > 0) {
    throw invalid(`There is no location with the code ${unknown.join(', ')}.`, ['locationCodes']);
  }
}
