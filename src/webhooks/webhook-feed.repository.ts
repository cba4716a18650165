import { eq, inArray, sql } from 'drizzle-orm';
import type { Database, Executor } from '../db/driver/database.ts';
import { orders } from '../db/tables/orders.ts';
import { webhookEndpoints } from '../db/tables/webhooks.ts';
import { readLog, type LogEvent } from '../history/log.repository.ts';
import { eventType, isWanted, payloadOf } from './webhook-event.ts';

/** Events that one endpoint reads of the log in one transaction. */
const batchSize = 500;

/**
 * The endpoints for which the log has something new. Only reads: a poll that finds nothing takes no transaction id, and
 * holds back nobody who follows the log.
 */
export async function findHungryEndpoints(read: Executor): Promise<string[]> {
  const rows = await read.execute<{ id: string }>(sql`
    select id from webhook_endpoints join webhook_cursors as cursor on cursor.endpoint_id = id
    -- Not by exists, as in hasEventsAfter: it would read every entry there is.
    where active and (
      select true from order_history
      where (order_history.transaction_id, order_history.position) > (cursor.transaction_id, cursor.position)
        and order_history.transaction_id < pg_snapshot_xmin(pg_current_snapshot())
      order by order_history.transaction_id, order_history.position limit 1)
    order by id`);
  return rows.map(({ id }) => id);
}

/**
 * Makes the deliveries of the next events of the log for an endpoint, and moves its cursor past them, in one
 * transaction: a worker that is killed anywhere has made all of them or none, and the next one goes on from there.
 * The cursor's row is the lock; another worker that holds it is doing the same. Returns how many events were read.
 *
 * This goes by no command, and so not through `runCommand`: no order changes, nobody asked for it, and what an event
 * leads to is no event of its own.
 */
export function feedEndpoint(database: Database, endpointId: string): Promise<number> {
  return database.transaction(async (transaction) => {
    const [cursor] = await transaction.execute<{ transactionId: string; position: string }>(sql`
      select transaction_id::text as "transactionId", position::text as position
      from webhook_cursors where endpoint_id = ${endpointId}::uuid for update skip locked`);
    if (!cursor) return 0;
    const [endpoint] = await transaction
      .select()
      .from(webhookEndpoints)
      .where(eq(webhookEndpoints.id, endpointId));
    if (!endpoint?.active) return 0;
    const after = { transactionId: BigInt(cursor.transactionId), position: BigInt(cursor.position) };
    const events = await readLog(transaction, after, batchSize);
    const last = events.at(-1);
    if (!last) return 0;
    await insertDeliveries(
      transaction,
      endpointId,
      events.filter((event) => isWanted(event, endpoint)),
    );
    await transaction.execute(sql`
      update webhook_cursors set transaction_id = ${last.place.transactionId.toString()}::xid8,
        position = ${last.place.position.toString()}::bigint
      where endpoint_id = ${endpointId}::uuid`);
    return events.length;
  });
}

async function insertDeliveries(
  transaction: Executor,
  endpointId: string,
  events: readonly LogEvent[],
): Promise<void> {
  if (events.length === 0) return;
  const numbers = await findNumbers(transaction, [...new Set(events.map(({ order }) => order.id))]);
  const rows = events.map((event) => ({
    orderId: event.order.id,
    eventId: event.id,
    transactionId: event.place.transactionId.toString(),
    position: event.place.position.toString(),
    eventType: eventType(event),
    payload: payloadOf(event, numbers.get(event.order.id)!),
  }));
  await transaction.execute(sql`
    insert into webhook_deliveries (endpoint_id, order_id, event_id, transaction_id, position, event_type, payload,
      next_attempt_at)
    select ${endpointId}::uuid, "orderId", "eventId", "transactionId", event.position, "eventType", event.payload,
      -- Not before what it has to wait for is tried again.
      greatest(now(), (
        select max(next_attempt_at) from webhook_deliveries as waiting
        where waiting.endpoint_id = ${endpointId}::uuid and waiting.order_id = "orderId" and waiting.status = 'pending'))
    from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as event (
      "orderId" uuid, "eventId" uuid, "transactionId" xid8, position bigint, "eventType" text, payload text)
    on conflict (endpoint_id, event_id) do nothing`);
}

async function findNumbers(read: Executor, orderIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await read
    .select({ id: orders.id, number: orders.number })
    .from(orders)
    .where(inArray(orders.id, [...orderIds]));
  return new Map(rows.map(({ id, number }) => [id, number]));
}
