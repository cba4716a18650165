import type { PendingQuery, Row, Sql } from 'postgres';

/** One statement each: what is changed, only if it stands where it should, and the history of it. */
type Transition = (sql: Sql, fulfillmentId: string, barcode: string) => PendingQuery<Row[]>;

export const transitions: Readonly<Record<string, Transition>> = {
  start: (sql, id) => sql`
    with changed as (
      update order_fulfillments set status = 'picking', picking_started_at = now(), version = version + 1
      where id = ${id} and status = 'pending' returning order_id
    ), begun as (
      update orders set status = 'processing', processing_started_at = now(), version = version + 1
      from changed where orders.id = order_id and status = 'confirmed' and held_at is null returning orders.id
    ), told as (
      insert into order_history (order_id, fulfillment_id, action, old_status, new_status, description, created_at)
      select order_id, ${id}::uuid, 'status_changed'::order_history_action, 'pending', 'picking', 'Picking started.', now() from changed
      union all
      select id, null, 'processing_started', 'confirmed', 'processing', 'Processing started.', now() from begun
    )
    select count(*)::integer as changed from changed`,
  scan: (sql, id, barcode) => sql`
    with changed as (
      update fulfillment_items set quantity_picked = quantity_picked + 1
      from order_items, product_variants, order_fulfillments as parcel
      where order_items.id = order_item_id and product_variants.id = order_items.variant_id
        and product_variants.barcode = ${barcode} and parcel.id = fulfillment_id and parcel.status = 'picking'
        and fulfillment_id = ${id} and quantity_picked + quantity_short < fulfillment_items.quantity
      returning parcel.order_id
    ), counted as (
      update order_fulfillments set version = version + 1 from changed where id = ${id}
    ), told as (
      insert into order_history (order_id, fulfillment_id, action, description, created_at)
      select order_id, ${id}::uuid, 'edited', 'A scan matched.', now() from changed
    )
    select count(*)::integer as changed from changed`,
  picked: (sql, id) => sql`
    with changed as (
      update order_fulfillments set status = 'packing', picking_completed_at = now(), version = version + 1
      where id = ${id} and status = 'picking' and not exists (
        select from fulfillment_items where fulfillment_id = ${id} and quantity_picked + quantity_short < quantity)
      returning order_id
    ), told as (
      insert into order_history (order_id, fulfillment_id, action, old_status, new_status, description, created_at)
      select order_id, ${id}::uuid, 'status_changed', 'picking', 'packing', 'Picking was completed.', now() from changed
    )
    select count(*)::integer as changed from changed`,
  pack: (sql, id) => sql`
    with changed as (
      update order_fulfillments set packing_started_at = now(), version = version + 1
      where id = ${id} and status = 'packing' returning order_id
    ), told as (
      insert into order_history (order_id, fulfillment_id, action, old_status, new_status, description, created_at)
      select order_id, ${id}::uuid, 'status_changed', 'packing', 'packing', 'Packing started.', now() from changed
    )
    select count(*)::integer as changed from changed`,
  packed: (sql, id) => sql`
    with changed as (
      update order_fulfillments set status = 'ready_to_ship', packing_completed_at = now(), box_size = 'M',
        weight_grams = 900, version = version + 1
      where id = ${id} and status = 'packing' returning order_id
    ), done as (
      update orders set status = 'packed', packed_at = now(), version = version + 1
      from changed where orders.id = order_id and status = 'processing' and not exists (
        select from order_fulfillments as other where other.order_id = orders.id and other.id <> ${id}
          and other.status in ('pending', 'picking', 'packing'))
      returning orders.id
    ), told as (
      insert into order_history (order_id, fulfillment_id, action, old_status, new_status, description, created_at)
      select order_id, ${id}::uuid, 'packed'::order_history_action, 'packing', 'ready_to_ship', 'It was packed.', now() from changed
      union all
      select id, null, 'packed', 'processing', 'packed', 'Everything was packed.', now() from done
    )
    select count(*)::integer as changed from changed`,
};

/** The goods leave: reservations, levels, ledger and lines, for lines with one reservation each. */
export function shipping(sql: Sql, id: string, trackingNumber: string): PendingQuery<Row[]> {
  return sql`
    with changed as (
      update order_fulfillments set status = 'shipped', shipped_at = now(), carrier = 'UPS',
        tracking_number = ${trackingNumber}, version = version + 1
      where id = ${id} and status = 'ready_to_ship' returning order_id, location_id
    ), item as (
      select order_item_id, variant_id, location_id, quantity_picked as quantity, changed.order_id
      from changed join fulfillment_items on fulfillment_id = ${id} join order_items on order_items.id = order_item_id
    ), level as (
      select variant_id, location_id from stock_levels
      where (variant_id, location_id) in (select variant_id, location_id from item)
      order by variant_id, location_id for update
    ), used as (
      update inventory_reservations set quantity_fulfilled = quantity_fulfilled + item.quantity, fulfilled_at = now()
      from item where inventory_reservations.order_item_id = item.order_item_id
        and inventory_reservations.location_id = item.location_id and is_active
    ), leaving as (
      select order_id, variant_id, location_id, sum(quantity)::integer as quantity
      from item join level using (variant_id, location_id) group by 1, 2, 3
    ), lowered as (
      update stock_levels set on_hand = on_hand - leaving.quantity, reserved = reserved - leaving.quantity
      from leaving
      where stock_levels.variant_id = leaving.variant_id and stock_levels.location_id = leaving.location_id
    ), moved as (
      insert into stock_movements (variant_id, location_id, on_hand_change, reserved_change, reason, order_id)
      select variant_id, location_id, -quantity, -quantity, 'shipped', order_id from leaving
    ), counted as (
      update order_items set quantity_fulfilled = quantity_fulfilled + item.quantity
      from item where order_items.id = item.order_item_id
    ), done as (
      update orders set status = 'shipped', shipped_at = now(), version = version + 1,
        units_fulfilled = units_fulfilled + (select sum(quantity) from item)
      from changed where orders.id = changed.order_id and status = 'packed' returning orders.id
    ), told as (
      insert into order_history (order_id, fulfillment_id, action, old_status, new_status, description, created_at)
      select order_id, ${id}::uuid, 'shipped'::order_history_action, 'ready_to_ship', 'shipped', 'It was shipped.', now() from changed
      union all
      select id, null, 'shipped', 'packed', 'shipped', 'Everything was shipped.', now() from done
    )
    select count(*)::integer as changed from changed`;
}
