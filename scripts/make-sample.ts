import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';

/**
 * Cuts the sample in `data/sample` out of the whole sources: `npx tsx scripts/make-sample.ts ../shared/data`.
 * What it takes depends on the sources alone, so that cutting again gives the same files.
 */
const [sources = '../shared/data'] = process.argv.slice(2);
const target = path.resolve(import.meta.dirname, '../data/sample');
const invoicesWanted = 120;
const invoicesOfOneCustomer = 6;
const northwindOrdersWanted = 60;

type Row = Record<string, string>;

function read(file: string): Row[] {
  const bytes = readFileSync(path.join(sources, file));
  return parse(file.endsWith('.gz') ? gunzipSync(bytes) : bytes, { columns: true, bom: true });
}

function write(file: string, rows: readonly Row[]): void {
  const columns = Object.keys(rows[0]!);
  const quote = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = [columns, ...rows.map((row) => columns.map((column) => quote(row[column]!)))];
  mkdirSync(path.dirname(path.join(target, file)), { recursive: true });
  writeFileSync(path.join(target, file), lines.map((line) => `${line.join(',')}\n`).join(''));
}

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

/** Small invoices of goods alone, to a named customer: some to one customer, the others from all over the file. */
function cutOnlineRetail(): void {
  const invoices = groupBy(read('online-retail/2010-12.csv.gz'), (row) => row['InvoiceNo']!);
  const plain = [...invoices.values()].filter(
    (rows) =>
      rows.length >= 2 &&
      rows.length <= 8 &&
      rows.every(
        (row) =>
          /^\d{5}[A-Z]*$/.test(row['StockCode']!) &&
          Number(row['Quantity']) > 0 &&
          row['UnitPrice'] !== '0.0' &&
          row['CustomerID'] !== '',
      ),
  );
  const byCustomer = [...groupBy(plain, (rows) => rows[0]!['CustomerID']!).values()];
  const regular = byCustomer
    .sort((one, other) => other.length - one.length)[0]!
    .slice(0, invoicesOfOneCustomer);
  const others = plain.filter((rows) => !regular.includes(rows));
  const step = others.length / (invoicesWanted - regular.length);
  const spread = Array.from(
    { length: invoicesWanted - regular.length },
    (_, at) => others[Math.floor(at * step)]!,
  );
  write('online-retail.csv', [...regular, ...spread].flat());
}

/** The newest orders, with what they refer to. */
function cutNorthwind(): void {
  const orders = read('northwind/orders.csv').slice(-northwindOrdersWanted);
  const details = read('northwind/order_details.csv').filter((row) =>
    orders.some((order) => order['order_id'] === row['order_id']),
  );
  const referred = (file: string, key: string, rows: readonly Row[], column: string): Row[] =>
    read(`northwind/${file}.csv`).filter((row) => rows.some((each) => each[column] === row[key]));
  write('northwind/orders.csv', orders);
  write('northwind/order_details.csv', details);
  write('northwind/customers.csv', referred('customers', 'customer_id', orders, 'customer_id'));
  write('northwind/employees.csv', referred('employees', 'employee_id', orders, 'employee_id'));
  write('northwind/shippers.csv', referred('shippers', 'shipper_id', orders, 'ship_via'));
  write('northwind/products.csv', referred('products', 'product_id', details, 'product_id'));
}

cutOnlineRetail();
cutNorthwind();
