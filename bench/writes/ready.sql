-- Confirmed orders of three lines with a fulfillment that waits for its picker. Settings: bench.count.
create temporary table ready on commit drop as
  select generate_uuid_v7() as id, generate_uuid_v7() as fulfillment_id, place,
    (select id from stock_locations where code = 'NORTH') as location_id
  from generate_series(1, current_setting('bench.count')::integer) as place;
create temporary table ready_line on commit drop as
  with variant as (
    select id, sku, name, price_minor, row_number() over (order by sku) - 1 as nth, count(*) over () as number
    from product_variants where sku like 'BENCH-%'
  )
  select generate_uuid_v7() as id, ready.id as order_id, fulfillment_id, position, variant.id as variant_id, sku, name,
    price_minor, location_id
  from ready cross join generate_series(1, 3) as position
    join variant on nth = (place * 3 + position) % number;
insert into orders (id, number, channel, status, currency, subtotal_minor, total_minor, units_ordered, confirmed_at)
select order_id, next_document_number('ORD', 'order_number', now()), 'ecommerce', 'confirmed', 'GBP', sum(price_minor),
  sum(price_minor), 3, now()
from ready_line group by order_id;
insert into order_items (id, order_id, position, variant_id, sku, name, quantity, unit_price_minor, total_minor)
select id, order_id, position, variant_id, sku, name, 1, price_minor, price_minor from ready_line;
insert into order_fulfillments (id, number, order_id, location_id)
select fulfillment_id, next_document_number('FUL', 'fulfillment_number', now()), id, location_id from ready;
insert into fulfillment_items (fulfillment_id, order_item_id, quantity)
select fulfillment_id, id, 1 from ready_line;
insert into inventory_reservations (order_id, order_item_id, variant_id, location_id, quantity_reserved)
select order_id, id, variant_id, location_id, 1 from ready_line;
update stock_levels set reserved = reserved + taken.quantity
from (select variant_id, location_id, count(*)::integer as quantity from ready_line group by 1, 2) as taken
where stock_levels.variant_id = taken.variant_id and stock_levels.location_id = taken.location_id;
insert into stock_movements (variant_id, location_id, on_hand_change, reserved_change, reason, order_id)
select variant_id, location_id, 0, 1, 'reserved', order_id from ready_line;
insert into order_history (order_id, fulfillment_id, action, old_status, new_status, description, created_at)
select id, null, 'confirmed'::order_history_action, 'pending', 'confirmed', 'The order was confirmed.', now() from ready
union all
select id, fulfillment_id, 'status_changed', null, 'pending', 'A fulfillment was created.', now() from ready;
