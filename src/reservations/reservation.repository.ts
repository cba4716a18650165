import { and, asc, eq, getTableColumns, lte, sql, type SQL } from 'drizzle-orm';
import { viewerParameters, visibleOrders } from '../auth/visibility.ts';
import { prepared, uuidArray } from '../db/prepared.ts';
import { productVariants } from '../db/tables/catalog.ts';
import { inventoryReservations } from '../db/tables/inventory-reservations.ts';
import { orders } from '../db/tables/orders.ts';
import { stockLocations } from '../db/tables/stock.ts';
import type { LoadingSource } from '../graphql/loading.ts';
import type { Keyset, ListOrder } from '../shared/page.ts';

export type ReservationRow = typeof inventoryReservations.$inferSelect;

export async function findReservations(
  { read, actor }: LoadingSource,
  ids: readonly string[],
): Promise<ReservationRow[]> {
  const statement = prepared(read, `findReservations.${actor.role}`, (on) =>
    on
      .select(getTableColumns(inventoryReservations))
      .from(inventoryReservations)
      .innerJoin(orders, eq(orders.id, inventoryReservations.orderId))
      .where(
        and(
          sql`${inventoryReservations.id} = any(${sql.placeholder('ids')}::uuid[])`,
          visibleOrders(actor.role),
        ),
      )
      .prepare('findReservations'),
  );
  return statement.execute({ ids: uuidArray(ids), ...viewerParameters(actor) });
}

export interface ReservationFilterValues {
  active?: boolean | null;
  expired?: boolean | null;
  expiringBefore?: string | null;
  orderId?: string | null;
  sku?: string | null;
  locationCode?: string | null;
}

export const reservationsOrder: ListOrder = { name: 'reservations id asc', keys: [{ type: 'uuid' }] };

/** Oldest first. The id is in the order of time, so the primary key serves the sort. */
export async function searchReservations(
  { read, actor }: LoadingSource,
  filter: ReservationFilterValues,
  limit: number,
  after: Keyset | null,
): Promise<ReservationRow[]> {
  return read
    .select(getTableColumns(inventoryReservations))
    .from(inventoryReservations)
    .innerJoin(orders, eq(orders.id, inventoryReservations.orderId))
    .where(
      and(
        visibleOrders(actor.role),
        ...conditionsOf(filter),
        after ? sql`${inventoryReservations.id} > ${after[0]}::uuid` : undefined,
      ),
    )
    .orderBy(asc(inventoryReservations.id))
    .limit(limit)
    .prepare('searchReservations')
    .execute(viewerParameters(actor));
}

export async function countReservations(
  { read, actor }: LoadingSource,
  filter: ReservationFilterValues,
): Promise<number> {
  const [row] = await read
    .select({ count: sql<number>`count(*)::integer` })
    .from(inventoryReservations)
    .innerJoin(orders, eq(orders.id, inventoryReservations.orderId))
    .where(and(visibleOrders(actor.role), ...conditionsOf(filter)))
    .prepare('countReservations')
    .execute(viewerParameters(actor));
  return row!.count;
}

/** Past its time, whether or not it has been released for that already. */
const lapsed = sql`(${inventoryReservations.releaseReason} is not distinct from 'expired'
  or (${inventoryReservations.isActive} and coalesce(${inventoryReservations.expiresAt} <= now(), false)))`;

function conditionsOf(filter: ReservationFilterValues): (SQL | undefined)[] {
  const { active, expired, expiringBefore, orderId, sku, locationCode } = filter;
  const given = <Value>(value: Value | null | undefined, condition: (value: Value) => SQL | undefined) =>
    value === null || value === undefined ? undefined : condition(value);
  return [
    given(active, (yes) => eq(inventoryReservations.isActive, yes)),
    given(expired, (yes) => (yes ? lapsed : sql`not ${lapsed}`)),
    given(expiringBefore, (moment) =>
      and(
        eq(inventoryReservations.isActive, true),
        sql`${inventoryReservations.expiresAt} > now()`,
        lte(inventoryReservations.expiresAt, moment),
      ),
    ),
    given(orderId, (id) => eq(inventoryReservations.orderId, id)),
    given(
      sku,
      (value) =>
        sql`${inventoryReservations.variantId} = (select id from ${productVariants} where sku = ${value})`,
    ),
    given(
      locationCode,
      (value) =>
        sql`${inventoryReservations.locationId} = (select id from ${stockLocations} where code = ${value})`,
    ),
  ];
}
