import { createServer, type IncomingMessage } from 'node:http';
import postgres from 'postgres';
import { v7 as newId } from 'uuid';
import { shipping, transitions } from './hand-written-transitions.ts';

/*
 * What a patient author would write for these changes alone: the fewest statements that keep stock, ledger,
 * reservations and history right, prepared, in one transaction an order and one statement a transition. No GraphQL, no
 * sign-in, no permissions, no prices but the list's, no idempotency, no messages about what went wrong: the mark to
 * measure against, not something to run.
 */

interface Line {
  readonly sku: string;
  readonly quantity: number;
  readonly locationCode: string;
}

const sql = postgres(process.env['DATABASE_URL']!, {
  max: Number(process.env['DATABASE_POOL_SIZE'] ?? 8),
  fetch_types: false,
  onnotice: () => {},
});

/** Statements that do not wait for one another go out together. */
async function placeOrder(lines: readonly Line[]): Promise<string> {
  const id = newId();
  const text = JSON.stringify(lines.map((line, index) => ({ ...line, id: newId(), position: index + 1 })));
  await sql.begin(async (transaction) => {
    const [reserved] = await transaction<{ levels: number }[]>`
      with line as (
        select sku, quantity, location.id as location_id, variant.id as variant_id
        from jsonb_to_recordset(${text}::text::jsonb) as line (sku text, quantity integer, "locationCode" text)
          join product_variants as variant using (sku) join stock_locations as location on location.code = "locationCode"
      ), wanted as (
        select variant_id, location_id, sum(quantity)::integer as quantity from line group by 1, 2
      ), level as (
        select variant_id, location_id, on_hand - reserved as available from stock_levels
        where (variant_id, location_id) in (select variant_id, location_id from wanted)
        order by variant_id, location_id for update
      ), changed as (
        update stock_levels set reserved = stock_levels.reserved + wanted.quantity
        from wanted join level using (variant_id, location_id)
        where stock_levels.variant_id = wanted.variant_id and stock_levels.location_id = wanted.location_id
          and level.available >= wanted.quantity
        returning wanted.quantity
      )
      select sum(quantity)::integer as levels from changed`;
    if (reserved!.levels !== lines.reduce((sum, { quantity }) => sum + quantity, 0)) throw new Error('short');
    await Promise.all([
      transaction`
        insert into orders (id, number, channel, currency, subtotal_minor, total_minor, units_ordered)
        select ${id}, next_document_number('ORD', 'order_number', now()), 'ecommerce', 'GBP', sum(quantity * price_minor),
          sum(quantity * price_minor), sum(quantity)
        from jsonb_to_recordset(${text}::text::jsonb) as line (sku text, quantity integer)
          join product_variants using (sku)`,
      transaction`
        insert into order_items (id, order_id, position, variant_id, sku, name, quantity, unit_price_minor, total_minor)
        select line.id, ${id}, position, variant.id, sku, name, quantity, price_minor, quantity * price_minor
        from jsonb_to_recordset(${text}::text::jsonb) as line (id uuid, sku text, quantity integer, position integer)
          join product_variants as variant using (sku)`,
      transaction`
        with line as (
          select line.id as order_item_id, variant.id as variant_id, location.id as location_id, quantity
          from jsonb_to_recordset(${text}::text::jsonb)
            as line (id uuid, sku text, quantity integer, "locationCode" text)
            join product_variants as variant using (sku) join stock_locations as location on location.code = "locationCode"
        ), moved as (
          insert into stock_movements (variant_id, location_id, on_hand_change, reserved_change, reason, order_id)
          select variant_id, location_id, 0, sum(quantity), 'reserved', ${id} from line group by 1, 2
        )
        insert into inventory_reservations (order_id, order_item_id, variant_id, location_id, quantity_reserved)
        select ${id}, order_item_id, variant_id, location_id, quantity from line`,
      transaction`
        insert into order_history (order_id, action, new_status, description, created_at)
        values (${id}, 'created', 'pending', 'An order was placed.', now())`,
    ]);
  });
  return id;
}

const pathOfStep = /^\/fulfillments\/([0-9a-f-]{36})\/([a-z]+)$/i;

async function answer(path: string, body: string): Promise<string> {
  if (path === '/orders') return placeOrder((JSON.parse(body) as { lines: Line[] }).lines);
  const [, id, step] = pathOfStep.exec(path) ?? [];
  if (id === undefined || step === undefined) throw new Error(`There is no ${path}.`);
  const given = body === '' ? {} : (JSON.parse(body) as { barcode?: string; trackingNumber?: string });
  const statement =
    step === 'ship'
      ? shipping(sql, id, given.trackingNumber!)
      : transitions[step]!(sql, id, given.barcode ?? '');
  const [row] = await statement;
  if (row?.['changed'] !== 1) throw new Error(`${step} of ${id} changed nothing.`);
  return id;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

const server = createServer((request, response) => {
  if (request.url === '/readyz') return void response.end();
  readBody(request)
    .then((body) => answer(request.url!, body))
    .then((id) => response.setHeader('content-type', 'application/json').end(`{"done":"${id}"}`))
    .catch((error: Error) => {
      response.statusCode = 500;
      response.end(error.message);
    });
});

server.listen(Number(process.env['PORT']), '127.0.0.1');
process.once('SIGTERM', () => {
  server.close(() => void sql.end({ timeout: 5 }));
  server.closeAllConnections();
});
