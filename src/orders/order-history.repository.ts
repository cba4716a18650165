import { and, desc, eq, getTableColumns, gte, inArray, lt, sql, type SQL, type Subquery } from 'drizzle-orm';
import { historyOfVisibleOrders, viewerParameters, visibleHistory } from '../auth/visibility.ts';
import type { Channel, OrderHistoryAction, Role } from '../db/tables/enumerations.ts';
import { orderFulfillments } from '../db/tables/fulfillments.ts';
import { everyHistoryEntry, orderHistory } from '../db/tables/order-history.ts';
import { orders } from '../db/tables/orders.ts';
import type { Executor } from '../db/driver/database.ts';
import { hasDetachedMonths } from '../history/log-beginning.repository.ts';
import type { LoadingSource } from '../graphql/loading.ts';
import type { Keyset, ListOrder } from '../shared/page.ts';

export type OrderHistoryRow = typeof orderHistory.$inferSelect;

export interface OrderHistoryFilterValues {
  orderId?: string | null;
  fulfillmentId?: string | null;
  actions?: readonly OrderHistoryAction[] | null;
  performedById?: string | null;
  channel?: readonly Channel[] | null;
  createdFrom?: string | null;
  createdBefore?: string | null;
}

export const historyOrder: ListOrder = {
  name: 'order_history created_at, position desc across orders',
  keys: [{ type: 'timestamptz' }, { type: 'bigint' }],
};

/** The statement of a page across orders, latest first. */
export function selectHistory(
  read: Executor,
  role: Role,
  filter: OrderHistoryFilterValues,
  limit: number,
  after: Keyset | null,
  from: typeof orderHistory | Subquery = orderHistory,
) {
  // The first condition follows from the second; it is what PostgreSQL leaves out whole months by.
  const beyond =
    after &&
    sql`${orderHistory.createdAt} <= ${after[0]}::timestamptz
      and (${orderHistory.createdAt}, ${orderHistory.position}) < (${after[0]}::timestamptz, ${after[1]}::bigint)`;
  return read
    .select(getTableColumns(orderHistory))
    .from(from)
    .where(and(conditionOf(role, filter), beyond ?? undefined))
    .orderBy(desc(firstKey(role)), desc(orderHistory.position))
    .limit(limit);
}

/**
 * What is a customer's is a little of very much. It is to be found by order and then sorted, and not by walking back
 * through the whole log until a page of it has turned up; adding nothing takes the index of the log out of the choice.
 */
function firstKey(role: Role): SQL {
  return role === 'customer'
    ? sql`(${orderHistory.createdAt} + interval '0')`
    : sql`${orderHistory.createdAt}`;
}

/** What the archive holds is older than all that the log does: it is looked into where the log has no full page. */
export async function searchHistory(
  { read, actor }: LoadingSource,
  filter: OrderHistoryFilterValues,
  limit: number,
  after: Keyset | null,
): Promise<OrderHistoryRow[]> {
  const recent = await selectHistory(read, actor.role, filter, limit, after)
    .prepare('searchHistory')
    .execute(viewerParameters(actor));
  if (recent.length === limit || !(await hasDetachedMonths(read))) return recent;
  return selectHistory(read, actor.role, filter, limit, after, everyHistoryEntry)
    .prepare('searchEveryHistoryEntry')
    .execute(viewerParameters(actor));
}

export async function countHistory(
  { read, actor }: LoadingSource,
  filter: OrderHistoryFilterValues,
): Promise<number> {
  const [row] = await read
    .select({ count: sql<number>`count(*)::integer` })
    .from(everyHistoryEntry as typeof orderHistory | Subquery)
    .where(conditionOf(actor.role, filter))
    .prepare('countHistory')
    .execute(viewerParameters(actor));
  return row!.count;
}

function conditionOf(role: Role, filter: OrderHistoryFilterValues): SQL | undefined {
  const { orderId, fulfillmentId, actions, performedById, channel, createdFrom, createdBefore } = filter;
  return and(
    visibleHistory(role),
    historyOfVisibleOrders(role),
    orderId ? eq(orderHistory.orderId, orderId) : undefined,
    fulfillmentId ? ofFulfillment(fulfillmentId) : undefined,
    actions ? inArray(orderHistory.action, [...actions]) : undefined,
    performedById ? eq(orderHistory.performedById, performedById) : undefined,
    channel ? ofChannels(channel) : undefined,
    createdFrom ? gte(orderHistory.createdAt, createdFrom) : undefined,
    createdBefore ? lt(orderHistory.createdAt, createdBefore) : undefined,
  );
}

/** By its order too, since the index of the history is by order: there is none by fulfillment to keep up. */
function ofFulfillment(id: string): SQL {
  const orderId = sql`(select ${orderFulfillments.orderId} from ${orderFulfillments} where ${orderFulfillments.id} = ${id})`;
  return sql`${orderHistory.fulfillmentId} = ${id} and ${orderHistory.orderId} = ${orderId}`;
}

function ofChannels(channels: readonly Channel[]): SQL {
  return sql`exists (select from ${orders} where ${orders.id} = ${orderHistory.orderId}
    and ${inArray(orders.channel, [...channels])})`;
}
