import { sql } from 'drizzle-orm';
import type { Database, Executor } from '../../db/driver/database.ts';
import { takeImportTurn } from '../import-units.ts';
import { EarlierReturns, referenceOf, type EarlierItem, type Recorded } from './earlier-returns.ts';
import { earlierOrdersMayHelp, type CreditLine } from './match-credits.ts';

const linesPerTransaction = 250;

/**
 * Looks for what the file's own orders could not answer among the orders of files imported before. A credit note
 * that had found something in an earlier run finds the same again, and nothing is written for it.
 *
 * Returns the references of what was there already.
 */
export async function matchEarlierOrders(
  database: Database,
  creditLines: readonly CreditLine[],
  locationId: string,
  ordersOfFile: readonly string[],
): Promise<Set<string>> {
  const open = creditLines.filter((each) => earlierOrdersMayHelp.has(each.reason));
  const alreadyThere = new Set<string>();
  for (const lines of inChunks(open)) {
    const { results, recorded } = await database.transaction((transaction) =>
      matchChunk(transaction, lines, locationId, ordersOfFile),
    );
    lines.forEach((line, at) => Object.assign(line, results[at]));
    for (const each of recorded) alreadyThere.add(referenceOf(each.reference, each.credit_note));
  }
  return alreadyThere;
}

/** Works on copies of the lines, because the transaction may be repeated. */
async function matchChunk(
  transaction: Executor,
  lines: readonly CreditLine[],
  locationId: string,
  ordersOfFile: readonly string[],
): Promise<{ results: CreditLine[]; recorded: Recorded[] }> {
  await takeImportTurn(transaction);
  const recorded = await findRecorded(transaction, lines, ordersOfFile);
  const earlier = await lockEarlierItems(transaction, lines, ordersOfFile);
  const returns = new EarlierReturns(locationId, recorded, earlier);
  const results = lines.map((line) => returns.match({ ...line, takes: [...line.takes] }));
  await returns.write(transaction);
  return { results, recorded };
}

/** A credit note's lines stay together: its return of an order is written once. */
function inChunks(lines: readonly CreditLine[]): CreditLine[][] {
  const chunks: CreditLine[][] = [];
  for (const line of lines) {
    const chunk = chunks.at(-1);
    const belongs = chunk?.at(-1)?.invoice === line.invoice;
    if (chunk && (belongs || chunk.length < linesPerTransaction)) chunk.push(line);
    else chunks.push([line]);
  }
  return chunks;
}

async function findRecorded(
  transaction: Executor,
  lines: readonly CreditLine[],
  ordersOfFile: readonly string[],
): Promise<Recorded[]> {
  const creditNotes = JSON.stringify(lines.map((line) => line.invoice.number));
  return transaction.execute<Recorded & Record<string, unknown>>(sql`
    select orders.external_reference as reference, returns.external_reference as credit_note, order_items.sku,
      return_items.quantity
    from returns
    join orders on orders.id = returns.order_id
    join return_items on return_items.return_id = returns.id
    join order_items on order_items.id = return_items.order_item_id
    where returns.external_reference in (select jsonb_array_elements_text(${creditNotes}::text::jsonb))
      and orders.channel = 'ecommerce' and orders.external_reference like 'online-retail:%'
      and orders.external_reference not in (
        select jsonb_array_elements_text(${JSON.stringify(ordersOfFile)}::text::jsonb))
    order by return_items.id`);
}

/** Newest order first. */
async function lockEarlierItems(
  transaction: Executor,
  lines: readonly CreditLine[],
  ordersOfFile: readonly string[],
): Promise<EarlierItem[]> {
  const wanted = lines.map((each) => ({
    customer: `online-retail:${each.invoice.customer}`,
    sku: each.line.sku,
    before: each.invoice.at,
  }));
  const candidates = sql`
    with wanted as (
      select customer, sku, max(before) as before
      from jsonb_to_recordset(${JSON.stringify(wanted)}::text::jsonb) as line (
        customer text, sku text, before timestamptz)
      group by customer, sku
    )
    select wanted.customer, orders.external_reference as reference, orders.id as order_id, orders.created_at,
      order_items.id as item_id, order_items.variant_id, order_items.sku, order_items.quantity
    from wanted
    join customers on customers.external_reference = wanted.customer
    join orders on orders.customer_id = customers.id and orders.channel = 'ecommerce'
      and orders.created_at <= wanted.before and orders.status = 'completed'
      and orders.external_reference like 'online-retail:%'
      and orders.external_reference not in (
        select jsonb_array_elements_text(${JSON.stringify(ordersOfFile)}::text::jsonb))
    join order_items on order_items.order_id = orders.id and order_items.sku = wanted.sku`;
  await transaction.execute(sql`
    select id from orders where id in (select order_id from (${candidates}) as candidate)
    order by id for update`);
  return transaction.execute<EarlierItem & Record<string, unknown>>(sql`
    select candidate.*, order_items.total_minor::float8 as total_minor, product_variants.tracks_stock,
      order_items.quantity_fulfilled - order_items.quantity_returned as left
    from (${candidates}) as candidate
    join order_items on order_items.id = candidate.item_id
    join product_variants on product_variants.id = candidate.variant_id
    order by candidate.created_at desc, candidate.item_id`);
}
