import { and, eq, getTableColumns, sql } from 'drizzle-orm';
import { viewerParameters, visibleOrders } from '../auth/visibility.ts';
import { prepared, uuidArray } from '../db/prepared.ts';
import { orders } from '../db/tables/orders.ts';
import type { LoadingSource } from '../graphql/loading.ts';

export type OrderRow = typeof orders.$inferSelect;

export async function findOrders(
  { read, actor }: LoadingSource,
  ids: readonly string[],
): Promise<OrderRow[]> {
  const statement = prepared(read, `findOrders.${actor.role}`, (on) =>
    on
      .select(getTableColumns(orders))
      .from(orders)
      .where(and(sql`${orders.id} = any(${sql.placeholder('ids')}::uuid[])`, visibleOrders(actor.role)))
      .prepare('findOrders'),
  );
  return statement.execute({ ids: uuidArray(ids), ...viewerParameters(actor) });
}

export async function findOrderIdByNumber(
  { read, actor }: LoadingSource,
  number: string,
): Promise<string | null> {
  const statement = prepared(read, `findOrderIdByNumber.${actor.role}`, (on) =>
    on
      .select({ id: orders.id })
      .from(orders)
      .where(and(eq(orders.number, sql.placeholder('number')), visibleOrders(actor.role)))
      .prepare('findOrderIdByNumber'),
  );
  const [row] = await statement.execute({ number, ...viewerParameters(actor) });
  return row?.id ?? null;
}
