-- What the orders refer to: users, locations, products, customers. Settings: bench.until, bench.days,
-- bench.variants, bench.customers, bench.password_hash.

select ensure_history_partitions(
  current_setting('bench.until')::timestamptz - current_setting('bench.days')::integer * interval '1 day',
  current_setting('bench.until')::timestamptz);

insert into stock_locations (id, code, name, priority)
select pg_temp.reference('001', place), code, name, place * 10
from (values (0, 'NORTH', 'Warehouse North'), (1, 'SOUTH', 'Warehouse South'), (2, 'WEST', 'Warehouse West'),
  (3, 'SHOP', 'High street shop')) as location (place, code, name);

insert into products (id, name)
select pg_temp.reference('002', place), 'Product ' || place
from generate_series(0, (current_setting('bench.variants')::integer - 1) / 4) as place;

insert into product_variants (id, product_id, sku, barcode, name, price_minor, currency, weight_grams)
select pg_temp.reference('003', place), pg_temp.reference('002', place / 4),
  'SKU-' || lpad(place::text, 6, '0'), (5000000000000 + place)::text,
  'Product ' || place / 4 || ', ' || (array['small', 'medium', 'large', 'extra large'])[place % 4 + 1],
  199 + place * 7919 % 9800, 'GBP', 100 + place * 31 % 4000
from generate_series(0, current_setting('bench.variants')::integer - 1) as place;

insert into customers (id, external_reference, name, company, email, phone, kind)
select pg_temp.reference('004', place), 'bench-' || place, 'Customer ' || place,
  case when place % 4 = 0 then 'Company ' || place || ' Ltd' end, 'customer' || place || '@bench.example',
  '020 7946 ' || lpad((place % 10000)::text, 4, '0'),
  (array['wholesale', 'online', 'online', 'retail']::customer_kind[])[place % 4 + 1]
from generate_series(0, current_setting('bench.customers')::integer - 1) as place;

insert into users (id, email, display_name, role, customer_id, password_hash)
select pg_temp.reference('005', first + place), mailbox || place || '@bench.example', title || ' ' || place,
  role::role, case when role = 'customer' then pg_temp.reference('004', place) end,
  current_setting('bench.password_hash')
from (values (0, 3, 'manager', 'Manager', 'order_manager'), (10, 8, 'service', 'Service', 'customer_service'),
    (20, 20, 'warehouse', 'Picker', 'warehouse_staff'), (50, 5, 'customer', 'Customer', 'customer'))
  as kind (first, number, mailbox, title, role)
  cross join lateral generate_series(0, number - 1) as place;
