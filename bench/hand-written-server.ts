import { createServer, type ServerResponse } from 'node:http';
import postgres from 'postgres';

/*
 * What a patient author would write for these two screens alone: one statement in which PostgreSQL builds the whole
 * answer as JSON, and its bytes are passed on as they come. No GraphQL, no permissions, no sign-in, no log: the
 * mark to measure against, not something to run.
 */

const money = (column: string): string =>
  `json_build_object('amountMinor', ${column}, 'currency', orders.currency)`;
const person = `select id, display_name as "displayName", upper(role::text) as role from users`;
const location = `select id, code, name from stock_locations`;

/** A correlated list as `{"nodes": [...]}`; `rows` is a select in the order of the list. */
const nodes = (rows: string): string =>
  `(select json_build_object('nodes', coalesce(json_agg(node), '[]'::json)) from (${rows}) as node)`;

const items = nodes(`
  select order_items.id, position, order_items.sku, order_items.name, quantity,
    quantity_fulfilled as "quantityFulfilled", quantity_cancelled as "quantityCancelled",
    quantity_returned as "quantityReturned", ${money('unit_price_minor')} as "unitPrice",
    ${money('order_items.discount_minor')} as discount, ${money('order_items.tax_minor')} as tax,
    ${money('order_items.total_minor')} as total, variant
  from order_items join (
    select id, sku, barcode, name, weight_grams as "weightGrams", tracks_stock as "tracksStock" from product_variants
  ) as variant on variant.id = order_items.variant_id
  where order_id = orders.id order by position limit 100`);

const history = nodes(`
  select order_history.id, upper(action::text) as action, upper(old_status) as "oldStatus",
    upper(new_status) as "newStatus", description, created_at as "createdAt", additional_data as "additionalData",
    ip_address as "ipAddress", user_agent as "userAgent", performer as "performedBy"
  from order_history left join (${person}) as performer on performer.id = performed_by_id
  where order_id = orders.id order by created_at desc, order_history.position desc limit 5`);

const notes = nodes(`
  select order_notes.id, note, is_internal as "isInternal", version, created_at as "createdAt",
    updated_at as "updatedAt", author as "createdBy"
  from order_notes left join (${person}) as author on author.id = created_by_id
  where order_id = orders.id order by created_at desc, order_notes.id desc limit 10`);

const fulfillments = nodes(`
  select order_fulfillments.id, number, upper(status::text) as status, carrier, tracking_number as "trackingNumber",
    picking_started_at as "pickingStartedAt", picking_completed_at as "pickingCompletedAt",
    packing_started_at as "packingStartedAt", packing_completed_at as "packingCompletedAt",
    shipped_at as "shippedAt", delivered_at as "deliveredAt", version, created_at as "createdAt",
    updated_at as "updatedAt", warehouse_location as "warehouseLocation", box_size as "boxSize",
    weight_grams as "weightGrams", mis_scan_count as "misScanCount", packing_materials as "packingMaterials",
    location, worker as "assignedTo",
    (select coalesce(json_agg(line), '[]'::json) from (
      select fulfillment_items.id, fulfillment_items.quantity, quantity_picked as "quantityPicked",
        quantity_mis_scanned as "quantityMisScanned", quantity_short as "quantityShort",
        short_reason as "shortReason", ordered as "orderItem"
      from fulfillment_items join (select id, sku, name from order_items) as ordered on ordered.id = order_item_id
      where fulfillment_id = order_fulfillments.id order by fulfillment_items.id
    ) as line) as items
  from order_fulfillments
    join (${location}) as location on location.id = location_id
    left join (${person}) as worker on worker.id = assigned_to_id
  where order_id = orders.id order by created_at, order_fulfillments.id limit 10`);

const reservations = nodes(`
  select inventory_reservations.id, quantity_reserved as "quantityReserved",
    quantity_fulfilled as "quantityFulfilled", quantity_released as "quantityReleased",
    quantity_remaining as "quantityRemaining", is_active as "isActive", expires_at as "expiresAt",
    released_at as "releasedAt", fulfilled_at as "fulfilledAt", created_at as "createdAt", location, variant
  from inventory_reservations
    join (${location}) as location on location.id = location_id
    join (select id, sku, barcode, name from product_variants) as variant on variant.id = variant_id
  where order_id = orders.id order by created_at, inventory_reservations.id limit 100`);

const order = `
  select orders.id, number, upper(channel::text) as channel, orders.external_reference as "externalReference",
    upper(status::text) as status, upper(payment_state::text) as "paymentState",
    upper(fulfillment_state::text) as "fulfillmentState", currency, upper(priority::text) as priority, tags,
    orders.version, held_at as "heldAt", promised_ship_at as "promisedShipAt", confirmed_at as "confirmedAt",
    processing_started_at as "processingStartedAt", packed_at as "packedAt", shipped_at as "shippedAt",
    delivered_at as "deliveredAt", completed_at as "completedAt", cancelled_at as "cancelledAt",
    orders.created_at as "createdAt", orders.updated_at as "updatedAt", ${money('subtotal_minor')} as subtotal,
    ${money('tax_minor')} as tax, ${money('shipping_minor')} as shipping, ${money('total_minor')} as total,
    customer, assignee as "assignedTo", shipping_address as "shippingAddress", ${items} as items,
    ${history} as history, ${notes} as notes, ${fulfillments} as fulfillments, ${reservations} as reservations`;
const ofOrder = `
    left join (select id, name, company, email, phone, upper(kind::text) as kind from customers) as customer
      on customer.id = orders.customer_id
    left join (${person}) as assignee on assignee.id = orders.assigned_to_id`;

const dashboardStatement = `
  with page as materialized (
    select * from orders where status = any($1::order_status[]) order by created_at desc, id desc limit $2::integer + 1
  ), shown as materialized (
    select * from page order by created_at desc, id desc limit $2::integer
  ), last as (
    select '["' || replace(created_at::text, ' ', 'T') || '","' || id || '"]' as keyset
    from shown order by created_at, id limit 1
  )
  select json_build_object('data', json_build_object('orders', json_build_object(
    'totalCount', (select count(*) from orders where status = any($1::order_status[])),
    'pageInfo', json_build_object('hasNextPage', (select count(*) > $2::integer from page), 'endCursor', (
      select rtrim(translate(encode(convert_to(replace(keyset, '+00"', 'Z"'), 'UTF8'), 'base64'), E'+/\\n', '-_'), '=')
      from last)),
    'nodes', (select coalesce(json_agg(node), '[]'::json) from (
      ${order} from shown as orders ${ofOrder} order by orders.created_at desc, orders.id desc) as node))))::text`;

const orderStatement = `
  select json_build_object('data', json_build_object('order', (select row_to_json(node) from (
    ${order} from orders ${ofOrder} where orders.id = $1::uuid) as node)))::text`;

function start(): void {
  const [url, poolSize, port] = [
    process.env['DATABASE_URL']!,
    process.env['DATABASE_POOL_SIZE'],
    process.env['PORT'],
  ];
  const client = postgres(url, {
    max: Number(poolSize),
    fetch_types: false,
    connection: { application_name: 'hand-written', TimeZone: 'UTC' },
  });
  const answer = async (
    response: ServerResponse,
    text: string,
    parameters: (string | number)[],
  ): Promise<void> => {
    const [row] = await client.unsafe(text, parameters, { prepare: true }).raw();
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end(row![0]);
  };
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://localhost');
    const fail = (error: Error): void => void response.writeHead(500).end(error.message);
    if (pathname === '/readyz') response.end('ready');
    else if (pathname === '/order') answer(response, orderStatement, [searchParams.get('id')!]).catch(fail);
    else if (pathname === '/dashboard') {
      const parameters = [`{${searchParams.get('status')}}`, Number(searchParams.get('first'))];
      answer(response, dashboardStatement, parameters).catch(fail);
    } else response.writeHead(404).end();
  });
  server.listen(Number(port), '127.0.0.1');
  process.on('SIGTERM', () => {
    server.close(() => void client.end({ timeout: 5 }).then(() => process.exit(0)));
    server.closeIdleConnections();
  });
}

start();
