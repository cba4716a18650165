-- Orders bench.first to bench.last of bench.orders with all that belongs to them, in one transaction that leaves
-- the database consistent. Everything follows from an order's place in the row and from bench.until, so that two
-- runs give the same rows. Other settings: bench.days, bench.variants, bench.customers,
-- bench.lines (an order has from one to so many).

create temporary table planned on commit drop as
with drawn as materialized (
  select place, until,
    until - days * interval '1 day' * (1 - (place - 1 + pg_temp.dice(place, 1, 1000) / 1000.0) / orders)
      as created_at,
    -- Most take about as long as planned, a few very long.
    (0.25 + pg_temp.dice(place, 2, 1000) / 570.0) * case when pg_temp.dice(place, 3, 100) < 8 then 12 else 1 end
      as pace,
    1 + pg_temp.dice(place, 4, most_lines) as lines,
    pg_temp.dice(place, 5, 100) as fate,
    pg_temp.dice(place, 6, 4) as location,
    pg_temp.dice(place, 7, 100) < 15 as is_split,
    pg_temp.dice(place, 8, 100) as paying,
    pg_temp.dice(place, 9, 20) as channel_drawn,
    greatest(pg_temp.dice(place, 10, 8) - 4, 0) as notes,
    case when pg_temp.dice(place, 11, 3) > 0 then pg_temp.reference('005', 10 + pg_temp.dice(place, 12, 8)) end
      as assigned_to_id,
    pg_temp.reference('005', pg_temp.dice(place, 13, 3)) as manager_id,
    pg_temp.reference('005', 20 + pg_temp.dice(place, 14, 20)) as picker_id,
    case when pg_temp.dice(place, 15, 20) > 0 then pg_temp.popular(place, 16, customers) end as customer
  from (
    select current_setting('bench.until')::timestamptz as until, current_setting('bench.days')::integer as days,
      current_setting('bench.orders')::bigint as orders, current_setting('bench.customers')::integer as customers,
      current_setting('bench.lines')::integer as most_lines
  ) as setting
    cross join generate_series(current_setting('bench.first')::bigint, current_setting('bench.last')::bigint)
      as place
), timed as materialized (
  select *, fate < 6 and pg_temp.reached(created_at, 5 * pace, until) is not null as is_cancelled from drawn
), dated as (
  select *,
    pg_temp.reached(created_at, 2 * pace, until) as confirmed_at,
    case when is_cancelled then pg_temp.reached(created_at, 5 * pace, until) end as cancelled_at,
    case when not is_cancelled then pg_temp.reached(created_at, 8 * pace, until) end as picking_started_at,
    case when not is_cancelled then pg_temp.reached(created_at, 9 * pace, until) end as picking_completed_at,
    case when not is_cancelled then pg_temp.reached(created_at, 9.5 * pace, until) end as packing_started_at,
    case when not is_cancelled then pg_temp.reached(created_at, 10 * pace, until) end as packing_completed_at,
    case when not is_cancelled then pg_temp.reached(created_at, 20 * pace, until) end as shipped_at,
    case when not is_cancelled then pg_temp.reached(created_at, 68 * pace, until) end as delivered_at,
    case when not is_cancelled then pg_temp.reached(created_at, 240 * pace, until) end as completed_at,
    case when fate >= 6 and paying < 85 then pg_temp.reached(created_at, 0.1 * pace, until) end as paid_at,
    case when fate >= 6 and paying >= 95 then pg_temp.reached(created_at, 0.1 * pace, until) end
      as payment_failed_at,
    case when assigned_to_id is not null then pg_temp.reached(created_at, 0.2 * pace, until) end as assigned_at,
    pg_temp.reached(created_at, 0.3 * pace, until) as prioritised_at
  from timed
)
select *,
  case
    when cancelled_at is not null then 'cancelled'
    when completed_at is not null then 'completed'
    when delivered_at is not null then 'delivered'
    when shipped_at is not null then 'shipped'
    when packing_completed_at is not null then 'packed'
    when picking_started_at is not null then 'processing'
    when confirmed_at is not null then 'confirmed'
    else 'pending'
  end::order_status as status,
  case when confirmed_at is null and pg_temp.dice(place, 17, 10) = 0 then prioritised_at end as held_at,
  greatest(created_at, paid_at, payment_failed_at, assigned_at, prioritised_at, confirmed_at, cancelled_at,
    picking_started_at, picking_completed_at, packing_started_at, packing_completed_at, shipped_at, delivered_at,
    completed_at) as updated_at,
  -- An identifier is the moment in milliseconds, a version, a kind, and the order's place with the row's own.
  lpad(to_hex((extract(epoch from created_at) * 1000)::bigint), 12, '0') || '7' as head,
  '8' || lpad(to_hex(place), 10, '0') as tail
from dated;

alter table planned add column id uuid;
update planned set id = (head || '010' || tail || '00000')::uuid;
analyze planned;

create temporary table line on commit drop as
select planned.place, planned.id as order_id, position, variant.id as variant_id, sku, name, quantity,
  price_minor, discount_minor, (quantity * price_minor - discount_minor) / 5 as tax_minor,
  (head || '011' || tail || lpad(to_hex(position), 5, '0'))::uuid as id,
  (location + case when is_split and position % 2 = 0 then 1 else 0 end) % 4 as location,
  planned.created_at, cancelled_at is not null as is_cancelled, shipped_at is not null as is_shipped
from planned
  cross join lateral generate_series(1, lines) as position
  cross join lateral (
    select pg_temp.popular(planned.place * 8 + position, 20, current_setting('bench.variants')::integer) as choice,
      1 + pg_temp.dice(planned.place * 8 + position, 21, 4) as quantity
  ) as drawn
  join product_variants as variant on variant.sku = 'SKU-' || lpad(choice::text, 6, '0')
  cross join lateral (
    select case when pg_temp.dice(planned.place * 8 + position, 22, 8) = 0 then quantity * price_minor / 10 else 0 end
      as discount_minor
  ) as reduced;
analyze line;

create temporary table parcel on commit drop as
select planned.*, of_place.location as from_location, nth,
  (head || '012' || tail || lpad(to_hex(nth), 5, '0'))::uuid as fulfillment_id,
  pg_temp.reference('001', of_place.location) as location_id,
  case
    when cancelled_at is not null then 'cancelled'
    when delivered_at is not null then 'fulfilled'
    when shipped_at is not null then 'shipped'
    when packing_completed_at is not null then 'ready_to_ship'
    when picking_completed_at is not null then 'packing'
    when picking_started_at is not null then 'picking'
    else 'pending'
  end::fulfillment_status as parcel_status
from planned
  join (
    select place, location, row_number() over (partition by place order by location) as nth
    from line group by place, location
  ) as of_place using (place)
where confirmed_at is not null;
analyze parcel;

insert into orders (id, number, channel, external_reference, status, customer_id, currency, subtotal_minor,
  shipping_minor, total_minor, paid_minor, last_payment_failed, units_ordered, units_fulfilled, shipping_address,
  assigned_to_id, priority, tags, hold_reason, held_at, held_by_id, cancel_reason, promised_ship_at, confirmed_at,
  processing_started_at, packed_at, shipped_at, delivered_at, completed_at, cancelled_at, version, created_at,
  updated_at)
select planned.id,
  'ORD-' || to_char(created_at at time zone 'UTC', 'YYYYMMDD') || '-'
    || pg_temp.padded(place),
  case when channel_drawn < 12 then 'ecommerce' when channel_drawn < 17 then 'wholesale' else 'retail_pos' end::channel,
  'BENCH-' || place, status, case when customer is not null then pg_temp.reference('004', customer) end, 'GBP',
  subtotal_minor, shipping_minor, subtotal_minor + shipping_minor,
  case when paid_at is not null then subtotal_minor + shipping_minor else 0 end, payment_failed_at is not null,
  case when cancelled_at is null then units else 0 end, case when shipped_at is not null then units else 0 end,
  jsonb_build_object('name', 'Customer ' || customer, 'company', null, 'line1', 1 + place % 200 || ' High Street',
    'line2', null, 'city', (array['London', 'Leeds', 'Bristol', 'Glasgow', 'Cardiff'])[place % 5 + 1], 'region', null,
    'postalCode', 'AB' || 1 + place % 99 || ' 1CD', 'country', 'GB'),
  case when assigned_at is not null then assigned_to_id end,
  (array['low', 'normal', 'normal', 'normal', 'high', 'urgent']::order_priority[])[1 + pg_temp.dice(place, 30, 6)],
  case when place % 5 = 0 then array['gift'] when place % 7 = 0 then array['fragile', 'repeat'] else '{}' end,
  case when held_at is not null then 'The address is being checked.' end, held_at,
  case when held_at is not null then manager_id end,
  case when cancelled_at is not null then 'The customer has changed their mind.' end,
  created_at + interval '2 days', confirmed_at, picking_started_at, packing_completed_at, shipped_at,
  delivered_at, completed_at, cancelled_at,
  1 + num_nonnulls(paid_at, assigned_at, prioritised_at, confirmed_at, cancelled_at, picking_started_at,
    packing_completed_at, shipped_at, delivered_at, completed_at),
  created_at, updated_at
from planned
  join (
    select place, sum(quantity * price_minor - discount_minor + tax_minor) as subtotal_minor, sum(quantity) as units
    from line group by place
  ) as summed using (place)
  cross join lateral (select case when place % 3 = 0 then 0 else 395 end as shipping_minor) as sending
order by place;

insert into order_items (id, order_id, position, variant_id, sku, name, quantity, unit_price_minor, discount_minor,
  tax_minor, total_minor, quantity_fulfilled, quantity_cancelled, created_at, updated_at)
select id, order_id, position, variant_id, sku, name, quantity, price_minor, discount_minor, tax_minor,
  quantity * price_minor - discount_minor + tax_minor, case when is_shipped then quantity else 0 end,
  case when is_cancelled then quantity else 0 end, created_at, created_at
from line order by place, position;

insert into payments (id, order_id, kind, method, state, amount_minor, currency, provider_reference, created_at)
select (head || '013' || tail || '00000')::uuid, id, 'payment', 'card',
  case when paid_at is not null then 'succeeded' else 'failed' end::payment_result, orders.total_minor, 'GBP',
  'pay_' || place, coalesce(paid_at, payment_failed_at)
from planned join orders using (id)
where paid_at is not null or payment_failed_at is not null
order by place;

insert into order_fulfillments (id, number, order_id, status, location_id, warehouse_location, assigned_to_id,
  box_size, weight_grams, packing_materials, carrier, tracking_number, mis_scan_count, picking_started_at,
  picking_completed_at, packing_started_at, packing_completed_at, shipped_at, delivered_at, version, created_at,
  updated_at)
select fulfillment_id,
  'FUL-' || to_char(confirmed_at at time zone 'UTC', 'YYYYMMDD') || '-' || pg_temp.padded(place * 2 + nth - 2),
  id, parcel_status, location_id, 'A-' || lpad((place % 40)::text, 2, '0'),
  case when picking_started_at is not null then picker_id end,
  case when packing_started_at is not null then (array['S', 'M', 'L'])[place % 3 + 1] end,
  case when packing_completed_at is not null then 400 + place % 17 * 250 end,
  case when packing_completed_at is not null then
    jsonb_build_array(jsonb_build_object('name', 'paper', 'quantity', 1 + place % 3)) end,
  case when shipped_at is not null then (array['DHL', 'UPS', 'Royal Mail'])[place % 3 + 1] end,
  case when shipped_at is not null then 'TRACK' || place * 2 + nth end,
  case when picking_completed_at is not null and place % 20 = 0 then 1 else 0 end,
  picking_started_at, picking_completed_at, packing_started_at, packing_completed_at, shipped_at, delivered_at,
  1 + num_nonnulls(cancelled_at, picking_started_at, picking_completed_at, packing_started_at,
    packing_completed_at, shipped_at, delivered_at),
  confirmed_at,
  greatest(confirmed_at, cancelled_at, picking_started_at, picking_completed_at, packing_started_at,
    packing_completed_at, shipped_at, delivered_at)
from parcel order by place, nth;

insert into fulfillment_items (id, fulfillment_id, order_item_id, quantity, quantity_picked, created_at, updated_at)
select (head || '014' || tail || lpad(to_hex(position), 5, '0'))::uuid, fulfillment_id, line.id, quantity,
  case when picking_completed_at is not null then quantity else 0 end, confirmed_at,
  coalesce(picking_completed_at, confirmed_at)
from parcel join line on line.place = parcel.place and line.location = parcel.from_location
order by parcel.place, position;

insert into inventory_reservations (id, order_id, order_item_id, variant_id, location_id, quantity_reserved,
  quantity_fulfilled, quantity_released, expires_at, released_at, release_reason, fulfilled_at, created_at, updated_at)
select (head || '015' || tail || lpad(to_hex(position), 5, '0'))::uuid, order_id, line.id, variant_id,
  pg_temp.reference('001', line.location), quantity, case when is_shipped then quantity else 0 end,
  case when line.is_cancelled then quantity else 0 end,
  case when status = 'pending' then line.created_at + interval '3 days' end, cancelled_at,
  case when line.is_cancelled then 'order_cancelled'::reservation_release_reason end, shipped_at, line.created_at,
  updated_at
from line join planned using (place)
order by place, position;

-- The ledger: what the batch needs comes in first, is reserved, and leaves or is free again.
insert into stock_movements (id, variant_id, location_id, on_hand_change, reserved_change, reason, order_id,
  performed_by_id, created_at)
select (lpad(to_hex((extract(epoch from first_at) * 1000)::bigint), 12, '0') || '7' || '016' || '8'
    || lpad(to_hex(current_setting('bench.first')::bigint * 4 + location), 9, '0')
    || lpad(to_hex(choice), 6, '0'))::uuid,
  variant_id, pg_temp.reference('001', location), quantity + 25, 0, 'received', null,
  pg_temp.reference('005', 20), first_at
from (
  select variant_id, location, substr(min(sku), 5)::bigint as choice, sum(quantity) as quantity,
    (select min(created_at) from line) - interval '1 hour' as first_at
  from line group by variant_id, location
) as needed;

insert into stock_movements (id, variant_id, location_id, on_hand_change, reserved_change, reason, order_id,
  performed_by_id, created_at)
select (head || kind || tail || lpad(to_hex(position), 5, '0'))::uuid, variant_id,
  pg_temp.reference('001', line.location), on_hand_sign * quantity, reserved_sign * quantity, reason, order_id,
  performed_by_id, at
from line join planned using (place)
  cross join lateral (values
    ('017', 0, 1, 'reserved'::stock_movement_reason, null, line.created_at),
    ('018', 0, -1, 'released', manager_id, cancelled_at),
    ('019', -1, -1, 'shipped', picker_id, shipped_at)
  ) as movement (kind, on_hand_sign, reserved_sign, reason, performed_by_id, at)
where at is not null
order by at, place, position;

insert into stock_levels as level (variant_id, location_id, on_hand, reserved)
select variant_id, pg_temp.reference('001', location),
  25 + sum(quantity) - coalesce(sum(quantity) filter (where is_shipped), 0),
  coalesce(sum(quantity) filter (where not is_shipped and not is_cancelled), 0)
from line group by variant_id, location
on conflict (variant_id, location_id) do update
  set on_hand = level.on_hand + excluded.on_hand, reserved = level.reserved + excluded.reserved;

create temporary table remark on commit drop as
select planned.place, planned.id as order_id, (head || '01a' || tail || lpad(to_hex(nth), 5, '0'))::uuid as id,
  case when nth % 2 = 0 then 'Please leave it with the neighbours if nobody answers the door.'
    else 'Called the customer about order ' || place || ': the second line may come later than the rest.' end as note,
  nth % 2 = 1 as is_internal, pg_temp.reference('005', 10 + pg_temp.dice(place, 31, 8)) as created_by_id,
  prioritised_at + nth * pace * interval '6 minutes' as created_at, until
from planned cross join lateral generate_series(1, notes) as nth;
delete from remark where created_at is null or created_at > until;

insert into order_notes (id, order_id, note, is_internal, created_by_id, created_at, updated_at)
select id, order_id, note, is_internal, created_by_id, created_at, created_at from remark order by place, id;

-- What the commands of the API would have recorded.
insert into order_history (id, order_id, fulfillment_id, action, old_status, new_status, description,
  performed_by_id, additional_data, ip_address, user_agent, created_at)
select (head || kind || tail || lpad(to_hex(nth), 5, '0'))::uuid, order_id, fulfillment_id, action, old_status,
  new_status, description, performed_by_id, additional_data,
  case when performed_by_id is not null then '10.0.' || place % 256 || '.17' end,
  case when performed_by_id is not null then 'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Firefox/143.0' end, at
from (
  select head, tail, place, id as order_id, null::uuid as fulfillment_id, 0::bigint as nth, event.*
  from planned
    cross join lateral (values
      ('020', 'created'::order_history_action, null, 'pending', 'Placed with ' || lines || ' lines.', null::uuid,
        jsonb_build_object('lines', lines), created_at),
      ('021', 'inventory_reserved', 'pending', 'pending', lines || ' lines were reserved.', null, null, created_at),
      ('022', 'payment_received', 'pending', 'pending', 'Paid in full.', null, null, paid_at),
      ('023', 'payment_failed', 'pending', 'pending', 'The card was refused.', null, null, payment_failed_at),
      ('024', 'assigned', 'pending', 'pending', 'Assigned.', manager_id, null, assigned_at),
      ('025', 'edited', 'pending', 'pending', case when held_at is null then 'The priority was set.'
        else 'The order was put on hold.' end, manager_id, null, prioritised_at),
      ('026', 'confirmed', 'pending', 'confirmed', 'The order was confirmed.', manager_id, null, confirmed_at),
      ('027', 'processing_started', 'confirmed', 'processing', 'The first picking has started.', picker_id, null,
        picking_started_at),
      ('028', 'packed', 'processing', 'packed', 'Everything is packed.', picker_id, null, packing_completed_at),
      ('029', 'shipped', 'packed', 'shipped', 'Everything is shipped.', picker_id, null, shipped_at),
      ('02a', 'delivered', 'shipped', 'delivered', 'Everything is delivered.', null, null, delivered_at),
      ('02b', 'status_changed', 'delivered', 'completed', 'Completed.', manager_id, null, completed_at),
      ('02c', 'cancelled', 'confirmed', 'cancelled', 'The order was cancelled.', manager_id, null, cancelled_at),
      ('02d', 'inventory_released', 'cancelled', 'cancelled', 'The reserved units were released.', manager_id, null,
        cancelled_at)
    ) as event (kind, action, old_status, new_status, description, performed_by_id, additional_data, at)
  union all
  select head, tail, place, id, fulfillment_id, nth, event.*
  from parcel
    cross join lateral (values
      ('030', 'status_changed'::order_history_action, null, 'pending', 'A fulfillment was created.', manager_id,
        null::jsonb, confirmed_at),
      ('031', 'status_changed', 'pending', 'picking', 'Picking was started.', picker_id, null, picking_started_at),
      ('032', 'status_changed', 'picking', 'packing', 'Picking was completed.', picker_id, null, picking_completed_at),
      ('033', 'status_changed', 'packing', 'packing', 'Packing was started.', picker_id, null, packing_started_at),
      ('034', 'packed', 'packing', 'ready_to_ship', 'Packing was completed.', picker_id, null, packing_completed_at),
      ('035', 'shipped', 'ready_to_ship', 'shipped', 'Shipped.', picker_id, null, shipped_at),
      ('036', 'delivered', 'shipped', 'fulfilled', 'Delivered.', null, null, delivered_at),
      ('037', 'cancelled', 'pending', 'cancelled', 'The fulfillment was cancelled with its order.', manager_id, null,
        cancelled_at)
    ) as event (kind, action, old_status, new_status, description, performed_by_id, additional_data, at)
  union all
  select head, tail, place, order_id, null, row_number() over (partition by place order by remark.id), '040',
    'note_added', 'pending', 'pending', 'A note was added.', remark.created_by_id, null, remark.created_at
  from remark join planned using (place)
) as told
where at is not null
order by at, place, kind;

select setval('order_number', current_setting('bench.last')::bigint),
  setval('fulfillment_number', current_setting('bench.last')::bigint * 2 + 1);
