import { sql } from 'drizzle-orm';
import type { Executor } from '../db/driver/database.ts';
import type { HistoryEntry } from '../history/record-history.ts';
import type { UnitsOfLine } from '../stock/release-lines.repository.ts';
import type { Scope } from '../write/command.ts';
import { createFulfillmentOfLines } from './fulfillment-creation.repository.ts';

/**
 * Takes units out of the pending fulfillments of an order, the latest first; one that is left without any is
 * cancelled. Only an order of which nothing was begun is edited, so there are no others.
 */
export async function takeFromFulfillments(
  { transaction }: Scope,
  orderId: string,
  units: readonly UnitsOfLine[],
): Promise<HistoryEntry[]> {
  if (units.length === 0) return [];
  const touched = await transaction.execute<{ id: string }>(sql`
    with taken as (
      select "orderItemId" as order_item_id, "locationId" as location_id, quantity
      from jsonb_to_recordset(${JSON.stringify(units)}::text::jsonb)
        as line ("orderItemId" uuid, "locationId" uuid, quantity integer)
    ), planned as (
      select item.id, item.fulfillment_id, item.quantity, taken.quantity as wanted,
        sum(item.quantity) over (
          partition by order_item_id, location_id order by order_fulfillments.created_at desc, item.id
        ) as up_to
      from order_fulfillments join fulfillment_items item on item.fulfillment_id = order_fulfillments.id
        join taken using (order_item_id, location_id)
      where order_fulfillments.order_id = ${orderId}::uuid and order_fulfillments.status = 'pending'
    ), part as (
      select id, fulfillment_id, quantity,
        least(quantity, greatest(wanted - (up_to - quantity), 0))::integer as less
      from planned
    ), emptied as (
      delete from fulfillment_items using part where part.id = fulfillment_items.id and part.less = part.quantity
    ), lowered as (
      update fulfillment_items set quantity = fulfillment_items.quantity - part.less
      from part where part.id = fulfillment_items.id and part.less between 1 and part.quantity - 1
    )
    select distinct fulfillment_id as id from part where less > 0`);
  const changed = await raiseVersions(
    transaction,
    touched.map(({ id }) => id),
  );
  return changed
    .filter(({ isEmpty }) => isEmpty)
    .map(({ id, number }) => ({
      orderId,
      fulfillmentId: id,
      action: 'cancelled',
      oldStatus: 'pending',
      newStatus: 'cancelled',
      description: `${number} was cancelled: the order was edited, and nothing of it is left.`,
    }));
}

/** Whoever has a fulfillment open sees that it is another now. */
async function raiseVersions(
  transaction: Executor,
  ids: readonly string[],
): Promise<{ id: string; number: string; isEmpty: boolean }[]> {
  const rows = await transaction.execute<{ id: string; number: string; isEmpty: boolean }>(sql`
    update order_fulfillments
    set version = version + 1,
      status = case when exists (select from fulfillment_items where fulfillment_id = order_fulfillments.id)
        then status else 'cancelled'::fulfillment_status end
    where id in (select value::uuid from jsonb_array_elements_text(${JSON.stringify(ids)}::text::jsonb))
    returning id, number, status = 'cancelled' as "isEmpty"`);
  return [...rows];
}

/** Plans what was reserved now: into the pending fulfillment of its location, else into a new one. */
export async function addToFulfillments(
  { transaction, now }: Scope,
  orderId: string,
  units: readonly UnitsOfLine[],
): Promise<HistoryEntry[]> {
  if (units.length === 0) return [];
  const placed = await transaction.execute<{ fulfillmentId: string; locationId: string }>(sql`
    with pending as (
      select distinct on (location_id) id, location_id from order_fulfillments
      where order_id = ${orderId}::uuid and status = 'pending'
      order by location_id, created_at
    ), filled as (
      insert into fulfillment_items (fulfillment_id, order_item_id, quantity)
      select pending.id, line."orderItemId", line.quantity
      from jsonb_to_recordset(${JSON.stringify(units)}::text::jsonb)
          as line ("orderItemId" uuid, "locationId" uuid, quantity integer)
        join pending on pending.location_id = line."locationId"
      on conflict (fulfillment_id, order_item_id)
        do update set quantity = fulfillment_items.quantity + excluded.quantity
      returning fulfillment_id
    )
    select id as "fulfillmentId", location_id as "locationId" from pending
    where id in (select fulfillment_id from filled)`);
  await raiseVersions(
    transaction,
    placed.map(({ fulfillmentId }) => fulfillmentId),
  );
  const planned = new Set(placed.map(({ locationId }) => locationId));
  const entries: HistoryEntry[] = [];
  for (const locationId of new Set(units.map((each) => each.locationId))) {
    if (planned.has(locationId)) continue;
    const lines = units.filter((each) => each.locationId === locationId);
    const { id, number } = await createFulfillmentOfLines(transaction, { orderId, locationId, now }, lines);
    entries.push({
      orderId,
      fulfillmentId: id,
      action: 'status_changed',
      oldStatus: null,
      newStatus: 'pending',
      description: `Fulfillment ${number} was created: the order was edited.`,
    });
  }
  return entries;
}
