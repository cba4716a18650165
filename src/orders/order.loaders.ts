import type { Actor } from '../auth/actor.ts';
import { visibleHistory } from '../auth/visibility.ts';
import type { ChildList } from '../db/page-per-parent.ts';
import { everyHistoryEntry, orderHistory } from '../db/tables/order-history.ts';
import { orderItems } from '../db/tables/orders.ts';
import { loaderByKey, loaderOfChildPages } from '../graphql/loading.ts';
import { findOrders, type OrderRow } from './order.repository.ts';
import { findOrderItems, type OrderItemRow as ItemRow } from './order-item.repository.ts';

export const orderById = loaderByKey<OrderRow>(findOrders, (order) => order.id);

export const orderItemById = loaderByKey<ItemRow>(findOrderItems, (item) => item.id);

export const itemsOfOrder = loaderOfChildPages(
  () => ({
    name: 'itemsOfOrder',
    table: orderItems,
    parentColumn: orderItems.orderId,
    keys: [{ column: orderItems.position, type: 'integer' }],
    direction: 'asc',
  }),
  orderItemById,
);

const historyList = (actor: Actor, name: string): ChildList<typeof orderHistory> => ({
  name: `${name}.${actor.role}`,
  table: orderHistory,
  parentColumn: orderHistory.orderId,
  visible: visibleHistory(actor.role),
  keys: [
    { column: orderHistory.createdAt, type: 'timestamptz' },
    { column: orderHistory.position, type: 'bigint' },
  ],
  direction: 'desc',
});

const historyOfLiveOrder = loaderOfChildPages((actor) => historyList(actor, 'historyOfOrder'));

const historyOfArchivedOrder = loaderOfChildPages((actor) => ({
  ...historyList(actor, 'historyOfArchivedOrder'),
  source: everyHistoryEntry,
}));

/** The months that have left the log hold history of archived orders alone. */
export const historyOf = ({ archivedAt }: OrderRow): typeof historyOfLiveOrder =>
  archivedAt === null ? historyOfLiveOrder : historyOfArchivedOrder;
