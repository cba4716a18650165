import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type postgres from 'postgres';
import type { Progress } from '../../src/import/import-units.ts';

/** The real files, which are not in the repository: the tests that need them are skipped without them. */
const folder = process.env['SOURCE_DATA'] ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));
export const december = path.join(folder, 'online-retail/2010-12.csv.gz');
export const northwindFolder = path.join(folder, 'northwind');
export const hasSources = existsSync(december);

export const silent: Progress = { start: () => {}, advance: () => {}, stop: () => {} };

/** Throws after so many batches, as a kill would do between two transactions. */
export function progressThatDies(batches: number): Progress {
  let done = 0;
  return {
    ...silent,
    advance: () => {
      done += 1;
      if (done === batches) throw new Error('killed');
    },
  };
}

/** A file of invoice lines with these rows. */
export function copyOf(rows: readonly string[]): string {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'orders-import-')), 'lines.csv');
  const header = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country';
  writeFileSync(file, [header, ...rows, ''].join('\n'));
  return file;
}

const counted = [
  'customers',
  'products',
  'product_variants',
  'orders',
  'order_items',
  'order_history',
  'order_fulfillments',
  'fulfillment_items',
  'inventory_reservations',
  'payments',
  'returns',
  'return_items',
  'users',
];

/** Everything that an import could double: the number of rows, and sums of what they hold. */
export async function fingerprint(client: postgres.Sql): Promise<Record<string, unknown>> {
  const counts = counted.map((table) => `(select count(*) from ${table})::integer as ${table}`);
  const [row] = await client.unsafe(`select ${counts.join(', ')},
    (select md5(string_agg(concat(id, external_reference, status, customer_id is null, total_minor,
      refunded_minor, units_fulfilled), ',' order by id)) from orders) as order_rows,
    (select md5(string_agg(concat(id, sku, quantity, total_minor, quantity_returned), ',' order by id))
      from order_items) as item_rows,
    (select md5(string_agg(concat(sku, on_hand, reserved), ',' order by sku))
      from stock_levels join product_variants on product_variants.id = variant_id) as stock,
    (select md5(string_agg(concat(id, amount_minor), ',' order by id)) from payments) as payment_rows`);
  return row!;
}
