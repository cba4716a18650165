import { visibleHistory } from '../auth/visibility.ts';
import { orderHistory } from '../db/tables/order-history.ts';
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

export const historyOfOrder = loaderOfChildPages((actor) => ({
  name: `historyOfOrder.${actor.role}`,
  table: orderHistory,
  parentColumn: orderHistory.orderId,
  visible: visibleHistory(actor.role),
  keys: [
    { column: orderHistory.createdAt, type: 'timestamptz' },
    { column: orderHistory.position, type: 'bigint' },
  ],
  direction: 'desc',
}));
