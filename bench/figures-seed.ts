import type postgres from 'postgres';

const ordersPerBatch = 50_000;

/**
 * Orders over the last three years, the oldest first, with what the figures take of them: a fulfillment, two reservations, and the events
 * that say so. Their hash chains are left out, since the figures do not look at them. Gives the orders' ids.
 */
export async function seedFigures(
  client: postgres.Sql,
  orders: number,
  { isNew = false }: { readonly isNew?: boolean } = {},
): Promise<string[]> {
  if (!isNew) await client.unsafe(reference).simple();
  const ids: string[] = [];
  for (let first = 0; first < orders; first += ordersPerBatch) {
    const count = Math.min(ordersPerBatch, orders - first);
    const rows = await client.begin(async (transaction) => {
      await transaction`select set_config('session_replication_role', 'replica', true),
        set_config('synchronous_commit', 'off', true), set_config('bench.count', ${String(count)}, true),
        set_config('bench.first', ${String(first)}, true), set_config('bench.orders', ${String(orders)}, true),
        set_config('bench.new', ${String(isNew)}, true)`;
      await transaction.unsafe(batch).simple();
      return transaction<{ id: string }[]>`select id from planned`;
    });
    for (const { id } of rows) ids.push(id);
  }
  return ids;
}

/** What is seeded is counted: the log begins after it. */
export async function wakeTheLog(client: postgres.Sql): Promise<void> {
  await client`
    update figures.progress set transaction_id = last.transaction_id, position = last.position
    from (select transaction_id, position from order_history order by 1 desc, 2 desc limit 1) as last`;
  await client.unsafe('vacuum (analyze)');
}

const reference = `
  select ensure_history_partitions(now() - interval '1100 days', now());
  insert into stock_locations (code, name) select 'LOCATION-' || place, 'Location' from generate_series(1, 4) as place;
  insert into products (name) values ('Goods');
  insert into product_variants (product_id, sku, name, price_minor, currency)
  select products.id, 'SKU-' || place, 'Goods', 100, 'GBP' from products, generate_series(1, 50) as place`;

const batch = `
  create temporary table planned on commit drop as
  select (lpad(to_hex((extract(epoch from created_at) * 1000)::bigint), 12, '0') || '7'
      || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid as id, generate_uuid_v7() as item_id, generate_uuid_v7() as fulfillment_id, created_at,
    (array['ecommerce', 'ecommerce', 'wholesale', 'retail_pos'])[1 + floor(random() * 4)]::channel as channel,
    (select array_agg(id order by code) from stock_locations) as locations, random() as fate, floor(random() * 4)::integer as place,
    (select id from product_variants limit 1) as variant_id,
    -- Most take hours, some weeks.
    created_at + exp(random() * 5) * interval '3 hours' as shipped_at
  from (
    select case when current_setting('bench.new')::boolean then clock_timestamp()
      else now() - (1 - (current_setting('bench.first')::float8 + place) / current_setting('bench.orders')::float8)
          * interval '1095 days' end as created_at
    from generate_series(1, current_setting('bench.count')::integer) as place
  ) as dated;
  update planned set shipped_at = null where shipped_at > now() or fate < 0.06;
  insert into orders (id, number, channel, status, currency, subtotal_minor, total_minor, units_ordered, promised_ship_at,
    shipped_at, completed_at, cancelled_at, created_at, updated_at)
  select id, 'B-' || id, channel, (case when fate < 0.06 then 'cancelled' when shipped_at is null then 'confirmed'
      when fate < 0.2 then 'shipped' else 'completed' end)::order_status, 'GBP', 500, 500, 2, created_at + interval '2 days',
    shipped_at, case when fate >= 0.2 then shipped_at end, case when fate < 0.06 then created_at end, created_at, created_at
  from planned;
  insert into order_fulfillments (id, number, order_id, status, location_id, picking_completed_at, packing_started_at,
    packing_completed_at, shipped_at, created_at, updated_at)
  select fulfillment_id, 'B-' || fulfillment_id, id, (case when fate < 0.06 then 'cancelled'
      when shipped_at is null then 'pending' else 'fulfilled' end)::fulfillment_status, locations[1 + place], shipped_at,
    shipped_at, shipped_at + random() * interval '20 minutes', shipped_at, created_at, created_at
  from planned;
  insert into fulfillment_items (fulfillment_id, order_item_id, quantity, quantity_picked)
  select fulfillment_id, item_id, 2, 2 from planned where shipped_at is not null;
  insert into inventory_reservations (order_id, order_item_id, variant_id, location_id, quantity_reserved,
    quantity_fulfilled, created_at, updated_at)
  select id, item_id, variant_id, locations[1 + place], 2, case when shipped_at is null then 0 else 2 end, created_at, created_at
  from planned;
  insert into order_history (order_id, action, old_status, new_status, description, created_at, chain_place, hash)
  select id, told.action, null, 'pending', 'Bench', coalesce(told.at, created_at), told.place, ''
  from planned cross join lateral (values
    ('created'::order_history_action, created_at, 1), ('confirmed', created_at, 2), ('shipped', shipped_at, 3)
  ) as told (action, at, place)
  where told.at is not null`;
