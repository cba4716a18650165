import { and, asc, desc, eq, getTableColumns, inArray, sql, type SQL } from 'drizzle-orm';
import { viewerParameters, visibleOrders } from '../auth/visibility.ts';
import type { Executor } from '../db/driver/database.ts';
import { prepared, uuidArray } from '../db/prepared.ts';
import { productVariants } from '../db/tables/catalog.ts';
import type { ReturnStatus } from '../db/tables/enumerations.ts';
import { orderItems, orders } from '../db/tables/orders.ts';
import { returnItems, returns } from '../db/tables/returns.ts';
import type { LoadingSource } from '../graphql/loading.ts';
import type { Keyset, ListOrder } from '../shared/page.ts';

export type ReturnRow = typeof returns.$inferSelect;
export type ReturnItemRow = typeof returnItems.$inferSelect & { readonly currency: string };

export async function findReturns(
  { read, actor }: LoadingSource,
  ids: readonly string[],
): Promise<ReturnRow[]> {
  const statement = prepared(read, `findReturns.${actor.role}`, (on) =>
    on
      .select(getTableColumns(returns))
      .from(returns)
      .innerJoin(orders, eq(orders.id, returns.orderId))
      .where(and(sql`${returns.id} = any(${sql.placeholder('ids')}::uuid[])`, visibleOrders(actor.role)))
      .prepare('findReturns'),
  );
  return statement.execute({ ids: uuidArray(ids), ...viewerParameters(actor) });
}

/** The lines of returns that are visible already. */
export async function findReturnItems(
  { read }: LoadingSource,
  returnIds: readonly string[],
): Promise<ReturnItemRow[]> {
  const statement = prepared(read, 'findReturnItems', (on) =>
    on
      .select({ ...getTableColumns(returnItems), currency: orders.currency })
      .from(returnItems)
      .innerJoin(orderItems, eq(orderItems.id, returnItems.orderItemId))
      .innerJoin(orders, eq(orders.id, orderItems.orderId))
      .where(sql`${returnItems.returnId} = any(${sql.placeholder('ids')}::uuid[])`)
      .orderBy(asc(orderItems.position))
      .prepare('findReturnItems'),
  );
  return statement.execute({ ids: uuidArray(returnIds) });
}

export interface ReturnFilterValues {
  statuses?: readonly ReturnStatus[] | null;
  orderId?: string | null;
}

export const latestReturnsFirst: ListOrder = {
  name: 'returns created_at, id desc',
  keys: [{ type: 'timestamptz' }, { type: 'uuid' }],
};

export async function searchReturns(
  { read, actor }: LoadingSource,
  filter: ReturnFilterValues,
  limit: number,
  after: Keyset | null,
): Promise<ReturnRow[]> {
  const afterCondition = after
    ? sql`(${returns.createdAt}, ${returns.id}) < (${after[0]}::timestamptz, ${after[1]}::uuid)`
    : undefined;
  return read
    .select(getTableColumns(returns))
    .from(returns)
    .innerJoin(orders, eq(orders.id, returns.orderId))
    .where(and(visibleOrders(actor.role), ...conditionsOf(filter), afterCondition))
    .orderBy(desc(returns.createdAt), desc(returns.id))
    .limit(limit)
    .prepare('searchReturns')
    .execute(viewerParameters(actor));
}

export async function countReturns(
  { read, actor }: LoadingSource,
  filter: ReturnFilterValues,
): Promise<number> {
  const [row] = await read
    .select({ count: sql<number>`count(*)::integer` })
    .from(returns)
    .innerJoin(orders, eq(orders.id, returns.orderId))
    .where(and(visibleOrders(actor.role), ...conditionsOf(filter)))
    .prepare('countReturns')
    .execute(viewerParameters(actor));
  return row!.count;
}

function conditionsOf({ statuses, orderId }: ReturnFilterValues): (SQL | undefined)[] {
  return [
    statuses ? inArray(returns.status, [...statuses]) : undefined,
    orderId ? eq(returns.orderId, orderId) : undefined,
  ];
}

/** A line of a return with what of its order decides about it. */
export interface LineToReceive {
  readonly id: string;
  readonly orderItemId: string;
  readonly quantity: number;
  readonly variantId: string;
  readonly sku: string;
  readonly tracksStock: boolean;
  readonly ordered: { readonly quantity: number; readonly totalMinor: number };
  readonly returnedBefore: number;
}

export function findLinesToReceive(transaction: Executor, returnId: string): Promise<LineToReceive[]> {
  return transaction
    .select({
      id: returnItems.id,
      orderItemId: returnItems.orderItemId,
      quantity: returnItems.quantity,
      variantId: orderItems.variantId,
      sku: orderItems.sku,
      tracksStock: productVariants.tracksStock,
      ordered: { quantity: orderItems.quantity, totalMinor: orderItems.totalMinor },
      returnedBefore: orderItems.quantityReturned,
    })
    .from(returnItems)
    .innerJoin(orderItems, eq(orderItems.id, returnItems.orderItemId))
    .innerJoin(productVariants, eq(productVariants.id, orderItems.variantId))
    .where(eq(returnItems.returnId, returnId))
    .orderBy(asc(orderItems.position));
}

export interface ReceivedLine {
  readonly id: string;
  readonly quantityReceived: number;
  readonly refundMinor: number;
  readonly disposition: 'restock' | 'write_off' | null;
  readonly locationId: string | null;
}

/** Writes what came back on the lines of the return, and counts it on those of the order. */
export async function writeReceivedLines(
  transaction: Executor,
  lines: readonly ReceivedLine[],
): Promise<void> {
  await transaction.execute(sql`
    with line as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(lines)}::text::jsonb) as line (
        id uuid, "quantityReceived" integer, "refundMinor" bigint, disposition return_disposition,
        "locationId" uuid)
    ), received as (
      update return_items
      set quantity_received = line."quantityReceived", refund_minor = line."refundMinor",
        disposition = line.disposition, location_id = line."locationId"
      from line where line.id = return_items.id
      returning order_item_id, quantity_received
    )
    update order_items set quantity_returned = quantity_returned + received.quantity_received
    from received where received.order_item_id = order_items.id and received.quantity_received > 0`);
}
