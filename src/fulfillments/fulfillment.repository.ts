import { and, asc, desc, eq, getTableColumns, inArray, sql, type SQL } from 'drizzle-orm';
import { viewerParameters, visibleOrders } from '../auth/visibility.ts';
import { prepared, uuidArray } from '../db/prepared.ts';
import type { FulfillmentStatus } from '../db/tables/enumerations.ts';
import { fulfillmentItems, orderFulfillments } from '../db/tables/fulfillments.ts';
import { orderItems, orders } from '../db/tables/orders.ts';
import type { LoadingSource } from '../graphql/loading.ts';
import type { Keyset, ListOrder } from '../shared/page.ts';

export type FulfillmentRow = typeof orderFulfillments.$inferSelect;
/** All but the times, which nobody asks for: every value that is read costs each screen a little. */
const { createdAt: _createdAt, updatedAt: _updatedAt, ...itemColumns } = getTableColumns(fulfillmentItems);
export type FulfillmentItemRow = Pick<typeof fulfillmentItems.$inferSelect, keyof typeof itemColumns>;

export async function findFulfillments(
  { read, actor }: LoadingSource,
  ids: readonly string[],
): Promise<FulfillmentRow[]> {
  const statement = prepared(read, `findFulfillments.${actor.role}`, (on) =>
    on
      .select(getTableColumns(orderFulfillments))
      .from(orderFulfillments)
      .innerJoin(orders, eq(orders.id, orderFulfillments.orderId))
      .where(
        and(sql`${orderFulfillments.id} = any(${sql.placeholder('ids')}::uuid[])`, visibleOrders(actor.role)),
      )
      .prepare('findFulfillments'),
  );
  return statement.execute({ ids: uuidArray(ids), ...viewerParameters(actor) });
}

export async function findFulfillmentIdByNumber(
  { read, actor }: LoadingSource,
  number: string,
): Promise<string | null> {
  const [row] = await read
    .select({ id: orderFulfillments.id })
    .from(orderFulfillments)
    .innerJoin(orders, eq(orders.id, orderFulfillments.orderId))
    .where(and(eq(orderFulfillments.number, number), visibleOrders(actor.role)))
    .prepare('findFulfillmentIdByNumber')
    .execute(viewerParameters(actor));
  return row?.id ?? null;
}

/** The latest that left with this tracking number: carriers give numbers out again. */
export async function findFulfillmentIdByTrackingNumber(
  { read, actor }: LoadingSource,
  trackingNumber: string,
): Promise<string | null> {
  const [row] = await read
    .select({ id: orderFulfillments.id })
    .from(orderFulfillments)
    .innerJoin(orders, eq(orders.id, orderFulfillments.orderId))
    .where(and(eq(orderFulfillments.trackingNumber, trackingNumber), visibleOrders(actor.role)))
    // As text: sorted as it is, PostgreSQL reads the whole table by its key, expecting to meet the number soon.
    .orderBy(desc(sql`${orderFulfillments.id}::text collate "C"`))
    .limit(1)
    .prepare('findFulfillmentIdByTrackingNumber')
    .execute(viewerParameters(actor));
  return row?.id ?? null;
}

/** The items of fulfillments that are visible already. */
export async function findFulfillmentItems(
  { read }: LoadingSource,
  fulfillmentIds: readonly string[],
): Promise<FulfillmentItemRow[]> {
  const statement = prepared(read, 'findFulfillmentItems', (on) =>
    on
      .select(itemColumns)
      .from(fulfillmentItems)
      .innerJoin(orderItems, eq(orderItems.id, fulfillmentItems.orderItemId))
      .where(sql`${fulfillmentItems.fulfillmentId} = any(${sql.placeholder('ids')}::uuid[])`)
      .orderBy(asc(orderItems.position), asc(fulfillmentItems.id))
      .prepare('findFulfillmentItems'),
  );
  return statement.execute({ ids: uuidArray(fulfillmentIds) });
}

export interface FulfillmentFilterValues {
  statuses?: readonly FulfillmentStatus[] | null;
  locationCode?: string | null;
  orderId?: string | null;
  assignedToId?: string | null;
}

export const queueOrder: ListOrder = {
  name: 'queue created_at, id asc',
  keys: [{ type: 'timestamptz' }, { type: 'uuid' }],
};

/** The warehouse's queue: oldest first. */
export async function searchFulfillments(
  { read, actor }: LoadingSource,
  filter: FulfillmentFilterValues,
  limit: number,
  after: Keyset | null,
): Promise<FulfillmentRow[]> {
  const afterCondition = after
    ? sql`(${orderFulfillments.createdAt}, ${orderFulfillments.id}) > (${after[0]}::timestamptz, ${after[1]}::uuid)`
    : undefined;
  return read
    .select(getTableColumns(orderFulfillments))
    .from(orderFulfillments)
    .innerJoin(orders, eq(orders.id, orderFulfillments.orderId))
    .where(and(visibleOrders(actor.role), ...conditionsOf(filter), afterCondition))
    .orderBy(asc(orderFulfillments.createdAt), asc(orderFulfillments.id))
    .limit(limit)
    .prepare('searchFulfillments')
    .execute(viewerParameters(actor));
}

export async function countFulfillments(
  { read, actor }: LoadingSource,
  filter: FulfillmentFilterValues,
): Promise<number> {
  const [row] = await read
    .select({ count: sql<number>`count(*)::integer` })
    .from(orderFulfillments)
    .innerJoin(orders, eq(orders.id, orderFulfillments.orderId))
    .where(and(visibleOrders(actor.role), ...conditionsOf(filter)))
    .prepare('countFulfillments')
    .execute(viewerParameters(actor));
  return row!.count;
}

function conditionsOf(filter: FulfillmentFilterValues): (SQL | undefined)[] {
  const { statuses, locationCode, orderId, assignedToId } = filter;
  return [
    statuses ? inArray(orderFulfillments.status, [...statuses]) : undefined,
    // A value and not a join, so that the location's index gives them in sequence.
    locationCode
      ? sql`${orderFulfillments.locationId} = (select id from stock_locations where code = ${locationCode})`
      : undefined,
    orderId ? eq(orderFulfillments.orderId, orderId) : undefined,
    assignedToId ? eq(orderFulfillments.assignedToId, assignedToId) : undefined,
  ];
}
