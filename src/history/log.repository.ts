import { sql, type SQL } from 'drizzle-orm';
import { isoInstant } from '../db/columns.ts';
import type { Executor } from '../db/driver/database.ts';
import type { Channel, OrderStatus } from '../db/tables/enumerations.ts';
import { everyHistoryEntry, type orderHistory } from '../db/tables/order-history.ts';
import { readLogBeginning } from './log-beginning.repository.ts';
import { isAfter, type LogMark, type LogPlace } from './log-place.ts';

/** A history row with its place in the log, and what filters and visibility need to know of its order and fulfillment. */
export interface LogEvent extends HistoryRow {
  readonly place: LogPlace;
  /** As they are when the event is read. */
  readonly order: {
    readonly id: string;
    readonly channel: Channel;
    readonly status: OrderStatus;
    readonly customerId: string | null;
    readonly assignedToId: string | null;
    readonly hasFulfillment: boolean;
  };
  readonly fulfillment: {
    readonly id: string;
    readonly locationId: string;
    readonly locationCode: string;
    readonly assignedToId: string | null;
  } | null;
}

type HistoryRow = typeof orderHistory.$inferSelect;

interface LogRow extends Record<string, unknown> {
  transactionId: string;
  position: string;
  createdAt: string;
  channel: Channel;
  orderStatus: OrderStatus;
  customerId: string | null;
  orderAssignedToId: string | null;
  hasFulfillment: boolean;
  locationId: string;
  locationCode: string;
  fulfillmentAssignedToId: string | null;
}

/**
 * The events after a place, in the order of the log. Only transactions older than every one still running are
 * read: a row of theirs cannot appear later before one that was read, so nothing is ever skipped.
 */
export async function readLog(executor: Executor, after: LogPlace, limit: number): Promise<LogEvent[]> {
  const rows = await executor.execute<LogRow>(sql`
    select order_history.id, order_history.order_id as "orderId", order_history.fulfillment_id as "fulfillmentId",
      action, old_status as "oldStatus", new_status as "newStatus", order_history.description,
      performed_by_id as "performedById", additional_data as "additionalData", ip_address as "ipAddress",
      user_agent as "userAgent", order_history.transaction_id::text as "transactionId",
      order_history.position::text as position, order_history.created_at::text as "createdAt",
      orders.channel, orders.status as "orderStatus", orders.customer_id as "customerId",
      orders.assigned_to_id as "orderAssignedToId",
      exists (select from order_fulfillments where order_id = orders.id) as "hasFulfillment",
      order_fulfillments.assigned_to_id as "fulfillmentAssignedToId",
      stock_locations.id as "locationId", stock_locations.code as "locationCode"
    from order_history
      join orders on orders.id = order_history.order_id
      left join order_fulfillments on order_fulfillments.id = order_history.fulfillment_id
      left join stock_locations on stock_locations.id = order_fulfillments.location_id
    where ${settledAfter(after)}
    order by order_history.transaction_id, order_history.position
    limit ${limit}`);
  return rows.map(toEvent);
}

/** The orders that the next events after a place are about, and the place of the last one; for what follows the log. */
export async function readTouchedOrders(
  executor: Executor,
  after: LogPlace,
  limit: number,
): Promise<{ orderIds: string[]; events: number; last: LogPlace | undefined }> {
  // Only what begins anew, to count everything, has the archived months before it.
  const entries = isAfter(await readLogBeginning(executor), after) ? everyHistoryEntry : sql`order_history`;
  const rows = await executor.execute<{ orderId: string; transactionId: string; position: string }>(sql`
    select order_id as "orderId", transaction_id::text as "transactionId", position::text as position
    from ${entries} where ${settledAfter(after)} order by order_history.transaction_id, order_history.position limit ${limit}`);
  const last = rows.at(-1);
  return {
    orderIds: [...new Set(rows.map((row) => row.orderId))],
    events: rows.length,
    last: last && { transactionId: BigInt(last.transactionId), position: BigInt(last.position) },
  };
}

/**
 * Whether the log holds an event after the place that can be read. Of `exists` PostgreSQL would believe, once it no
 * longer looks at the place, that a third of all entries are such, and read them in any sequence until it finds none.
 */
export async function hasEventsAfter(executor: Executor, after: LogPlace): Promise<boolean> {
  const first = (table: SQL) => sql`(select true from ${table} as order_history where ${settledAfter(after)}
    order by order_history.transaction_id, order_history.position limit 1)`;
  const [row] = await executor.execute<{ found: boolean }>(
    sql`select coalesce(${first(sql`public.order_history`)}, ${first(sql`archive.log_beginning`)}, false) as found`,
  );
  return row!.found;
}

/** After the place, and of a transaction that is older than every one still running. */
function settledAfter(after: LogPlace): SQL {
  return sql`(order_history.transaction_id, order_history.position)
        > (${after.transactionId.toString()}::xid8, ${after.position.toString()}::bigint)
      and order_history.transaction_id < pg_snapshot_xmin(pg_current_snapshot())`;
}

function toEvent(row: LogRow): LogEvent {
  const { transactionId, position, createdAt, channel, orderStatus, customerId, hasFulfillment } = row;
  const { orderAssignedToId, fulfillmentAssignedToId, locationId, locationCode, ...rest } = row;
  const entry = rest as unknown as HistoryRow & { additionalData: string | null };
  const { orderId, fulfillmentId, additionalData } = entry;
  return {
    ...entry,
    additionalData: additionalData === null ? null : (JSON.parse(additionalData) as Record<string, unknown>),
    position: Number(position),
    createdAt: isoInstant(createdAt),
    place: { transactionId: BigInt(transactionId), position: BigInt(position) },
    order: {
      id: orderId,
      channel,
      status: orderStatus,
      customerId,
      assignedToId: orderAssignedToId,
      hasFulfillment,
    },
    fulfillment:
      fulfillmentId === null
        ? null
        : { id: fulfillmentId, locationId, locationCode, assignedToId: fulfillmentAssignedToId },
  };
}

/** The last event that every reader has or could have; undefined when the log is empty. */
export const readLastEvent = (executor: Executor): Promise<LogMark | undefined> => readEventBack(executor, 0);

/** The event with so many events after it, of those that every reader could have; the first where there are fewer. */
export async function readEventBack(executor: Executor, count: number): Promise<LogMark | undefined> {
  const [row] = await executor.execute<{ id: string; transactionId: string; position: string }>(sql`
    select id, transaction_id::text as "transactionId", position::text as position
    from (
      select id, transaction_id, position from order_history
      where transaction_id < pg_snapshot_xmin(pg_current_snapshot())
      order by order_history.transaction_id desc, order_history.position desc limit ${count + 1}
    ) as latest
    order by latest.transaction_id, latest.position limit 1`);
  if (!row) return undefined;
  return {
    id: row.id,
    place: { transactionId: BigInt(row.transactionId), position: BigInt(row.position) },
  };
}

/** The event at a place; undefined when this log holds none there. */
export async function findEventId(executor: Executor, place: LogPlace): Promise<string | undefined> {
  const [row] = await executor.execute<{ id: string }>(sql`
    select id from order_history
    where transaction_id = ${place.transactionId.toString()}::xid8 and position = ${place.position.toString()}::bigint`);
  return row?.id;
}

/** Whether a transaction is running that may hold back events of those that have committed since it began. */
export async function hasRunningTransactions(executor: Executor): Promise<boolean> {
  const [row] = await executor.execute<{ running: boolean }>(sql`
    select pg_snapshot_xmin(snapshot) <> pg_snapshot_xmax(snapshot) as running
    from pg_current_snapshot() as snapshot`);
  return row!.running;
}

/**
 * What tells this log from every other: the row that the first migration made, the database and the server. A
 * dump restored elsewhere carries the row along, but its transaction ids start anew.
 */
export async function readLogIdentity(executor: Executor): Promise<string> {
  const [row] = await executor.execute<{ identity: string }>(sql`
    select log_identity.id || '/' || pg_database.oid || '/' || system_identifier as identity
    from log_identity, pg_control_system(), pg_database where datname = current_database()`);
  return row!.identity;
}
