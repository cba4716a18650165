-- Moves the rows that batch.sql has made into tables of their own, from which each is copied many times
-- (seed-copies.ts). What names a row of its own, such as an order's id, is kept as the text before and after the place
-- of the copy. Orders older than bench.complete_since keep only what an import of old orders would have brought: lines,
-- payments, and of the history the first and last entry, or, if they are not older than bench.history_since, all of it.

create temporary table shown on commit drop as
select id as order_id, ('x' || substr(id::text, 27, 5))::bit(20)::integer as place,
  created_at >= current_setting('bench.complete_since')::timestamptz as is_complete,
  created_at >= current_setting('bench.history_since')::timestamptz as has_history
from orders;
alter table shown add primary key (order_id);

create table block.orders as
select place, source.*, source.customer_id as customer from orders as source join shown on order_id = id;

create table block.order_items as
select place, source.* from order_items as source join shown using (order_id);

create table block.payments as
select place, source.* from payments as source join shown using (order_id);

create table block.order_fulfillments as
select place, ('x' || right(source.id::text, 5))::bit(20)::integer as nth, source.*
from order_fulfillments as source join shown using (order_id) where is_complete;

create table block.fulfillment_items as
select place, source.*
from fulfillment_items as source join block.order_fulfillments as parcel on parcel.id = fulfillment_id;

create table block.inventory_reservations as
select place, source.* from inventory_reservations as source join shown using (order_id) where is_complete;

create table block.order_notes as
select place, source.* from order_notes as source join shown using (order_id) where is_complete;

create table block.stock_movements as
select place, source.* from stock_movements as source join shown using (order_id) where is_complete;

create table block.received as select * from stock_movements where order_id is null;

create table block.order_history as
select place, source.*, row_number() over (partition by order_id order by created_at, position)::integer as link
from (
  select *, row_number() over (partition by order_id order by created_at, position) = 1
    or row_number() over (partition by order_id order by created_at desc, position desc) = 1 as is_at_an_end
  from order_history
) as source
  join shown using (order_id)
where is_complete or has_history or is_at_an_end;

create table block.order_history_heads as
select place, order_id, max(link) as length from block.order_history group by place, order_id;

-- What is left of the movements is what the levels have to be.
create table block.stock_levels as
select variant_id, location_id, sum(on_hand_change)::integer as on_hand, sum(reserved_change)::integer as reserved
from (
  select variant_id, location_id, on_hand_change, reserved_change from block.stock_movements
  union all select variant_id, location_id, on_hand_change, reserved_change from block.received
) as movement
group by variant_id, location_id;

truncate orders, order_items, payments, order_fulfillments, fulfillment_items, inventory_reservations, order_notes,
  stock_movements, stock_levels, order_history, order_history_heads, returns, return_items, figures.order_facts
  cascade;
