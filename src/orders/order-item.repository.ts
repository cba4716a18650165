import { and, eq, getTableColumns, sql } from 'drizzle-orm';
import { viewerParameters, visibleOrders } from '../auth/visibility.ts';
import { prepared, uuidArray } from '../db/prepared.ts';
import { orderItems, orders } from '../db/tables/orders.ts';
import type { LoadingSource } from '../graphql/loading.ts';

export type OrderItemRow = typeof orderItems.$inferSelect;

export async function findOrderItems(
  { read, actor }: LoadingSource,
  ids: readonly string[],
): Promise<OrderItemRow[]> {
  const statement = prepared(read, `findOrderItems.${actor.role}`, (on) =>
    on
      .select(getTableColumns(orderItems))
      .from(orderItems)
      .innerJoin(orders, eq(orders.id, orderItems.orderId))
      .where(and(sql`${orderItems.id} = any(${sql.placeholder('ids')}::uuid[])`, visibleOrders(actor.role)))
      .prepare('findOrderItems'),
  );
  return statement.execute({ ids: uuidArray(ids), ...viewerParameters(actor) });
}
